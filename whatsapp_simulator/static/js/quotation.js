// What a message answers to, as a bubble and the bar over the box show it (§12.4, §12.13).
import { icon } from "./icons.js";
import { element, part, skin } from "./skin.js";
import { state } from "./state.js";
import { directionOf, dressed } from "./wording.js";

const LONGEST = 768; // code points; without a button that shows the rest

/** The quotation of `message`: its file is named by a word, or a document by its name. */
export function quotationOf(message) {
  const file = message.attachments?.[0];
  const author = message.mine ? skin.texts.you : (message.author ?? state.chats.get(message.chat)?.title ?? message.chat);
  return { id: message.id, author, text: message.text || (file ? named(file) : ""), kind: file?.kind ?? null };
}

function named({ kind, name }) {
  if (kind === "document") return name;
  return kind === "sticker" ? "" : skin.texts[`quoted_${kind}`];
}

function saidIn({ author, text, kind }) {
  const points = [...text];
  const shown = points.length > LONGEST ? `${points.slice(0, LONGEST).join("")}…` : text;
  const words = text ? part("quoted_text", {}, {}, ...dressed(shown)) : null;
  return [
    element("span", { dir: "auto", class: "ws-quoted-author" }, author),
    element("div", { dir: directionOf(text) }, symbolOf(kind), words),
  ];
}

function symbolOf(kind) {
  if (!kind) return null;
  if (kind === "sticker") return element("img", { src: "", alt: "", class: "ws-quoted-sticker" });
  return icon({ document: "document", audio: "audio", video: "video" }[kind] ?? "media");
}

export const quotationInBubble = (quoted) => part("quoted", {}, {}, part("quoted_button", {}, {}, ...saidIn(quoted)));

/** Up to E2 the one over the box cannot be pressed (P23). */
export const quotationOverBox = (quoted) => part("quoted", {}, {}, part("quoted_in_box", {}, {}, ...saidIn(quoted)));
