// The parts of the open chat. What a look takes for the box of a chat, and what input is let through to
// (../input/order.js), are the same by being asked for here.
(tools) => {
  const { CONTROLS, all, first, firstShown, hasIcon, is, labelOf, nameIn, nodeId, shown, textOf } = tools;

  const composeText = (box) => {
    const blocks = [...box.children].filter((child) => child.nodeName === "P");
    const lines = blocks.length ? blocks : [box];
    return lines.map((block) => (block.childNodes.length === 1 && block.firstChild.nodeName === "BR" ? "" : textOf(block))).join("\n");
  };
  const hasFocus = (box) => box.contains(document.activeElement);
  // The voice button has the same position while the box is empty; without a known icon, its name decides.
  const sendOf = (footer) => {
    if (!footer) return null;
    const controls = [...footer.querySelectorAll(CONTROLS)].filter((control) => !control.disabled && control.getAttribute("aria-disabled") !== "true" && shown(control));
    const inPlace = all("send", footer).map((node) => node.closest(CONTROLS) || node);
    return controls.find((control) => hasIcon(control, "send")) || controls.find((control) => inPlace.includes(control) && is("send", labelOf(control))) || null;
  };
  const titleOf = (main) => nameIn(first("chat_title", main));
  const partsOf = (main) => {
    const footer = firstShown("footer", main) || first("footer", main);
    return {
      header: firstShown("header", main) || first("header", main),
      title: titleOf(main),
      footer,
      box: footer && first("compose", footer),
    };
  };
  // What the reading of its messages depends on.
  const readingOf = (main) => ({
    title: titleOf(main),
    rtl: getComputedStyle(first("message_panel", main) || main).direction === "rtl",
  });
  const nodesOf = (main) => {
    const { header, footer } = partsOf(main);
    return [main, header, footer].map(nodeId);
  };
  const suggestionsShown = () => all("suggestions").some(shown);

  return { composeText, hasFocus, nodesOf, partsOf, readingOf, sendOf, suggestionsShown, titleOf };
}
