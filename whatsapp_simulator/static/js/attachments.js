// Attachments: the button with its menu, and the inputs through which files are chosen (§5, §10.8, §12.6).
import { icon } from "./icons.js";
import { openPreview } from "./preview.js";
import { element, part, skin, structure } from "./skin.js";
import { scenario } from "./state.js";
import { sendFiles } from "./uploads.js";

const ACCEPT = {
  document: "*",
  media: "image/*,video/mp4,video/3gpp,video/quicktime",
  audio: "audio/wav,audio/mp3,audio/ogg,audio/aac,audio/mpeg",
  sticker: "image/*",
};
// In the order of the menu. Photos and audio bear the same test id (WAWebAttachMenuPopupItemAudio).
const ITEMS = ["document", "media", "camera", "audio", "contact", "poll", "event", "sticker"];
const TEST_IDS = { audio: "media" };

const itemIcon = (kind) => {
  if (kind === "document") return icon("document");
  return kind === "audio" ? icon("headphones") : icon("media");
};

/** The button with its menu; in E3 also the sticker input, the only one there at rest. */
export function attachButton(chat) {
  const place = element("span", { class: "ws-attach-place" });
  let menu = null;
  const close = () => {
    menu?.remove();
    menu = null;
    button.setAttribute("aria-expanded", "false");
  };
  const toggle = () => {
    if (menu) return close();
    menu = attachMenu(chat, close);
    place.append(menu);
    return button.setAttribute("aria-expanded", "true");
  };
  const button = part("attach", {}, { onclick: toggle, "aria-haspopup": "menu", "aria-expanded": "false" }, icon("attach"));
  place.append(button);
  if (structure.file_inputs === "on_click") {
    // What is given to it goes at once, as a sticker.
    const post = ({ target }) => sendFiles(chat, "", [...target.files], "sticker");
    place.append(part("sticker_input", {}, { onchange: post }));
  }
  return place;
}

function attachMenu(chat, close) {
  return part("attach_menu", {}, {}, ...ITEMS.map((kind) => menuItem(chat, kind, close)));
}

function menuItem(chat, kind, close) {
  const chosen = (files) => {
    close();
    openPreview(chat, kind, files);
  };
  const atOnce = structure.file_inputs === "on_click";
  // E1 and E2: the input lies inside the item, and a press on the item opens it.
  const inside = kind in ACCEPT && !atOnce ? fileInput(kind, chosen) : null;
  const onclick = ({ target }) => {
    if (target === inside || !(kind in ACCEPT)) return;
    if (inside) inside.click();
    else pickOnClick(kind, chosen, close);
  };
  const item = part(
    "attach_item",
    { test_id: TEST_IDS[kind] ?? kind },
    { onclick },
    itemIcon(kind),
    element("span", {}, skin.texts[`attach_${kind}`]),
    inside,
  );
  if (scenario("menu_without_test_ids", chat.phone)) item.removeAttribute("data-testid");
  return item;
}

function fileInput(kind, onFiles) {
  return part(
    "file_input",
    { accept: ACCEPT[kind] },
    { onchange: ({ target }) => target.files.length && onFiles([...target.files]) },
  );
}

/** E3: the input is made on the click and gone after change or cancel; the menu stays open until then. */
function pickOnClick(kind, chosen, close) {
  const input = fileInput(kind, (files) => {
    input.remove();
    chosen(files);
  });
  input.addEventListener("cancel", () => {
    input.remove();
    close();
  });
  document.body.append(input);
  input.click();
}
