// Pastes into the box of the order in force, if nothing is amiss at this very moment. Returns {stopped}, or whether
// the page took the paste. It writes the text at its leisure (docs/whatsapp-web.md, 12.5), into the editor of this box.
(text) => {
  const { order, stopped } = globalThis.whatsappTasksGuard;
  if (!order) return { stopped: stopped || "chat_moved", taken: false };
  order.stopped ||= order.chatAmiss() || (order.focused() ? null : "focus");
  if (order.stopped) return { stopped: order.stopped, taken: false };
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true, composed: true });
  return { stopped: null, taken: !order.box.dispatchEvent(event) };
}
