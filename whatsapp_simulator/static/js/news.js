// The server's news of chats and messages, while they are shown.
import { setSyncing } from "./banners.js";
import { drawRows } from "./chatlist.js";
import * as connection from "./connection.js";
import { retitle } from "./conversation.js";
import { reloadHistory } from "./histories.js";
import { redrawMessage, refillMessages, showMessage } from "./message_list.js";
import { setStatus, transmitAgain } from "./sending.js";
import { uploadAgain } from "./uploads.js";
import { findMessage, state } from "./state.js";

/** After a reconnect: the open chat's history again, and the outbox once more. */
export async function catchUp() {
  transmitAgain();
  uploadAgain();
  for (const phone of state.histories.keys()) {
    if (phone !== state.active) state.histories.delete(phone);
  }
  drawRows();
  const phone = state.active;
  if (phone && (await reloadHistory(phone))) refillMessages(phone);
}

connection.on("message", ({ chat, message }) => {
  // No badge if the chat is open and focused (§6); the server is informed below.
  const seen = chat.phone === state.active && document.hasFocus();
  state.chats.set(chat.phone, seen ? { ...chat, unread: 0 } : chat);
  if (seen) connection.send({ type: "seen", phone: chat.phone });
  const history = state.histories.get(chat.phone);
  if (history && !findMessage(message.id)) {
    history.messages.push(message);
    showMessage(message);
  }
  drawRows();
});

connection.on("history", ({ loading }) => {
  if (loading) setSyncing(true);
});

connection.on("chat", ({ chat, refresh, synced }) => {
  if (synced) setSyncing(false);
  state.chats.set(chat.phone, chat);
  retitle(chat);
  if (refresh && chat.phone !== state.active) state.histories.delete(chat.phone);
  if (refresh && chat.phone === state.active) catchUp();
  drawRows();
});

connection.on("status", ({ id, status }) => setStatus(id, status));
connection.on("nack", ({ id }) => setStatus(id, "failed"));
connection.on("edited", ({ id, text }) => {
  const message = findMessage(id);
  if (message) Object.assign(message, { text, edited: true });
  redrawMessage(id);
  drawRows();
});
