// The messages of the open chat: a row for each, older ones by scrolling up (§4.3).
import { endsInAlbum, rowsOf } from "./albums.js";
import { albumRow, emptiesRows, emptyRowsOutOfSight, messageRow, noticeRow, unreadLine } from "./bubbles.js";
import { ask } from "./connection.js";
import { part, text } from "./skin.js";
import { allMessages, findMessage, scenario, state } from "./state.js";
import { sendMessage } from "./sending.js";
import { sendFiles } from "./uploads.js";
import { day } from "./wording.js";

const SCREEN_OF_ROWS = 800; // E3 keeps about one screen of rows around the visible ones

let open = null; // of the open chat: { phone, panel, list, observer }

document.addEventListener("ws-message-added", ({ detail }) => showMessage(detail));
document.addEventListener("ws-message-changed", ({ detail }) => redrawMessage(detail));

/** The panel of a chat that is opened with so many unread messages; empty until `fillMessages`. */
export function openMessages(phone, unread) {
  const list = part("messages");
  const panel = part("panel", {}, { onscroll: loadOlder }, list);
  const rows = scenario("empty_rows", phone);
  const observer =
    emptiesRows || rows ? emptyRowsOutOfSight(panel, rows?.margin_px ?? SCREEN_OF_ROWS) : null;
  open = { phone, panel, list, observer, unread, unreadFrom: firstUnread(phone, unread) };
  return panel;
}

const firstUnread = (phone, unread) =>
  unread ? allMessages(phone).filter(({ mine }) => !mine).at(-unread)?.id : undefined;

export function closeMessages() {
  open?.observer?.disconnect();
  open = null;
}

/** Reads the history of the open chat (again, after a change from outside). */
export function fillMessages() {
  const { phone, list, panel } = open;
  const { more } = state.histories.get(phone);
  open.observer?.disconnect();
  list.replaceChildren();
  if (!more) list.append(noticeRow(text("disappearing_notice")));
  const rows = rowsOf(allMessages(phone));
  rows.forEach((row, index) => addRow(row, rows[index - 1]?.at(-1), rows[index + 1]?.[0]));
  panel.scrollTop = panel.scrollHeight;
}

export function refillMessages(phone) {
  if (open?.phone === phone) fillMessages();
}

/** `messages` are several for an album. */
function addRow(messages, previous, next) {
  const [message] = messages;
  // A row for each day; it has no data-id.
  if (day(message.at) !== day(previous?.at)) open.list.append(noticeRow(day(message.at)));
  if (messages.some(({ id }) => id === open.unreadFrom)) open.list.append(unreadLine(open.unread));
  if (messages.length > 1) {
    open.list.append(albumRow(messages));
    return;
  }
  const first = previous?.mine !== message.mine;
  const last = next?.mine !== message.mine;
  const row = messageRow(message, { first, last, onResend: resend });
  open.list.append(row);
  open.observer?.observe(row.message);
}

function resend(message) {
  const { messages } = state.histories.get(message.chat);
  messages.splice(messages.indexOf(message), 1);
  const chat = state.chats.get(message.chat);
  const files = message.attachments.map(({ file }) => file).filter(Boolean);
  if (files.length) sendFiles(chat, message.text, files, message.attachments[0].kind, message.quoted);
  else sendMessage(chat, message.text, message.quoted);
  fillMessages();
}

/** Older messages are fetched when scrolled to within 300 px of the top (§4.3). */
async function loadOlder() {
  if (!open) return;
  const { phone, panel } = open;
  const history = state.histories.get(phone);
  if (panel.scrollTop > 300 || !history.more || history.loading) return;
  history.loading = true;
  try {
    const older = await ask({ type: "history", phone, before: history.messages[0]?.id ?? null });
    history.messages.unshift(...older.messages);
    history.more = older.more;
  } catch {
    return; // tried again at the next scroll
  } finally {
    history.loading = false;
  }
  if (open?.phone !== phone) return;
  const fromBottom = panel.scrollHeight - panel.scrollTop;
  fillMessages();
  panel.scrollTop = panel.scrollHeight - fromBottom;
}

/** A message was added to its history: shows it if its chat is open. */
export function showMessage(message) {
  if (open?.phone !== message.chat) return;
  const messages = allMessages(message.chat);
  if (endsInAlbum(messages)) {
    fillMessages();
    return;
  }
  const before = messages.at(-2);
  if (before?.mine === message.mine) nodeOf(before.id)?.refill({ last: false });
  addRow([message], before);
  open.panel.scrollTop = open.panel.scrollHeight;
}

/** The status of a message has changed: only its own element is redrawn. */
export function redrawMessage(id) {
  const message = findMessage(id);
  if (message && open?.phone === message.chat) nodeOf(id)?.refill();
}

/** The element of a message that is shown; null if it is emptied or not there. */
function nodeOf(id) {
  // From the end, where what changes usually is.
  for (let row = open.list.lastChild; row; row = row.previousSibling) {
    const node = row.message;
    if (node?.messageIds.includes(id)) return node.dataset.virtualized === "true" ? null : node;
  }
  return null;
}
