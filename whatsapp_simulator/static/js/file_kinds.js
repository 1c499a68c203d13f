// What kind of message a file becomes, and what the page says about files (§10.8, §12.6).
import { skin, text } from "./skin.js";
import { state } from "./state.js";

const MIB = 1024 * 1024;
const DOCUMENT_LIMIT_MIB = 2000;

/** The kind of a file that was chosen by a menu item; a WebP picture becomes a sticker, but as a document. */
export function kindOf(item, file) {
  if (item !== "media") return item;
  if (file.type === "image/webp") return "sticker";
  return file.type.startsWith("video/") ? "video" : "image";
}

const LARGE = { image: "image_too_large", video: "video_too_large", document: "document_too_large" };

/** Why the page does not take the file, in its words; null if it does. */
export function refusalOf(kind, file) {
  if (file.size === 0) return skin.texts.file_empty;
  const limit = kind === "document" ? DOCUMENT_LIMIT_MIB : state.settings.media_limit_mb;
  if (file.size <= limit * MIB) return null;
  return text(LARGE[kind] ?? "file_too_large", { max_size: sizeText(limit * MIB) });
}

/** The words of a refusal that a scenario asks for. */
export const refusalNamed = (why) =>
  why === "too_large" ? text("file_too_large", { max_size: sizeText(state.settings.media_limit_mb * MIB) }) : skin.texts[`file_${why}`];

/** 60 kB, 1.2 MB: by 1,024, one decimal from a megabyte on (WAWebL10nFilesize). */
export function sizeText(bytes) {
  const units = ["B", "kB", "MB", "GB"];
  let value = bytes;
  while (value >= 1024 && units.length > 1) {
    value /= 1024;
    units.shift();
  }
  const decimals = bytes > MIB ? 1 : 0;
  return `${value.toLocaleString(skin.lang, { maximumFractionDigits: decimals })} ${units[0]}`;
}

/** PDF; nothing for a name without one. */
export const extensionOf = (name) => (/\.([^.\s]+)$/.exec(name) ?? ["", ""])[1].toUpperCase();
