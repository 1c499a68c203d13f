// One action of ours: what the guard (guard.js) lets through from now on. `wanted` is {kind, document, nodes, title,
// texts}; a kind is the name of a set of rules below. Returns {stopped} when the chat is not as wanted, else the place
// of the element that is meant.
(places, wanted) => {
  const guard = globalThis.whatsappTasksGuard;
  const { composeText, sendOf, dialogOver, suggestions, chat } = places;
  const box = chat().box;

  const moved = (now) => {
    // The header alone may be drawn again for the same chat (docs/whatsapp-web.md, 11.6).
    const same = [0, 2].every((part) => now.nodes[part] === wanted.nodes[part]) && now.title === wanted.title;
    return globalThis.whatsappTasksDocument !== wanted.document || !now.main || !same;
  };
  const chatAmiss = () => {
    const now = chat();
    if (moved(now)) return "chat_moved";
    if (!box || now.box !== box) return "no_box";
    return dialogOver() ? "dialog" : null;
  };
  const within = (element, node) => !!element && element.contains(node);
  const focused = () => within(box, document.activeElement);
  const coveredAt = (element) => {
    const area = element.getBoundingClientRect();
    return !within(element, document.elementFromPoint(area.left + area.width / 2, area.top + area.height / 2));
  };
  const unsendable = () => {
    if (suggestions()) return "suggestions";
    return wanted.texts.includes(composeText(box)) ? null : "text";
  };

  const pressed = (event) => (event.shiftKey ? "Shift+" : "") + (event.ctrlKey ? "Control+" : "") + (event.altKey || event.metaKey ? "Other+" : "") + event.key;
  // Keys and what they do reach the box alone. Where they change something, the chat is looked at as well.
  const keysAmiss = (event) => {
    const changes = event.type === "keydown" || event.type === "beforeinput";
    const amiss = changes && chatAmiss();
    if (amiss) return amiss;
    if (!box.isConnected) return "chat_moved";
    if (!within(box, event.composedPath()[0]) || !focused()) return "focus";
    if (event.type === "beforeinput" && !within(box, getSelection().anchorNode)) return "focus";
    return null;
  };
  const typing = (event) => {
    if (event.type === "keydown" && event.key.length > 1) {
      if (pressed(event) === "Shift+Enter") return keysAmiss(event) || (suggestions() ? "suggestions" : null);
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
    const amiss = keysAmiss(event) || unsendable() || (coveredAt(box) ? "dialog" : null);
    order.done = !amiss;
    return amiss;
  };
  const focusing = (event) => (within(box, event.composedPath()[0]) ? chatAmiss() : "focus");
  const sending = (event) => {
    if (order.done) return "focus";
    const { footer } = chat();
    const amiss = chatAmiss() || unsendable();
    if (amiss) return amiss;
    if (!within(sendOf(footer), event.composedPath()[0])) return "focus";
    order.done = event.type === "click";
    return null;
  };
  const KINDS = {
    type: { families: ["keys"], amiss: typing },
    clear: { families: ["keys"], amiss: clearing },
    enter: { families: ["keys"], amiss: entering },
    focus: { families: ["presses", "moves"], amiss: focusing },
    send: { families: ["presses", "moves"], amiss: sending },
  };
  const order = {
    ...KINDS[wanted.kind],
    box,
    done: false,
    stopped: chatAmiss(),
    focused,
    text: () => composeText(box),
    chatAmiss,
  };
  const target = wanted.kind === "send" && !order.stopped ? sendOf(chat().footer) : box;
  if (!order.stopped && !target) order.stopped = "no_box";
  if (!order.stopped && wanted.kind !== "focus" && !focused()) order.stopped = "focus";
  if (!order.stopped && order.families.includes("presses") && coveredAt(target)) order.stopped = "dialog";
  if (!order.stopped && ["enter", "send"].includes(wanted.kind)) order.stopped = unsendable();
  if (order.stopped) return { stopped: order.stopped };
  guard.order = order;
  const area = target.getBoundingClientRect();
  return { stopped: null, x: area.left + area.width / 2, y: area.top + area.height / 2 };
}
