// One action of ours: what the guard (guard.js) lets through from now on. `wanted` is {kind, box, file_kind, bubble,
// document, nodes, title, quote, texts, valid_ms}; a kind is the name of a set of rules below, `box` says where the text
// stands: in the chat's own box, or in the preview of a file; `quote` is what must stand armed over the box, or null. Returns {stopped} when the chat is not as wanted, else the place of the
// element that is meant.
(tools, openChat, { files, replies }, wanted) => {
  const { all, first, firstShown, middle, shown } = tools;
  const { composeText, nodesOf, partsOf, sendOf, suggestionsShown, titleOf } = openChat;
  const guard = globalThis.whatsappTasksGuard;
  const ANY_DIALOG = "[role=dialog], [role=alertdialog], [aria-modal=true], dialog[open]";
  const inPreview = wanted.box === "caption";
  // Under a preview the chat need not be shown; it is the same one as long as its elements are.
  const chat = () => {
    const main = firstShown("main") || (inPreview ? first("main") : null);
    if (!main) return null;
    const parts = { main, ...partsOf(main), nodes: nodesOf(main) };
    if (!inPreview) return parts;
    const preview = files.previewParts();
    return { ...parts, preview, box: preview && preview.caption };
  };
  const bound = chat();
  const box = bound && bound.box;
  // Audio has no caption: then the preview itself is what must stay.
  const held = box || (bound && bound.preview ? bound.preview.root : null);

  // The header alone may be drawn again for the same chat (docs/whatsapp-web.md, 11.6).
  const isSame = (now) => [0, 2].every((part) => now.nodes[part] === wanted.nodes[part]) && now.title === wanted.title;
  const dialogShown = () => all("dialog").some(shown) || [...document.querySelectorAll(ANY_DIALOG)].some(shown);
  const chatAmiss = () => {
    const now = chat();
    if (globalThis.whatsappTasksDocument !== wanted.document || !now || !isSame(now)) return "chat_moved";
    if (!held || now.box !== box || (inPreview && !(now.preview && now.preview.root.contains(held)))) return "no_box";
    return dialogShown() ? "dialog" : null;
  };
  // The same as far as possible without a new layout of the page, which would cost time for each stroke. A switch
  // of chats makes new nodes; what merely hides them takes the focus.
  const isThere = () => [bound.main, bound.footer, held].every((element) => element.isConnected);
  const strokeAmiss = () => {
    if (titleOf(bound.main) !== wanted.title) return "chat_moved";
    return dialogShown() ? "dialog" : null;
  };
  // Under a preview the bar over the box need not be there: what is armed is looked at before the preview is opened.
  const quoteAmiss = () => {
    if (inPreview) return null;
    const { footer, title } = chat();
    const armed = replies.quoteIn(footer, box, title);
    const wants = wanted.quote;
    const same = !armed || !wants ? !armed && !wants : ["text", "ours", "media"].every((part) => armed[part] === wants[part]);
    return same ? null : "quote";
  };
  const within = (element, node) => !!element && element.contains(node);
  const focused = () => within(box, document.activeElement);
  const coveredAt = (element, { x, y }) => !within(element, document.elementFromPoint(x, y));
  const covered = (element) => coveredAt(element, middle(element));
  const unsendable = () => {
    if (suggestionsShown()) return "suggestions";
    if (inPreview && chat().preview.count !== 1) return "text";
    return wanted.texts.includes(box ? composeText(box) : "") ? null : "text";
  };

  // Whoever gave the order may have been stopped since, and another one be at work.
  const made = performance.now();
  const late = () => (performance.now() - made > wanted.valid_ms ? "late" : null);

  const pressed = (event) => (event.shiftKey ? "Shift+" : "") + (event.ctrlKey ? "Control+" : "") + (event.altKey || event.metaKey ? "Other+" : "") + event.key;
  // Keys and what they do reach the box alone. Where they change something, the chat is looked at as well.
  const keysAmiss = (event) => {
    const changes = event.type === "keydown" || event.type === "beforeinput";
    const amiss = isThere() ? changes && strokeAmiss() : "chat_moved";
    if (amiss) return amiss;
    if (!within(box, event.composedPath()[0]) || !focused()) return "focus";
    if (event.type === "beforeinput" && !within(box, getSelection().anchorNode)) return "focus";
    return null;
  };
  const typing = (event) => {
    if (event.type === "keydown" && event.key.length > 1) {
      if (pressed(event) === "Shift+Enter") return keysAmiss(event) || (suggestionsShown() ? "suggestions" : null);
      if (event.key !== "Shift") return "focus"; // not of ours
    }
    return keysAmiss(event);
  };
  const clearing = (event) => {
    const ours = ["Control+a", "Backspace"].includes(pressed(event)) || event.type !== "keydown";
    return ours ? keysAmiss(event) : "focus";
  };
  const entering = (event) => {
    if (order.done) return keysAmiss(event) || (event.type === "keydown" ? "focus" : null);
    if (event.type !== "keydown" || pressed(event) !== "Enter" || event.isComposing) return "focus";
    const amiss = late() || keysAmiss(event) || chatAmiss() || quoteAmiss() || unsendable() || (covered(box) ? "dialog" : null);
    order.done = !amiss;
    return amiss;
  };
  const focusing = (event) => (within(box, event.composedPath()[0]) ? chatAmiss() : "focus");
  const sending = (event) => {
    if (order.done) return "focus";
    const amiss = late() || chatAmiss() || quoteAmiss() || unsendable();
    if (amiss) return amiss;
    if (!within(sendControl(), event.composedPath()[0])) return "focus";
    order.done = event.type === "click";
    return null;
  };
  const sendControl = () => {
    const now = chat();
    if (!inPreview) return sendOf(now.footer);
    const { send } = now.preview;
    return send && !files.isDisabled(send) ? send : null;
  };
  // The button that opens the menu of files, and an item of it: each is pressed once.
  const pressing = (control) => (event) => {
    if (order.done) return "focus";
    const amiss = late() || chatAmiss();
    if (amiss) return amiss;
    if (!within(control(), event.composedPath()[0])) return "focus";
    order.done = event.type === "click";
    return null;
  };
  // A message, known by its id: its menu by the right button on its bubble, a reply without it by two clicks beside.
  const rowWanted = () => replies.rowOf(bound.main, wanted.bubble);
  const bubbleWanted = () => {
    const row = rowWanted();
    return row && replies.boxOf(row);
  };
  const RIGHT = 2;
  const asking = (event) => {
    if (order.done) return event.button === RIGHT ? null : "focus"; // the rest of the same press
    const amiss = late() || chatAmiss();
    if (amiss) return amiss;
    if (!within(bubbleWanted(), event.composedPath()[0])) return "focus";
    if (event.button !== RIGHT && !/(move|over|out|enter|leave)$/.test(event.type)) return "focus";
    order.done = event.type === "contextmenu";
    return null;
  };
  const doubling = (event) => {
    if (order.done) return "focus";
    const amiss = late() || chatAmiss();
    if (amiss) return amiss;
    const at = event.composedPath()[0];
    if (!within(rowWanted(), at) || within(bubbleWanted(), at)) return "focus";
    order.done = event.type === "dblclick";
    return null;
  };
  // Where they are pressed: what can be seen of the bubble, and the wider side of its row.
  const inView = (element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const from = Math.max(top, bound.header ? bound.header.getBoundingClientRect().bottom : 0);
    const to = Math.min(top + height, bound.footer.getBoundingClientRect().top);
    return { left, width, y: (from + to) / 2 };
  };
  const onBubble = () => {
    const { left, width, y } = inView(bubbleWanted());
    return { x: left + width / 2, y };
  };
  const besideBubble = () => {
    const row = rowWanted().getBoundingClientRect();
    const { left, width, y } = inView(bubbleWanted());
    const [before, after] = [left - row.left, row.right - left - width];
    return { x: before > after ? row.left + before / 2 : row.right - after / 2, y };
  };
  const replyControl = () => replies.replyItem();
  const downloadControl = () => replies.downloadItem();
  const fetchControl = () => {
    const offer = rowWanted() && first("bubble_download", rowWanted());
    return offer && (offer.querySelector("button") || offer);
  };
  const crossControl = () => replies.crossOf(chat().footer, box);
  const attachControl = () => files.attachOf(chat().footer);
  const itemControl = () => files.itemOf(wanted.file_kind);
  const KINDS = {
    type: { families: ["keys"], amiss: typing, long: true },
    clear: { families: ["keys"], amiss: clearing },
    enter: { families: ["keys"], amiss: entering },
    focus: { families: ["presses", "moves"], amiss: focusing },
    send: { families: ["presses", "moves"], amiss: sending, target: sendControl },
    attach: { families: ["presses", "moves"], amiss: pressing(attachControl), target: attachControl },
    item: { families: ["presses", "moves"], amiss: pressing(itemControl), target: itemControl },
    menu: { families: ["presses", "moves"], amiss: asking, target: bubbleWanted, place: onBubble },
    reply: { families: ["presses", "moves"], amiss: pressing(replyControl), target: replyControl },
    download: { families: ["presses", "moves"], amiss: pressing(downloadControl), target: downloadControl },
    fetch: { families: ["presses", "moves"], amiss: pressing(fetchControl), target: fetchControl },
    beside: { families: ["presses", "moves"], amiss: doubling, target: () => bubbleWanted() && rowWanted(), place: besideBubble },
    disarm: { families: ["presses", "moves"], amiss: pressing(crossControl), target: crossControl },
  };
  const NEEDS_FOCUS = ["type", "clear", "enter", ...(inPreview ? [] : ["send"])];
  const order = {
    ...KINDS[wanted.kind],
    box,
    done: false,
    stopped: chatAmiss(),
    focused,
    text: () => composeText(box),
    chatAmiss,
  };
  const target = order.target && !order.stopped ? order.target() : box;
  if (!order.stopped && !target) order.stopped = "no_box";
  if (!order.stopped && NEEDS_FOCUS.includes(wanted.kind) && !focused()) order.stopped = "focus";
  const place = order.stopped ? null : order.place ? order.place() : middle(target);
  if (!order.stopped && order.families.includes("presses") && coveredAt(target, place)) order.stopped = "dialog";
  if (!order.stopped && wanted.kind === "type") order.stopped = quoteAmiss() || (composeText(box) ? "text" : null);
  if (!order.stopped && ["enter", "send"].includes(wanted.kind)) order.stopped = quoteAmiss();
  if (!order.stopped && ["enter", "send"].includes(wanted.kind)) order.stopped = unsendable();
  if (order.stopped) return { stopped: order.stopped };
  guard.order = order;
  return { stopped: null, ...place };
}
