// The open chat: #main with header, messages and footer.
import { closeOnEscape, listenInPanel } from "./box_keys.js";
import { chatHeader } from "./chat_header.js";
import { send } from "./connection.js";
import { closeFooter, fillFooter, focusBox, openFooter, retitleBox, submit } from "./footer.js";
import { loadHistory } from "./histories.js";
import { icon } from "./icons.js";
import { closeMessageMenu } from "./message_menu.js";
import { closeMessages, fillMessages, openMessages } from "./message_list.js";
import { hangIf } from "./misbehaviour.js";
import { hasFooter } from "./notices.js";
import { openComposer } from "./open_composer.js";
import { leavePreview, reopenPreview } from "./preview.js";
import { disarm } from "./replying.js";
import { element, part, skin, structure } from "./skin.js";
import { play, state, tellScreen } from "./state.js";

let slot = null; // where #main is put
let open = null; // the open chat: { phone, header }

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

const escape = () => closeMessageMenu() || disarm(state.active) || closeConversation();
if (structure.text_rules) closeOnEscape(() => state.active && escape());
document.addEventListener("ws-focus-returns", focusBox);

export function closeConversation() {
  leave();
  state.active = null;
  slot?.replaceChildren(intro());
  document.dispatchEvent(new CustomEvent("ws-chat-opened"));
  tellScreen();
}

function leave() {
  closeMessageMenu();
  leavePreview();
  closeFooter();
  closeMessages();
  open = null;
}

/** Opens a chat; if it is open already only the box is focused. */
export async function openConversation(chat) {
  hangIf("open", chat.phone);
  if (open?.phone === chat.phone) {
    focusBox();
    return;
  }
  if (!state.histories.has(chat.phone)) await loadHistory(chat.phone);
  leave();
  state.active = chat.phone;
  build(chat);
  reopenPreview(chat);
  loseEarlyKeys(chat.phone);
  markSeen();
  document.dispatchEvent(new CustomEvent("ws-chat-opened"));
  tellScreen();
}

function build(chat) {
  const panel = openMessages(chat.phone, state.chats.get(chat.phone)?.unread ?? 0);
  if (structure.text_rules) listenInPanel(panel, { composer: openComposer, submit });
  const footer = openFooter(chat);
  open = { phone: chat.phone, header: chatHeader(chat) };
  slot.replaceChildren(part("conversation", {}, {}, open.header.node, panel, hasFooter(chat) ? footer : null));
  fillFooter();
  fillMessages();
}

function loseEarlyKeys(phone) {
  const early = play("lose_early_keys", phone);
  const composer = openComposer();
  if (early && composer) setTimeout(() => composer.clear(), early.ms);
}

/** The server's data of the open chat has changed: its title is redrawn, in the same nodes. */
export function retitle(chat) {
  if (open?.phone !== chat.phone) return;
  open.header.retitle(chat);
  retitleBox(chat);
}

export function markSeen() {
  const chat = state.chats.get(state.active);
  if (chat?.unread && document.hasFocus()) send({ type: "seen", phone: chat.phone });
}
