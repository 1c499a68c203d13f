// Runs at the start of every document, so its listeners stand before all of the page's own. While an order is
// in force (order.js) they let a trusted event through only where the order allows it, decided inside the event
// itself: nothing can come between. All else is held back and the order ends. Without an order they do nothing: a
// person at the window uses the page as ever.
(() => {
  if (globalThis.whatsappTasksGuard) return;
  const guard = { order: null, stopped: null };
  globalThis.whatsappTasksGuard = guard;
  const FAMILIES = {
    keys: ["keydown", "keypress", "keyup", "beforeinput", "textInput"],
    presses: ["pointerdown", "mousedown", "pointerup", "mouseup", "click", "dblclick", "auxclick", "contextmenu"],
    moves: ["move", "over", "out", "enter", "leave"].flatMap((what) => [`pointer${what}`, `mouse${what}`]),
  };
  // A frame in the page has listeners of its own; the order stands in the outermost document.
  const holder = () => {
    try {
      return { outer: top.whatsappTasksGuard || guard, closed: top.whatsappTasksInputClosed };
    } catch {
      return { outer: guard }; // in a frame of another origin
    }
  };
  const hold = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const judge = (event, family) => {
    if (!event.isTrusted) return; // made by the page itself
    const { outer, closed } = holder();
    const { order } = outer;
    if (closed && !order) { // a document that came while an order was in force for the one before
      hold(event);
      if (["keydown", "pointerdown"].includes(event.type)) outer.stopped = "chat_moved";
    } else if (order && order.families.includes(family)) {
      const reason = outer === guard ? order.stopped || order.amiss(event) : "focus";
      if (!reason) return;
      hold(event);
      if (family !== "moves") order.stopped ||= reason;
    }
  };
  for (const [family, types] of Object.entries(FAMILIES)) {
    for (const type of types) addEventListener(type, (event) => judge(event, family), { capture: true });
  }
})();
