// What replaces the compose box because of the chat itself (§10.5): by magic number, or by the
// scenario chat_notice. A channel has no footer at all.
import { element, fates, part, skin, structure, text } from "./skin.js";
import { scenario } from "./state.js";

const KINDS = {
  recipient_blocked: ["delete_chat", "unblock"],
  country_blocked: [],
  terms_on_phone: [],
  only_admins: [],
  no_longer_member: [],
  chat_closed: [],
  only_whatsapp: [],
  agent_blocked: [],
  unknown_notice: [],
  channel: [],
};

/** `{ kind, words }` of the chat's notice, or null. */
function noticeOf(chat) {
  const set = scenario("chat_notice", chat.phone);
  const kind = set?.what ?? chat.notice ?? fates[chat.phone];
  if (!(kind in KINDS)) return null;
  return { kind, words: set?.text ?? text(`notice_${kind}`, { contact: chat.title }) };
}

export const hasFooter = (chat) => noticeOf(chat)?.kind !== "channel";

/** The element that replaces the compose box, or null. */
export function noticeBar(chat) {
  const notice = noticeOf(chat);
  if (!notice) return null;
  const buttons = KINDS[notice.kind].map((key) => element("button", { type: "button" }, skin.texts[key]));
  // A blocked contact's bar has its buttons only.
  const words = buttons.length ? null : element("span", {}, notice.words);
  return part("notice", {}, {}, words, ...buttons);
}

/** The box that is drawn after the footer while a notice stands there (§11.6; its markup is a guess). */
export function boxBehindFooter() {
  if (!structure.box_behind_notice) return null;
  const box = element("div", {
    contenteditable: "true",
    role: "textbox",
    "data-tab": "10",
    "aria-hidden": "true",
    tabindex: "-1",
  });
  return element("div", { class: "ws-behind-footer" }, box);
}
