// What this page knows. It lives in memory only: a message still in the outbox is lost with the page (§4.2).
import boot from "/_sim/boot.js";
import { send } from "./connection.js";
import { fates, skin } from "./skin.js";

export const state = {
  settings: boot.settings,
  scenarios: boot.scenarios,
  own: null,
  chats: new Map(), // phone -> chat as the server sends it
  histories: new Map(), // phone -> { messages, more }
  drafts: new Map(), // phone -> text
  replies: new Map(), // phone -> the quotation that stands armed: { id, author, text, kind }
  selections: new Map(), // phone -> files chosen and not sent yet: { kind, files, caption }
  outbox: new Map(), // message id -> message not yet acknowledged
  active: null, // phone of the open chat
};

/** The parameters of a scenario if it is on and meant for this chat. */
export function scenario(name, phone = null) {
  const found = state.scenarios[name];
  if (!found || (found.phone !== null && found.phone !== phone)) return null;
  return found;
}

/** Like `scenario`, and counts: the server switches it off after its last time. */
export function play(name, phone = null) {
  const found = scenario(name, phone);
  if (found && found.left !== null) {
    found.left -= 1;
    if (found.left <= 0) delete state.scenarios[name];
    send({ type: "played", name });
  }
  return found;
}

/** Whether the number itself or a scenario has this fate for the chat. */
export function fated(fate, phone) {
  return fates[phone] === fate || play(fate, phone) !== null;
}

/** The title attribute of a chat's name: a number stands between U+202A and U+202C before E3 (§4.1). */
export const titleAttribute = (chat) => (skin.era === "E3" ? chat.title : chat.title_attribute);

export function allMessages(phone) {
  return state.histories.get(phone)?.messages ?? [];
}

export function findMessage(id) {
  for (const { messages } of state.histories.values()) {
    const found = messages.findLast((message) => message.id === id);
    if (found) return found;
  }
  return null;
}

/** Chats with messages, the latest first. */
export function chatsByActivity() {
  return [...state.chats.values()].filter((chat) => chat.last).sort((a, b) => b.last.at - a.last.at);
}

let screen = {};

/** Reports to the server what the page shows, for GET /pages. */
export function tellScreen(change = {}) {
  screen = { ...screen, ...change, chat: state.active };
  send({ type: "screen", ...screen });
}
