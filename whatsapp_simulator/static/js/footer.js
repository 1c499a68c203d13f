// The footer of the open chat: the compose box, or what replaces it when the chat is locked (§7b, §7c, §10.5).
import { attachButton } from "./attachments.js";
import { Composer } from "./compose.js";
import { editLastMessage } from "./edit.js";
import { icon } from "./icons.js";
import { interruptTyping } from "./interruptions.js";
import { lockOf } from "./locks.js";
import { boxBehindFooter } from "./notices.js";
import { openComposer, setComposer } from "./open_composer.js";
import { errorPopup } from "./popup.js";
import { replyPanel } from "./replying.js";
import { standing } from "./shape.js";
import { element, part, skin, structure, text } from "./skin.js";
import { play, state } from "./state.js";
import { ALTERATIONS, sendMessage } from "./sending.js";

let open = null; // of the open chat: { chat, node, bars, box, action, altered }

/** The footer of a chat that is opened; empty until it stands in the page and `fillFooter` is called. */
export function openFooter(chat) {
  open = { chat, node: part("footer"), bars: [], box: null, action: null, altered: false };
  return open.node;
}

/** The chat is left: what stands in the box is kept as its draft. */
export function closeFooter() {
  takeBoxAway();
  open = null;
}

function takeBoxAway() {
  const composer = openComposer();
  if (!composer) return;
  state.drafts.set(open.chat.phone, composer.text());
  composer.destroy();
  setComposer(null);
}

export function fillFooter() {
  takeBoxAway();
  for (const bar of open.bars) bar.remove();
  open.bars = [];
  const lock = lockOf(open.chat);
  if (lock) showLock(lock);
  else showBox();
}

function showLock(lock) {
  open.node.replaceChildren(...(lock.outside ? [] : [lock.node]));
  if (!open.node.isConnected) return;
  open.bars = [lock.outside ? lock.node : null, boxBehindFooter()].filter(Boolean);
  open.node.after(...open.bars);
}

function showBox() {
  const { chat } = open;
  const box = part("compose", boxLabel(chat));
  const placeholder = part("placeholder", {}, {}, skin.texts.type_a_message);
  open.box = box;
  open.action = element("div", { class: "ws-action" });
  open.node.replaceChildren(
    element(
      "div",
      { class: "ws-footer-row copyable-area" },
      element("button", { type: "button", class: "ws-emoji-button", "data-tab": "10" }, icon("emoji")),
      attachButton(chat),
      part("editor", {}, {}, box, placeholder),
      open.action,
    ),
    element("div", { class: "ws-reply-place" }),
  );
  const composer = new Composer(box, {
    onSend: submit,
    onChange: (words) => {
      placeholder.hidden = words !== "";
      showAction(words);
      if (words.length > 2) alterTyping(chat.phone);
      if (words) interruptTyping(words, chat.phone);
    },
    onTooLong: () => errorPopup("too_long", skin.texts.too_long_text, skin.texts.too_long),
    onArrowUp: () => editLastMessage(chat.phone, () => open?.chat.phone === chat.phone),
    members: () => open.chat.members ?? [],
  });
  showReply();
  showAction("");
  const draft = state.drafts.get(chat.phone);
  setComposer(composer);
  if (draft) composer.set(draft);
  composer.focus();
}

/** What stands armed over the box. */
function showReply() {
  open.node.querySelector(".ws-reply-place")?.replaceChildren(...[replyPanel(open.chat.phone)].filter(Boolean).flatMap(standing));
}

document.addEventListener("ws-reply-changed", ({ detail }) => open?.chat.phone === detail && showReply());

export const focusBox = () => openComposer()?.focus();

const boxLabel = (chat) => ({ type_a_message_to: text("type_a_message_to", { chat: chat.title }) });

/** The chat is called something else now; the box keeps its element. */
export function retitleBox(chat) {
  open.chat = chat;
  const label = openComposer() && part("compose", boxLabel(chat)).getAttribute("aria-label");
  if (label) open.box.setAttribute("aria-label", label);
}

/** The send button is there only while the box has content; else the voice button (§2.3). */
function showAction(words) {
  if (!open?.action) return;
  const wanted = words.trim() ? "send" : "voice";
  if (open.action.dataset.shown === wanted) return;
  const onclick = () => submit(openComposer().text());
  const button =
    wanted === "send" ? part("send", {}, { onclick }, icon("send")) : part("voice", {}, {}, icon("voice"));
  open.action.dataset.shown = wanted;
  open.action.replaceChildren(button);
}

/** Blanks and line breaks at both ends are lost; only blanks are not sent at all (§12.5). */
export function submit(typed) {
  const words = structure.text_rules ? typed.trim() : typed;
  const { chat } = open;
  const composer = openComposer();
  if (!typed.trim() || play("enter_ignored", chat.phone)) return;
  composer.clear();
  state.drafts.delete(chat.phone);
  sendMessage(chat, words);
  focusBox();
}

/** `text=` of a link: appended when the chat was open already, else instead of the draft. */
export function pasteIntoComposer(words, { append }) {
  const composer = openComposer();
  if (!composer) return;
  if (!append) composer.clear();
  composer.append(words);
  composer.focus();
}

/** The editor rewrites what stands in it, in the middle of the typing. */
function alterTyping(phone) {
  const alteration = open?.altered ? null : play("altered_typing", phone);
  if (!alteration) return;
  open.altered = true; // what it does is a change, too
  // Not inside Lexical's own update.
  setTimeout(() => openComposer()?.set(ALTERATIONS[alteration.how](openComposer().text())));
}

/** Something that may lock or unlock the box has changed. */
export function refreshFooter() {
  if (!open) return;
  const locked = lockOf(open.chat) !== null;
  if (locked === (openComposer() !== null)) fillFooter();
}
