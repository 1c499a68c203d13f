// Dates, directions and emoji: how texts are dressed.
import { element, skin } from "./skin.js";

const two = (number) => String(number).padStart(2, "0");

/** The time in a bubble: 10:54 PM (en), 22:54 (pt), 10:54 p. m. (es). */
export function clock(seconds) {
  const date = new Date(seconds * 1000);
  if (skin.lang === "pt") return `${two(date.getHours())}:${two(date.getMinutes())}`;
  const half = date.getHours() < 12 ? ["AM", "a. m."] : ["PM", "p. m."];
  return `${date.getHours() % 12 || 12}:${two(date.getMinutes())} ${half[skin.lang === "es" ? 1 : 0]}`;
}

/** data-pre-plain-text, `[10:54 PM, 12/9/2025] Name: ` and its variants (§4.1). */
export function prePlainText(seconds, name) {
  const date = new Date(seconds * 1000);
  const [day, month, year] = [date.getDate(), date.getMonth() + 1, date.getFullYear()];
  const shown = {
    en: `${month}/${day}/${year}`,
    pt: `${two(day)}/${two(month)}/${year}`,
    es: `${day}/${month}/${year}`,
  }[skin.lang];
  return `[${clock(seconds)}, ${shown}] ${name}: `;
}

/** How the row between two days calls a day. */
export function day(seconds) {
  if (seconds === undefined) return null;
  const date = new Date(seconds * 1000);
  if (date.toDateString() === new Date().toDateString()) return skin.texts.today;
  return date.toLocaleDateString(skin.lang);
}

const RIGHT_TO_LEFT = /^[^\p{L}]*[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u;

export const directionOf = (words) => (RIGHT_TO_LEFT.test(words) ? "rtl" : "ltr");

const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u;
const NOT_EMOJI = /^[\p{ASCII}©®™]$/u;
const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

const isEmoji = (grapheme) => EMOJI.test(grapheme) && !NOT_EMOJI.test(grapheme);

export const hasEmoji = (words) => EMOJI.test(words);

/** Splits into runs: `{ text, emoji }`. */
export function* emojiRuns(words) {
  if (!hasEmoji(words)) {
    if (words) yield { text: words, emoji: false };
    return;
  }
  let plain = "";
  for (const { segment } of segmenter.segment(words)) {
    if (!isEmoji(segment)) {
      plain += segment;
      continue;
    }
    if (plain) yield { text: plain, emoji: false };
    plain = "";
    yield { text: segment, emoji: true };
  }
  if (plain) yield { text: plain, emoji: false };
}

const TRANSPARENT = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

/** Emoji of a bubble are images, so that `innerText` loses them (§2.2). */
export function emojiImage(grapheme, attributes = {}) {
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><text y="19" font-size="19">${grapheme}</text></svg>`;
  return element("img", {
    ...attributes,
    class: ["emoji", attributes.class].filter(Boolean).join(" "),
    alt: grapheme,
    src: TRANSPARENT,
    draggable: "false",
    style: `background-image: url("data:image/svg+xml,${encodeURIComponent(drawing)}")`,
  });
}

/** Text with its emoji as images. */
export function dressed(words, image = emojiImage) {
  return [...emojiRuns(words)].map((run) => (run.emoji ? image(run.text) : run.text));
}
