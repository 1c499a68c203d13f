// The parts of a bubble that show a file (§10.8, §12.4).
import { extensionOf, sizeText } from "./file_kinds.js";
import { icon } from "./icons.js";
import { mediaStage } from "./media.js";
import { element, part, structure, text } from "./skin.js";
import { dressed } from "./wording.js";

const SHOWN_OF_ALBUM = 4;

/** Nothing for a message without files. */
export function fileParts(message) {
  const files = message.attachments ?? [];
  if (files.length < 2) return files.map((file) => filePart(file, message.upload ?? mediaStage(message)));
  const hidden = files.length - SHOWN_OF_ALBUM;
  const parts = files.slice(0, SHOWN_OF_ALBUM).map((file) => filePart(file, message.upload));
  return [part("album", {}, {}, ...parts, hidden > 0 ? element("span", {}, `+${hidden}`) : null)];
}

const filePart = (file, upload) => (PARTS[file.kind] ?? PARTS.document)(file, upload);

const PARTS = {
  document: documentPart,
  image: (file, upload) => part("image_thumb", {}, {}, loaded(file, picture(file)), stateOf(file, upload)),
  video: (file, upload) =>
    part("video_content", {}, {}, loaded(file, element("div", { class: "ws-film" })), icon("video"), stateOf(file, upload)),
  audio: (file, upload) =>
    element("div", { class: "ws-attachment" }, part("audio_play", {}, {}, icon("audio")), stateOf(file, upload, true)),
  sticker: (file, upload) => part("sticker", {}, {}, picture(file), stateOf(file, upload)),
};

/** The picture itself, where this page has it: after a reload only its thumbnail is there (§12.4). */
const picture = ({ url }) => element("img", { src: url ?? THUMBNAIL, alt: "", class: "ws-bubble-picture" });

const THUMBNAIL = "data:image/jpeg;base64,/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=";

const loaded = ({ url }, node) => (url ? part("media_provider", {}, {}, node) : node);

function documentPart({ name, size }, upload) {
  const ext = extensionOf(name);
  const meta = element(
    "div",
    { class: "ws-document-meta" },
    // While it is uploaded the time that is left stands in place of the type.
    upload?.stage === "uploading" || !ext ? null : [part("document_type", { ext }, {}, ext), element("span", {}, "•")],
    part("document_size", { size: sizeText(size) }, {}, sizeText(size)),
  );
  return part(
    "document_thumb",
    { download: text("download", { name }) },
    { class: "ws-attachment" },
    icon("document"),
    element("div", {}, part("document_name", {}, {}, ...dressed(name)), meta),
    stateOf({}, upload, true),
  );
}

/** How far the upload is: a circle with a cross, or the offer to try again; the size where it stopped. Or that a file of
 * theirs can be loaded.
 */
function stateOf({ size }, upload, counts = false) {
  if (!upload) return null;
  if (upload.stage === "offered") {
    const words = size ? element("span", {}, sizeText(size)) : null;
    return part("media_download", {}, {}, element("button", { onclick: upload.act }, icon("media_download"), words));
  }
  if (upload.stage === "uploading") {
    const circle = part("progress", { percent: String(counts ? upload.percent : 0) });
    if (!counts) circle.removeAttribute("aria-valuenow"); // of pictures it only turns
    return part("media_pending", {}, {}, circle, icon("media_cancel"));
  }
  return part("media_upload", {}, {}, icon("media_upload"), size ? element("span", {}, sizeText(size)) : null);
}

/** The caption of a document is marked as one. */
export const captionFrame = (message, words) =>
  structure.rich_text && words.length && message.attachments?.[0]?.kind === "document" ? [part("document_caption", {}, {}, ...words)] : words;
