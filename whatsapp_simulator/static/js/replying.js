// The message that the next one in a chat answers to (§10.9, §12.13): armed by the message's menu, kept with the
// chat's draft while another chat is open, gone with the page.
import { icon } from "./icons.js";
import { quotationOf, quotationOverBox } from "./quotation.js";
import { part } from "./skin.js";
import { allMessages, play, scenario, state } from "./state.js";

const changed = (phone) => document.dispatchEvent(new CustomEvent("ws-reply-changed", { detail: phone }));

/** Whether the app offers to reply to it: not to what may have failed, or is not sent yet. */
export const canReply = (message) =>
  message.status !== "failed" && message.status !== "pending" && troubleWith(message.chat) !== "not_offered";

/** How replying goes wrong in this chat; null if it does not. */
export const troubleWith = (phone) => scenario("reply_trouble", phone)?.how ?? null;

export function arm(message) {
  const { chat: phone } = message;
  const how = troubleWith(phone);
  if (["nothing_happens", "other_message"].includes(how)) play("reply_trouble", phone);
  if (how === "nothing_happens") return;
  const messages = allMessages(phone);
  const meant = how === "other_message" ? messages[messages.indexOf(message) - 1] : message;
  if (!meant) return;
  state.replies.set(phone, quotationOf(meant));
  changed(phone);
}

/** Returns whether anything was armed. */
export function disarm(phone) {
  if (!state.replies.has(phone) || troubleWith(phone) === "stays_armed") return false;
  state.replies.delete(phone);
  changed(phone);
  return true;
}

/** What the message that is sent now answers to; null for none. It is not armed any more. */
export function takeReply(phone) {
  const quoted = state.replies.get(phone) ?? null;
  if (!quoted) return null;
  state.replies.delete(phone);
  changed(phone);
  if (troubleWith(phone) !== "quotation_lost") return quoted;
  play("reply_trouble", phone);
  return null;
}

/** The bar over the box; null while nothing is armed. */
export function replyPanel(phone) {
  const quoted = state.replies.get(phone);
  if (!quoted) return null;
  const cancel = part("reply_cancel", {}, { onclick: () => disarm(phone) }, icon("close"));
  return part("reply_panel", {}, {}, quotationOverBox(quoted), cancel);
}
