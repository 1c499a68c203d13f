// Attachments: menu, file inputs, preview with a caption (§5).
import { Composer, LONGEST_CAPTION } from "./compose.js";
import { icon } from "./icons.js";
import { sendMessage } from "./sending.js";
import { element, part, skin, structure } from "./skin.js";
import { tellScreen } from "./state.js";

const ACCEPT = { media: "image/*,video/mp4,video/3gpp,video/quicktime", document: "*" };
const KINDS = ["document", "media", "camera", "contact", "poll", "sticker"];

/** The button with its menu; in E3 also the sticker input, the only one there at rest. */
export function attachButton(chat) {
  const place = element("span", { class: "ws-attach-place" });
  let menu = null;
  const toggle = () => {
    if (menu) {
      menu.remove();
      menu = null;
    } else {
      menu = attachMenu(chat, toggle);
      place.append(menu);
    }
  };
  place.append(part("attach", {}, { onclick: toggle, "aria-haspopup": "menu" }, icon("attach")));
  if (structure.file_inputs === "on_click") {
    place.append(
      part("sticker_input", {}, { onchange: (event) => sendFiles(chat, "sticker", event.target.files, "") }),
    );
  }
  return place;
}

function attachMenu(chat, close) {
  const items = KINDS.map((kind) => {
    const picked = kind === "media" || kind === "document";
    const onclick = () => {
      if (!picked) return;
      if (structure.file_inputs === "on_click") {
        pickOnClick(chat, kind);
        close();
      }
    };
    const item = part(
      "attach_item",
      { kind },
      { onclick },
      icon(kind === "document" ? "document" : "media"),
      element("span", {}, skin.texts[`attach_${kind}`]),
    );
    // E1 and E2: the inputs lie inside the open menu.
    if (picked && structure.file_inputs === "in_menu") {
      item.append(fileInput(kind, (files) => preview(chat, kind, files, close)));
    }
    return item;
  });
  return part("attach_menu", {}, {}, ...items);
}

function fileInput(kind, onFiles) {
  return part(
    "file_input",
    { accept: ACCEPT[kind] },
    { onchange: (event) => onFiles([...event.target.files]) },
  );
}

/** E3: the input is made on the click and gone after change or cancel; the native chooser opens. */
function pickOnClick(chat, kind) {
  const input = fileInput(kind, (files) => {
    input.remove();
    preview(chat, kind, files);
  });
  input.addEventListener("cancel", () => input.remove());
  document.body.append(input);
  input.click();
}

/** The preview fills the conversation; it is no dialog. */
function preview(chat, kind, files, whenDone = () => {}) {
  if (files.length === 0) return;
  const box = part("caption");
  const pictures = files.map((file) =>
    file.type.startsWith("image/")
      ? element("img", { src: URL.createObjectURL(file), alt: "", class: "ws-preview-picture" })
      : element("div", { class: "ws-preview-file" }, icon("document"), element("div", {}, file.name)),
  );
  const close = () => {
    caption.destroy();
    drawer.remove();
    tellScreen({ drawer: null });
    whenDone();
  };
  const submit = () => {
    const words = structure.text_rules ? caption.text().trim() : caption.text();
    close();
    sendFiles(chat, kind, files, words);
  };
  const drawer = part(
    "media_drawer",
    {},
    {},
    element("button", { type: "button", "aria-label": skin.texts.close, onclick: close }, icon("close")),
    part("media_canvas", {}, {}, ...pictures),
    element(
      "div",
      { class: "ws-footer-row" },
      part("caption_frame", {}, {}, box),
      part("media_send", {}, { onclick: submit }, icon("send")),
    ),
  );
  const caption = new Composer(box, { onSend: submit, limit: LONGEST_CAPTION });
  document.querySelector(".ws-conversation").append(drawer);
  caption.focus();
  tellScreen({ drawer: "media" });
}

async function sendFiles(chat, kind, files, words) {
  const uploads = [];
  const attachments = [];
  for (const file of files) {
    const query = new URLSearchParams({ name: file.name, kind });
    const type = file.type || "application/octet-stream";
    const response = await fetch(`/_sim/upload?${query}`, {
      method: "POST",
      body: file,
      headers: { "Content-Type": type },
    });
    uploads.push((await response.json()).upload);
    attachments.push({ name: file.name, type, size: file.size, kind });
  }
  // One message per file, the caption with the first, as WhatsApp does.
  uploads.forEach((upload, index) =>
    sendMessage(chat, index === 0 ? words : "", [upload], [attachments[index]]),
  );
}
