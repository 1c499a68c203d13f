// The open chat: its name, its box or what replaces it, its messages.
(tools, openChat, { files, replies, idsOf }, bubblesOf) => {
  const { CONTROLS, all, button, config, first, firstShown, mentioned, mentions, middle, nodeId, shown, words } = tools;
  const { composeText, hasFocus, nodesOf, partsOf, readingOf, sendOf, suggestionsShown } = openChat;
  // To write into, also if it is switched off; not what lies unseen behind a notice.
  const EDITABLE = "[contenteditable], [role=textbox], textarea, input[type=text]";
  const editablesIn = (root) => [root, ...root.querySelectorAll(EDITABLE)]
    .filter((node) => node.matches(EDITABLE) && shown(node) && !node.closest("[aria-hidden=true], [inert]"));

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
    if (footer) return editablesIn(footer).length ? "" : words(footer);
    const found = panel ? behind(panel, main) : [];
    return found.some((node) => editablesIn(node).length) ? "" : found.map(words).join(" ");
  };
  // Which of them it is, by marks of the page, in any language.
  const PREFIX = "notice_is_";
  const markedNotices = (main) => Object.keys(config.elements)
    .filter((name) => name.startsWith(PREFIX) && first(name, main))
    .map((name) => name.slice(PREFIX.length));

  // A notice may repeat the name of the chat, which is chosen by others: what that says does not count.
  const saidIn = (notice, title) => mentioned(notice).filter((name) => !mentions(name, title));

  // The first message below the line "N unread messages", which the page draws when it opens the chat.
  const unreadFrom = (main, rows) => {
    const line = all("unread_divider", main).filter((node) => mentions("unread", words(node))).at(-1);
    const row = line && rows.find((each) => line.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING);
    return row ? idsOf(row)[0] : "";
  };

  return (main, bubbleLimit) => {
    const { header, title, footer, box } = partsOf(main);
    const panel = first("message_panel", main);
    const notice = noticeOf(main, footer, panel, box).slice(0, 500);
    const rows = replies.rowsIn(main);
    return {
      title,
      panel: !!panel,
      nodes: nodesOf(main),
      compose: box && { text: composeText(box), focused: hasFocus(box), node: nodeId(box), ...middle(box) },
      editable: !notice && editablesIn(main).some((node) => !(panel && panel.contains(node)) && !(header && header.contains(node))),
      notice,
      notice_texts: notice ? [...new Set([...saidIn(notice, title), ...markedNotices(main)])] : [],
      send: button(sendOf(footer)),
      attach: button(files.attachOf(footer)),
      suggestions: suggestionsShown(),
      quote: replies.quoteIn(footer, box, title),
      unread_from: unreadFrom(main, rows),
      bubbles: bubblesOf(rows.slice(-(bubbleLimit || 60)), readingOf(main)),
    };
  };
}
