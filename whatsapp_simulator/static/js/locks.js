// What stands in place of the compose box when the account may not start chats (§7b, §7c).
import { popup } from "./popup.js";
import { element, part, skin, text } from "./skin.js";
import { allMessages, scenario } from "./state.js";

/** The element in place of the compose box, or null. Chats with history are not locked. */
export function lockOf(chat) {
  if (allMessages(chat.phone).length > 0) return null;
  if (scenario("restricted", chat.phone)) return lock("restricted_box", "show_details", explainRestriction);
  if (scenario("monthly_cap", chat.phone)) return lock("monthly_cap", "see_details", explainCap);
  return null;
}

function lock(words, details, explain) {
  return part(
    "locked_box",
    {},
    {},
    element("span", {}, skin.texts[words], " "),
    part("locked_details", {}, { onclick: explain }, skin.texts[details]),
  );
}

export function explainRestriction() {
  const onWeb = scenario("restricted")?.title === "web";
  popup({
    name: "restricted",
    title: text(onWeb ? "restricted_modal_web" : "restricted_modal_account"),
    text: `${text("restricted_modal_1")} ${text("restricted_modal_2")}`,
    ok: { label: skin.texts.ok },
  });
}

function explainCap() {
  popup({ name: "monthly_cap", text: text("monthly_cap"), ok: { label: skin.texts.ok } });
}
