// The open chat: its name, its box or what stands in its place, its messages.
(tools, bubblesOf) => {
  const { CONTROLS, all, button, first, firstShown, hasIcon, is, labelOf, mentioned, middle, nodeId, shown, squeeze, textOf, words } = tools;
  const EDITABLE = "[contenteditable=true], [contenteditable=''], textarea, input[type=text]";

  const composeText = (box) => {
    const blocks = [...box.children].filter((child) => child.nodeName === "P");
    if (!blocks.length) return textOf(box);
    return blocks.map((block) => (block.childNodes.length === 1 && block.firstChild.nodeName === "BR" ? "" : textOf(block))).join("\n");
  };
  const isTyping = (box) => document.activeElement === box || box.contains(document.activeElement);

  // What follows the messages down to the end of the chat, where no footer is.
  const behind = (panel, main) => {
    const found = [];
    for (let node = panel; node && node !== main; node = node.parentElement) {
      for (let next = node.nextElementSibling; next; next = next.nextElementSibling) found.push(next);
    }
    // A control alone is one that scrolls down.
    return found.filter((node) => !node.matches(CONTROLS) && /\p{L}{2}/u.test(words(node)));
  };
  // A footer with some editable box in it is no notice, whatever it says.
  const noticeOf = (main, footer, panel, box) => {
    if (box) return "";
    const bar = firstShown("notice_bar", main);
    if (bar) return words(bar);
    if (footer) return footer.querySelector(EDITABLE) ? "" : words(footer);
    return panel ? behind(panel, main).map(words).join(" ") : "";
  };
  // The voice button has the same place while the box is empty; where no icon tells, its name does.
  const sendOf = (footer) => {
    if (!footer) return null;
    const controls = [...footer.querySelectorAll(CONTROLS)].filter((control) => !control.disabled && control.getAttribute("aria-disabled") !== "true" && shown(control));
    const inPlace = all("send", footer).map((node) => node.closest(CONTROLS) || node);
    return controls.find((control) => hasIcon(control, "send")) || controls.find((control) => inPlace.includes(control) && is("send", labelOf(control))) || null;
  };

  return (main, bubbleLimit) => {
    const header = firstShown("header", main);
    const title = first("chat_title", main);
    const name = title ? squeeze(title.getAttribute("title") || title.textContent) : "";
    const panel = first("message_panel", main);
    const footer = firstShown("footer", main);
    const box = footer && first("compose", footer);
    const notice = noticeOf(main, footer, panel, box).slice(0, 500);
    const rows = all("bubble", main);
    const known = new Set(rows);
    const outermost = rows.filter((node) => !known.has(node.parentElement && node.parentElement.closest("[data-id]")));
    const rtl = getComputedStyle(panel || main).direction === "rtl";
    return {
      title: name,
      panel: !!panel,
      nodes: [main, header, footer].map(nodeId),
      compose: box && { text: composeText(box), focused: isTyping(box), node: nodeId(box), ...middle(box) },
      editable: !notice && [...main.querySelectorAll(EDITABLE)].some((node) => !(panel && panel.contains(node)) && !(header && header.contains(node))),
      notice,
      notice_texts: mentioned(notice),
      send: button(sendOf(footer)),
      suggestions: all("suggestions").some(shown),
      bubbles: bubblesOf(outermost.slice(-(bubbleLimit || 60)), { rtl, title: name }),
    };
  };
}
