// What replaces the compose box when the account may not start chats (§7b, §7c).
import { popup } from "./popup.js";
import { element, part, skin, text } from "./skin.js";
import { noticeBar } from "./notices.js";
import { allMessages, scenario, state } from "./state.js";

/**
 * What replaces the compose box, or null: `{ node, outside }`, outside the footer or in it. The account's
 * locks come before what the chat itself says (§10.5); chats with history are not locked unless the scenario says.
 */
export function lockOf(chat) {
  const lock = accountLock(chat);
  if (lock) return lock;
  const notice = noticeBar(chat);
  return notice && { node: notice, outside: false };
}

function accountLock(chat) {
  const old = allMessages(chat.phone).length > 0;
  const restricted = scenario("restricted", chat.phone);
  if (restricted && (!old || restricted.also_known)) {
    const words = restricted.text ?? skin.texts.restricted_box;
    const outside = restricted.place === "outside";
    const name = outside ? "timelock_bar" : "locked_box";
    return { node: lock(name, words, "show_details", explainRestriction), outside };
  }
  if (old || !scenario("monthly_cap", chat.phone)) return null;
  return { node: lock("locked_box", skin.texts.monthly_cap, "see_details", explainCap), outside: false };
}

function lock(name, words, details, explain) {
  const make = name === "timelock_bar" ? part("timelock_bar") : part("locked_box");
  make.append(
    element("span", {}, words, " "),
    part("locked_details", {}, { onclick: explain }, skin.texts[details]),
  );
  return make;
}

export function explainRestriction() {
  const { title, timer } = scenario("restricted") ?? state.scenarios.restricted ?? {};
  popup({
    name: "restricted",
    title: text(title === "web" ? "restricted_modal_web" : "restricted_modal_account"),
    text: `${text("restricted_modal_1")} ${text("restricted_modal_2")} ${timer ?? ""}`,
    ok: { label: skin.texts.ok },
  });
}

function explainCap() {
  popup({ name: "monthly_cap", text: text("monthly_cap"), ok: { label: skin.texts.ok } });
}
