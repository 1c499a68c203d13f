// The open chat: #main with header, messages and footer.
import { attachButton } from "./attachments.js";
import { closeOnEscape, listenInPanel } from "./box_keys.js";
import { emptiesRows, emptyRowsOutOfSight, messageRow, noticeRow } from "./bubbles.js";
import { Composer } from "./compose.js";
import { ask, send } from "./connection.js";
import { editLastMessage } from "./edit.js";
import { icon } from "./icons.js";
import { lockOf } from "./locks.js";
import { boxBehindFooter, hasFooter } from "./notices.js";
import { interruptTyping } from "./interruptions.js";
import { chatHeader } from "./chat_header.js";
import { hangIf } from "./misbehaviour.js";
import { errorPopup } from "./popup.js";
import { element, part, skin, structure, text } from "./skin.js";
import { allMessages, findMessage, scenario, play, state, tellScreen } from "./state.js";
import { ALTERATIONS, sendMessage } from "./sending.js";
import { day } from "./wording.js";

const SCREEN_OF_ROWS = 800; // E3 keeps about one screen of rows around the visible ones

let slot = null; // where #main is put
let view = null; // of the open chat: { chat, panel, list, composer, action, observer }

/** The place of the open chat, with the welcome picture while there is none. */
export function conversationSlot() {
  slot ??= element("div", { class: "ws-conversation-slot" }, intro());
  return slot;
}

function intro() {
  return part(
    "intro",
    {},
    {},
    icon("logo"),
    element("h1", {}, skin.texts.intro_title),
    element("div", {}, skin.texts.intro_text),
  );
}

if (structure.text_rules) closeOnEscape(() => state.active && closeConversation());
document.addEventListener("ws-focus-returns", () => view?.composer?.focus());
document.addEventListener("ws-message-added", ({ detail }) => showMessage(detail));
document.addEventListener("ws-message-changed", ({ detail }) => redrawMessage(detail));

export function closeConversation() {
  leave();
  state.active = null;
  slot?.replaceChildren(intro());
  document.dispatchEvent(new CustomEvent("ws-chat-opened"));
  tellScreen();
}

function leave() {
  if (!view) return;
  if (view.composer) {
    state.drafts.set(view.chat.phone, view.composer.text());
    view.composer.destroy();
  }
  view.observer?.disconnect();
  view = null;
}

/** Opens a chat; if it is open already only the box is focused. */
export async function openConversation(chat) {
  hangIf("open", chat.phone);
  if (view?.chat.phone === chat.phone) {
    view.composer?.focus();
    return;
  }
  if (!state.histories.has(chat.phone)) {
    // Without a connection the chat opens with what the page knows: nothing.
    const history = await ask({ type: "history", phone: chat.phone, before: null }).catch(() => null);
    if (!state.histories.has(chat.phone)) {
      const waiting = [...state.outbox.values()].filter((message) => message.chat === chat.phone);
      const known = (history?.messages ?? []).filter((message) => !state.outbox.has(message.id));
      state.histories.set(chat.phone, { messages: [...known, ...waiting], more: history?.more ?? false });
    }
  }
  leave();
  state.active = chat.phone;
  build(chat);
  const early = play("lose_early_keys", chat.phone);
  if (early && view.composer) {
    const { composer } = view;
    setTimeout(() => composer.clear(), early.ms);
  }
  markSeen();
  document.dispatchEvent(new CustomEvent("ws-chat-opened"));
  tellScreen();
}

function build(chat) {
  view = { chat, composer: null, action: null };
  view.list = part("messages");
  view.panel = part("panel", {}, { onscroll: loadOlder }, view.list);
  const opened = view;
  if (structure.text_rules) listenInPanel(view.panel, { composer: () => opened.composer, submit });
  if (emptiesRows || scenario("empty_rows", chat.phone)) {
    const margin = scenario("empty_rows", chat.phone)?.margin_px ?? SCREEN_OF_ROWS;
    view.observer = emptyRowsOutOfSight(view.panel, margin);
  }
  view.footer = part("footer");
  view.header = chatHeader(chat);
  const footer = hasFooter(chat) ? view.footer : null;
  slot.replaceChildren(part("conversation", {}, {}, view.header.node, view.panel, footer));
  fillFooter();
  fillMessages();
}

// --- footer ---------------------------------------------------------------------------------------------------

/** The compose box, or what stands in its place when new chats are locked (§7b, §7c). */
function fillFooter() {
  const { chat } = view;
  if (view.composer) {
    state.drafts.set(chat.phone, view.composer.text());
    view.composer.destroy();
    view.composer = null;
  }
  for (const bar of view.bars ?? []) bar.remove();
  view.bars = [];
  const lock = lockOf(chat);
  if (lock) {
    view.footer.replaceChildren(...(lock.outside ? [] : [lock.node]));
    if (!view.footer.isConnected) return;
    const behind = boxBehindFooter();
    view.bars = [lock.outside ? lock.node : null, behind].filter(Boolean);
    view.footer.after(...view.bars);
    return;
  }
  const box = part("compose", boxLabel(chat));
  view.box = box;
  const placeholder = part("placeholder", {}, {}, skin.texts.type_a_message);
  view.action = element("div", { class: "ws-action" });
  view.footer.replaceChildren(
    element(
      "div",
      { class: "ws-footer-row copyable-area" },
      element("button", { type: "button", class: "ws-emoji-button", "data-tab": "10" }, icon("emoji")),
      attachButton(chat),
      part("editor", {}, {}, box, placeholder),
      view.action,
    ),
  );
  view.composer = new Composer(box, {
    onSend: submit,
    onChange: (words) => {
      placeholder.hidden = words !== "";
      showAction(words);
      if (words.length > 2) alterTyping(chat.phone);
      if (words) interruptTyping(words, chat.phone);
    },
    onTooLong: () => errorPopup("too_long", skin.texts.too_long_text, skin.texts.too_long),
    onArrowUp: () => editLastMessage(chat.phone, () => view?.chat.phone === chat.phone),
    members: () => view.chat.members ?? [],
  });
  showAction("");
  const draft = state.drafts.get(chat.phone);
  if (draft) view.composer.set(draft);
  view.composer.focus();
}

const boxLabel = (chat) => ({ type_a_message_to: text("type_a_message_to", { chat: chat.title }) });

/** What the server tells of the open chat has changed: its title is redrawn, in the same nodes. */
export function retitle(chat) {
  if (view?.chat.phone !== chat.phone) return;
  view.chat = chat;
  view.header.retitle(chat);
  const label = view.composer && part("compose", boxLabel(chat)).getAttribute("aria-label");
  if (label) view.box.setAttribute("aria-label", label);
}

/** The send button is there only while the box has content; else the voice button (§2.3). */
function showAction(words) {
  if (!view?.action) return;
  const wanted = words.trim() ? "send" : "voice";
  if (view.action.dataset.shown === wanted) return;
  const onclick = () => submit(view.composer.text());
  const button =
    wanted === "send" ? part("send", {}, { onclick }, icon("send")) : part("voice", {}, {}, icon("voice"));
  view.action.dataset.shown = wanted;
  view.action.replaceChildren(button);
}

/** Blanks and line breaks at both ends are lost; only blanks are not sent at all (§12.5). */
function submit(typed) {
  const words = structure.text_rules ? typed.trim() : typed;
  if (!typed.trim() || play("enter_ignored", view.chat.phone)) return;
  view.composer.clear();
  state.drafts.delete(view.chat.phone);
  sendMessage(view.chat, words);
  view.composer.focus();
}

/** `text=` of a link: appended when the chat was open already, else instead of the draft. */
export function pasteIntoComposer(words, { append }) {
  if (!view?.composer) return;
  if (!append) view.composer.clear();
  view.composer.append(words);
  view.composer.focus();
}

/** The editor rewrites what stands in it, in the middle of the typing. */
function alterTyping(phone) {
  const alteration = view?.altered ? null : play("altered_typing", phone);
  if (!alteration) return;
  view.altered = true; // what it does is a change, too
  // Not inside Lexical's own update.
  setTimeout(() => view?.composer?.set(ALTERATIONS[alteration.how](view.composer.text())));
}

/** Something that may lock or unlock the box has changed. */
export function refreshFooter() {
  if (!view) return;
  const locked = lockOf(view.chat) !== null;
  if (locked === (view.composer !== null)) fillFooter();
}

// --- messages -------------------------------------------------------------------------------------------------

function fillMessages() {
  const { chat, list, panel } = view;
  const { more } = state.histories.get(chat.phone);
  view.observer?.disconnect();
  list.replaceChildren();
  if (!more) list.append(noticeRow(text("disappearing_notice")));
  const messages = allMessages(chat.phone);
  messages.forEach((message, index) => addRow(message, messages[index - 1], messages[index + 1]));
  panel.scrollTop = panel.scrollHeight;
}

function addRow(message, previous, next) {
  // A row for each day; it has no data-id.
  if (day(message.at) !== day(previous?.at)) view.list.append(noticeRow(day(message.at)));
  const first = previous?.mine !== message.mine;
  const last = next?.mine !== message.mine;
  const row = messageRow(message, { first, last, onResend: resend });
  view.list.append(row);
  view.observer?.observe(row.message);
}

function resend(message) {
  const { messages } = state.histories.get(message.chat);
  messages.splice(messages.indexOf(message), 1);
  sendMessage(state.chats.get(message.chat), message.text);
  fillMessages();
}

/** Older messages are fetched when scrolled to within 300 px of the top (§4.3). */
async function loadOlder() {
  const { chat, panel } = view;
  const history = state.histories.get(chat.phone);
  if (panel.scrollTop > 300 || !history.more || history.loading) return;
  history.loading = true;
  try {
    const older = await ask({ type: "history", phone: chat.phone, before: history.messages[0]?.id ?? null });
    history.messages.unshift(...older.messages);
    history.more = older.more;
  } catch {
    return; // tried again at the next scroll
  } finally {
    history.loading = false;
  }
  if (view?.chat.phone !== chat.phone) return;
  const fromBottom = panel.scrollHeight - panel.scrollTop;
  fillMessages();
  panel.scrollTop = panel.scrollHeight - fromBottom;
}

/** A message was added to its history: shows it if its chat is open. */
export function showMessage(message) {
  if (view?.chat.phone !== message.chat) return;
  const before = allMessages(message.chat).at(-2);
  if (before?.mine === message.mine) nodeOf(before.id)?.refill({ last: false });
  addRow(message, before);
  view.panel.scrollTop = view.panel.scrollHeight;
}

/** The status of a message has changed: only its own element is redrawn. */
export function redrawMessage(id) {
  const message = findMessage(id);
  if (message && view?.chat.phone === message.chat) nodeOf(id)?.refill();
}

/** The element of a message that is shown; null if it is emptied or not there. */
function nodeOf(id) {
  // From the end, where what changes usually is.
  for (let row = view.list.lastChild; row; row = row.previousSibling) {
    const node = row.message;
    if (node?.messageId === id) return node.dataset.virtualized === "true" ? null : node;
  }
  return null;
}

/** Reads the open chat again, after a change behind its back. */
export function refillMessages(phone) {
  if (view?.chat.phone === phone) fillMessages();
}

export function markSeen() {
  const chat = state.chats.get(state.active);
  if (chat?.unread && document.hasFocus()) send({ type: "seen", phone: chat.phone });
}
