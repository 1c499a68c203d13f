// The preview of chosen files (§10.8, §12.6): a drawer in place of the conversation, no dialog.
import { Composer, LONGEST_CAPTION } from "./compose.js";
import { extensionOf, kindOf, refusalNamed, refusalOf, sizeText } from "./file_kinds.js";
import { icon } from "./icons.js";
import { interruptTyping } from "./interruptions.js";
import { openComposer } from "./open_composer.js";
import { errorPopup, popup, popupIsOpen } from "./popup.js";
import { element, fates, part, skin, structure, text } from "./skin.js";
import { play, state, tellScreen } from "./state.js";
import { toast } from "./toast.js";
import { boxBecomesCaption, sendFiles } from "./uploads.js";
import { showNews } from "./whatsnew.js";

const IDLE_MS = 30; // the messages go once the page is idle, after the drawer is gone
const LOAD_MS = 10_000;

let open = null; // { chat, drawer, files, kinds, caption, ready, submit }

export const previewIsOpen = () => open !== null;

/** The chat was left with a preview open: it comes back with the chat (§12.5, draft). */
export function leavePreview() {
  if (!open) return;
  const { chat, item, files, caption } = open;
  state.selections.set(chat.phone, { item, files, words: caption?.text() ?? "" });
  close();
}

export function reopenPreview(chat) {
  const kept = state.selections.get(chat.phone);
  if (kept) openPreview(chat, kept.item, kept.files, kept.words);
}

function close() {
  open.caption?.destroy();
  open.drawer.remove();
  open = null;
  tellScreen({ drawer: null });
}

/** Files were chosen by the menu item of this kind. */
export async function openPreview(chat, item, files, words = null) {
  if (open) close();
  const refused = fates[chat.phone] === "file_refused" ? { why: "not_supported" } : play("file_refused", chat.phone);
  const kinds = files.map((file) => kindOf(item, file));
  const reasons = files.map((file, index) => refusalOf(kinds[index], file)).filter(Boolean);
  const taken = refused ? [] : files.filter((file, index) => !refusalOf(kinds[index], file));
  if (refused || reasons.length) toast(refused ? refusalNamed(refused.why) : reasons[0]);
  if (taken.length === 0) return;
  const own = (open = { chat, item, files: taken, kinds: [], caption: null, ready: false, submit: () => {} });
  show(own, [preparing()]);
  const slow = play("slow_preview", chat.phone)?.ms ?? 0;
  const pause = new Promise((done) => setTimeout(done, state.settings.preview_ms + slow));
  const shown = await Promise.all([pause, ...taken.map((file) => load(kindOf(item, file), file))]);
  if (open !== own) return;
  own.kinds = shown.slice(1).map(({ kind }) => kind);
  own.ready = true;
  open.drawer.remove();
  show(own, shown.slice(1).map(({ node }) => node), initialWords(words));
  const over = play("dialog_over_preview", chat.phone);
  if (over) setTimeout(() => dialogOver(over.what), over.ms);
}

function initialWords(words) {
  if (words !== null) return words;
  const box = openComposer();
  return boxBecomesCaption && box ? box.text() : "";
}

function dialogOver(what) {
  if (what === "news") showNews();
  else errorPopup("over_preview", skin.texts.nobody_knows);
}

const preparing = () => part("preparing", {}, {}, element("div", { class: "ws-spinner" }));

/** What is seen of a file, and the kind it turns out to be: a picture or film that cannot be read is a document. */
async function load(kind, file) {
  const node = await (LOADERS[kind] ?? documentNode)(file);
  return node ? { kind, node } : { kind: "document", node: documentNode(file) };
}

const LOADERS = {
  image: (file) => pictureNode(file),
  sticker: (file) => pictureNode(file),
  video: (file) => filmNode(file),
  audio: (file) => element("audio", { controls: "", type: file.type, src: URL.createObjectURL(file) }),
};

/** The page reads the size of a picture from the picture itself (WAWebMediaLoad): it must load. */
function pictureNode(file) {
  const image = new Image();
  image.className = "ws-preview-picture";
  const node = part("media_canvas", {}, {}, image);
  return settled(image, "load", URL.createObjectURL(file)).then((ok) => (ok ? node : null));
}

function filmNode(file) {
  const film = element("video", { controls: "", class: "ws-preview-picture", preload: "metadata" });
  film.muted = true;
  return settled(film, "loadedmetadata", URL.createObjectURL(file)).then((ok) => (ok ? film : null));
}

const settled = (node, event, source) =>
  new Promise((done) => {
    node.addEventListener(event, () => done(true));
    node.addEventListener("error", () => done(false));
    setTimeout(done, LOAD_MS, false);
    node.src = source;
  });

const documentNode = (file) =>
  element(
    "div",
    { class: "ws-preview-file" },
    icon("document"),
    element("div", {}, skin.texts.no_preview),
    element("div", {}, [sizeText(file.size), extensionOf(file.name)].filter(Boolean).join(" - ")),
  );

function show(own, nodes, words = "") {
  const { kinds, files, ready } = own;
  const names = kinds[0] === "document" ? part("preview_name", {}, {}, files[0].name) : null;
  const header = part("preview_header", {}, {}, part("preview_close", {}, { onclick: askToDiscard }, icon("close")), names);
  // Audio has no caption (WAWebMediaEditorPreviewAudio).
  const captioned = ready && kinds[0] !== "audio";
  const box = captioned ? part("caption") : null;
  const clear = captioned ? part("caption_clear", {}, { onclick: () => own.caption.clear(), hidden: "" }, icon("caption_clear")) : null;
  const send = sendButton(own);
  own.drawer = part(
    "media_drawer",
    {},
    {},
    header,
    part("preview_body", {}, {}, ...nodes),
    element(
      "div",
      { class: "ws-footer-row" },
      box ? part("caption_frame", {}, {}, box) : null,
      clear,
      ready || structure.file_inputs === "in_menu" ? send : null,
    ),
  );
  document.querySelector(".ws-conversation-slot").append(own.drawer);
  if (box) own.caption = captionEditor(own, box, clear, words);
  tellScreen({ drawer: "media" });
}

function captionEditor(own, box, clear, words) {
  const caption = new Composer(box, {
    onSend: () => own.submit(),
    onChange: (typed) => {
      if (clear) clear.hidden = typed === "";
      if (typed) interruptTyping(typed, own.chat.phone);
    },
    limit: LONGEST_CAPTION,
    members: () => own.chat.members ?? [],
  });
  if (words) caption.append(words);
  caption.focus();
  return caption;
}

function sendButton(own) {
  const { files, ready } = own;
  const count = files.length > 1 ? part("media_count", {}, {}, String(files.length)) : null;
  own.submit = () => ready && submit(own);
  const label = { send_selected: text("send_selected", { count: String(files.length) }) };
  const disabled = ready ? {} : { "aria-disabled": "true" };
  return element("div", { class: "ws-media-action" }, part("media_send", label, { onclick: own.submit, ...disabled }, icon("send")), count);
}

function submit(own) {
  if (open !== own || popupIsOpen() || play("enter_ignored", own.chat.phone)) return;
  const { chat, files, kinds } = own;
  const typed = own.caption?.text() ?? "";
  const words = typed.trim(); // in all eras
  if (boxBecomesCaption) openComposer()?.clear();
  state.selections.delete(chat.phone);
  close();
  setTimeout(() => sendFiles(chat, words, files, kinds), IDLE_MS);
  openComposer()?.focus();
}

/** The cross and Escape both ask; a second Escape leaves the question lying (§10.8). */
function askToDiscard() {
  const own = open;
  popup({
    name: "discard",
    text: skin.texts.discard_selection,
    cancel: { label: skin.texts.cancel },
    ok: { label: skin.texts.discard, action: () => open === own && discard() },
    keeps: true,
  });
}

function discard() {
  state.selections.delete(open.chat.phone);
  close();
  openComposer()?.focus();
}

document.addEventListener("keydown", (event) => {
  if (!open || !event.isTrusted || event.defaultPrevented || popupIsOpen()) return;
  if (event.key === "Escape") askToDiscard();
  // Enter sends although the caption has not the focus (WAWebMediaEditor).
  if (event.key === "Enter" && !event.target.closest?.("[contenteditable=true], input, button")) open.submit();
});
