// Replies (docs/whatsapp-web.md, 10.9, 12.4, 12.13): what stands armed over the box, a message of the chat by its id, and
// its menu (12.14: "Download"). What a look takes for them, and what input is let through to (../input/order.js), are the same by being
// asked for here.
(tools) => {
  const { CONTROLS, all, button, every, first, hasIcon, iconsIn, idOf, is, labelOf, shown, squeeze, textOf, words } = tools;

  // The rows of the chat, oldest first; one that lies in another is a part of it.
  const rowsIn = (main) => {
    const rows = all("bubble", main);
    const known = new Set(rows);
    return rows.filter((node) => !known.has(node.parentElement && node.parentElement.closest("[data-id]")));
  };
  const rowOf = (main, id) => rowsIn(main).find((row) => idOf(row) === id) || null;
  const boxOf = (row) => first("bubble_box", row);

  // What is armed: the bar is as much around its mark as holds a cross, and not the box.
  const crossIn = (root) => [...root.querySelectorAll(CONTROLS)].find((control) => shown(control) && hasIcon(control, "close")) || null;
  const armedIn = (footer, box) => {
    const mark = footer && all("armed_quotation", footer).find(shown);
    if (!mark) return null;
    let bar = mark;
    while (bar.parentElement !== footer && !crossIn(bar) && !bar.parentElement.contains(box)) bar = bar.parentElement;
    return { bar, cancel: crossIn(bar) };
  };
  const outermost = (pieces) => pieces.filter((piece) => !pieces.some((other) => other !== piece && other.contains(piece)));
  // Ours are by "You", theirs by the name of the chat; a contact may call himself so.
  const isOurs = (author, title) => {
    if (is("you", `${author}:`)) return title === author ? null : true;
    return title && author.startsWith(title) ? false : null;
  };
  const quoteIn = (footer, box, title) => {
    const armed = armedIn(footer, box);
    if (!armed) return null;
    const { bar, cancel } = armed;
    const pieces = outermost([...new Set(every("quoted_text", bar))]);
    const text = squeeze(pieces.map(textOf).join("\n"));
    const whole = squeeze(textOf(bar));
    const author = text && whole.endsWith(text) ? whole.slice(0, whole.length - text.length).trim() : whole;
    const of = (node) => cancel && cancel.contains(node);
    const symbols = iconsIn(bar).filter(([, icon]) => !of(icon));
    const pictures = [...bar.querySelectorAll("img, canvas, video")].filter((node) => !pieces.some((piece) => piece.contains(node)));
    return {
      text: pieces.map(textOf).join("\n").toWellFormed(),
      ours: isOurs(author, title),
      media: symbols.length > 0 || pictures.length > 0,
      cancel: button(cancel),
    };
  };

  // The menu of a message: entries outside the chats, the list and dialogs.
  const items = () => [...new Set(every("message_menu_item", document))].filter((node) => shown(node) && !node.closest("#main, #side, #pane-side, [role=dialog]"));
  const saysReply = (item) => is("reply", words(item)) || is("reply", labelOf(item));
  const saysOther = (item) => is("reply_privately", words(item)) || is("reply_privately", labelOf(item));
  const AMONG_THE_FIRST = 2; // before it stands at most the information about a message of ours
  // By its test id, which "Reply privately" after it bears as well; else by its icon; else by its whole words at its place.
  const replyItem = () => {
    const found = items();
    return found.find((item) => (item.matches("[data-testid=mi-msg-reply]") || item.querySelector("[data-testid=mi-msg-reply]")) && !saysOther(item))
      || found.find((item) => hasIcon(item, "reply"))
      || found.slice(0, AMONG_THE_FIRST).find(saysReply) || null;
  };

  // "Download" is told by its test id, else by its icon, else by its whole words; nothing else in this menu is called so.
  const downloadItem = () => {
    const found = items();
    return found.find((item) => item.matches("[data-testid=mi-msg-download]") || item.querySelector("[data-testid=mi-msg-download]"))
      || found.find((item) => hasIcon(item, "download"))
      || found.find((item) => is("download", words(item)) || is("download", labelOf(item))) || null;
  };

  return { boxOf, downloadItem, crossOf: (footer, box) => (armedIn(footer, box) || {}).cancel || null, menuShown: () => items().length > 0, quoteIn, replyItem, rowOf, rowsIn };
}
