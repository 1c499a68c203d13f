// Our messages on their way: bubble at once, transmission later, ticks when the server reports them (§4.2).
// The open chat listens for the events `ws-message-added` and `ws-message-changed`; nothing here knows it.
import * as connection from "./connection.js";
import { hangIf, leakForMessage } from "./misbehaviour.js";
import { takeReply } from "./replying.js";
import { fates } from "./skin.js";
import { fated, findMessage, play, state } from "./state.js";

const SLOW_SENT_MS = 5000; // of the magic number `slow`
export const OWN_KEPT = "ws-own-kept"; // ids of what this device has sent; stands for the messages in IndexedDB
const MOST_KEPT = 500;

export const ownKept = () => JSON.parse(localStorage.getItem(OWN_KEPT) ?? "[]");

function keepOwn(id) {
  const kept = ownKept();
  if (!kept.includes(id)) localStorage.setItem(OWN_KEPT, JSON.stringify([...kept, id].slice(-MOST_KEPT)));
}

/** What the scenarios altered_text and altered_typing do to a text. */
export const ALTERATIONS = {
  drop_last: (words) => [...words].slice(0, -1).join(""),
  drop_newlines: (words) => words.replaceAll("\n", " "),
  double_first: (words) => words.slice(0, 1) + words,
  lower_case: (words) => words.toLowerCase(),
};

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(9));
  return `3EB0${[...bytes]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .toUpperCase()}`;
}

function altered(words, phone) {
  if (fates[phone] === "altered_text") return ALTERATIONS.drop_last(words);
  const alteration = play("altered_text", phone);
  return alteration ? ALTERATIONS[alteration.how](words) : words;
}

/** Shows the bubble with its clock and puts the message in the outbox; it answers to what stands armed. */
export function sendMessage(chat, words, quoted = takeReply(chat.phone)) {
  const late = play("late_bubble", chat.phone);
  if (late) setTimeout(() => showAndSend(chat, words, quoted), late.ms);
  else showAndSend(chat, words, quoted);
}

function showAndSend(chat, words, quoted) {
  const message = addMessage(chat, { text: altered(words, chat.phone), quoted });
  if (fated("stuck_pending", chat.phone)) message.stuck = true;
  else transmitLater(message);
}

/** A message of ours, shown with its clock and in the outbox; it is not on its way yet. */
export function addMessage(chat, content) {
  const { phone } = chat;
  const known = state.chats.get(phone) ?? chat;
  const message = {
    id: newId(),
    chat: phone,
    text: "",
    at: Date.now() / 1000,
    mine: true,
    status: "pending",
    attachments: [],
    uploads: [],
    quoted: null,
    ...content,
  };
  state.chats.set(phone, { ...known, last: message });
  state.histories.get(phone)?.messages.push(message);
  state.outbox.set(message.id, message);
  document.dispatchEvent(new CustomEvent("ws-message-added", { detail: message }));
  document.dispatchEvent(new CustomEvent("ws-chats-changed"));
  leakForMessage(phone);
  hangIf("send", phone);
  return message;
}

/** After the time that a message takes. */
export const transmitLater = (message) => setTimeout(() => transmit(message), sendingTime(message.chat));

function sendingTime(phone) {
  if (fates[phone] === "slow") return SLOW_SENT_MS;
  return play("slow_sending", phone)?.ms ?? state.settings.sent_ms;
}

function transmit(message) {
  message.due = true;
  if (!state.outbox.has(message.id)) return;
  const { id, chat, text, uploads, quoted } = message;
  // Without a connection it waits in the outbox; the server knows a repeated id.
  connection.send({ type: "send", id, chat, text, uploads, quoted });
}

/** After a reconnect: what was due and is not acknowledged goes out again. */
export function transmitAgain() {
  for (const message of state.outbox.values()) if (message.due && !message.stuck) transmit(message);
}

/** The server reports the status of a message; or its upload has failed. */
export function setStatus(id, status) {
  if (state.outbox.delete(id)) keepOwn(id);
  const message = findMessage(id);
  if (message) message.status = status;
  for (const chat of state.chats.values()) if (chat.last?.id === id) chat.last.status = status;
  document.dispatchEvent(new CustomEvent("ws-message-changed", { detail: id }));
  document.dispatchEvent(new CustomEvent("ws-chats-changed"));
}
