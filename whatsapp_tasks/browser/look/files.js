// Files on their way: the attach button and its menu, the preview, what the page says of a file (12.6). What a look
// takes for them, and what input is let through to (../input/order.js), are the same by being asked for here.
(tools, openChat) => {
  const { CONTROLS, button, config, every, first, hasIcon, is, labelOf, mentions, shown, squeeze, words } = tools;
  const { composeText, hasFocus } = openChat;
  // The preview is no part of the chat, nor of the column beside it, and no dialog.
  const ELSEWHERE = "#main, #side, #pane-side, [role=dialog], [aria-modal=true]";
  const apart = (node) => !node.closest(ELSEWHERE);
  const isDisabled = (control) => control.disabled || control.getAttribute("aria-disabled") === "true";

  const attachOf = (footer) => {
    if (!footer) return null;
    const controls = [...footer.querySelectorAll(CONTROLS)].filter(shown);
    const marked = first("attach", footer);
    return (marked && (marked.closest(CONTROLS) || marked))
      || controls.find((control) => hasIcon(control, "attach"))
      || controls.find((control) => is("attach", labelOf(control) || squeeze(control.getAttribute("title")))) || null;
  };

  const ITEM_OF = { image: "attach_media", video: "attach_media", audio: "attach_audio", document: "attach_document" };
  const items = () => [...new Set(every("attach_item", document))].filter((node) => shown(node) && !node.closest("#side, #pane-side, [data-id], [role=dialog]"));
  const innermost = (nodes) => nodes.filter((node) => !nodes.some((other) => other !== node && node.contains(other)));
  const isOurs = (item) => Object.values(ITEM_OF).some((name) => is(name, words(item))) || item.matches("[data-testid^=mi-attach]");
  const menuShown = () => items().some(isOurs);
  // The item for a kind of file: by its whole label; where no label is known, by its test id.
  const itemOf = (kind) => {
    const all = innermost(items());
    const named = all.find((item) => is(ITEM_OF[kind], words(item)));
    if (named || all.some((item) => Object.values(ITEM_OF).some((name) => is(name, words(item))))) return named || null;
    if (kind === "document") return first("attach_item_document");
    const media = every("attach_item_media", document).filter(shown);
    return media[kind === "audio" ? 1 : 0] || null;
  };

  // The drawer: as much around the marks of it as holds nothing of the chats.
  const drawerAround = (node) => {
    let root = node;
    while (root.parentElement && root.parentElement !== document.body && !root.parentElement.querySelector("#main, #side, #pane-side")) root = root.parentElement;
    return root;
  };
  const number = (text) => {
    const found = /\p{Nd}+/u.exec(text);
    return found && /^[0-9]+$/.test(found[0]) ? Number(found[0]) : null;
  };
  const saysSend = (label) => {
    const low = label.toLowerCase();
    const begins = Object.values(config.texts.send_selected || {}).flat().some((word) => low.startsWith(`${word.toLowerCase()} `));
    return is("send", label) || (begins && /\p{Nd}/u.test(label));
  };
  const sendIn = (root) => {
    const controls = [...root.querySelectorAll(CONTROLS)].filter(shown);
    return controls.find((control) => hasIcon(control, "send")) || controls.find((control) => saysSend(labelOf(control))) || null;
  };
  // Two crosses: the first is the drawer's, the other one empties the caption.
  const closeIn = (root) => {
    const controls = [...root.querySelectorAll(CONTROLS)].filter(shown);
    return controls.find((control) => is("close", labelOf(control))) || controls.find((control) => hasIcon(control, "close")) || null;
  };
  const LEAVES = "span, div, p, h1, h2, bdi";
  const namesIn = (root, caption) => {
    const found = [];
    for (const node of root.querySelectorAll(LEAVES)) {
      if ((caption && (caption.contains(node) || node.contains(caption))) || [...node.children].some((child) => child.nodeName !== "IMG")) continue;
      const text = squeeze(tools.textOf(node));
      if (text && !node.closest(CONTROLS)) found.push(text.slice(0, 300));
      if (found.length === 40) break;
    }
    return [...new Set(found)];
  };
  // The elements of the open preview; null if there is none.
  const previewParts = () => {
    const marks = every("preview_mark", document).filter((node) => apart(node) && shown(node));
    const boxes = [...new Set(every("preview_caption", document))].filter((node) => apart(node) && !node.closest("footer") && shown(node));
    const start = marks[0] || boxes[0];
    if (!start) return null;
    const root = drawerAround(start);
    const send = sendIn(root);
    if (!marks.length && !send) return null; // some other box
    const caption = boxes.find((node) => root.contains(node)) || null;
    return { root, send, caption, close: closeIn(root), count: (send && (number(labelOf(send)) ?? number(words(send.parentElement)))) || 1 };
  };
  const previewOf = () => {
    const parts = previewParts();
    if (!parts) return null;
    const { root, send, caption, close, count } = parts;
    return {
      names: namesIn(root, caption),
      count,
      caption: caption && { text: composeText(caption), focused: hasFocus(caption), node: tools.nodeId(caption), ...tools.middle(caption) },
      send: send && !isDisabled(send) ? button(send) : null,
      close: button(close),
    };
  };

  // Lines that come and go beside the chats; what people wrote is not looked at.
  const NOTICES = Object.keys(config.texts).filter((name) => name.startsWith("file_"));
  const notices = () => {
    const found = new Set();
    const walker = document.createTreeWalker(document.body || document.documentElement, NodeFilter.SHOW_ALL, (node) => {
      if (node.nodeType === 3) return NodeFilter.FILTER_ACCEPT;
      if (node.nodeType !== 1 || node.matches("#main, #side, #pane-side, script, style, [contenteditable]")) return NodeFilter.FILTER_REJECT;
      return NodeFilter.FILTER_SKIP;
    });
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.data.length < 12) continue;
      const text = squeeze(node.data);
      for (const name of NOTICES) if (mentions(name, text)) found.add(name);
    }
    return [...found];
  };

  return { attachOf, isDisabled, itemOf, menuShown, notices, previewOf, previewParts };
}
