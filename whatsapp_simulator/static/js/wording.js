// Dates, directions and emoji: how texts are dressed.
import { element, skin } from "./skin.js";

const two = (number) => String(number).padStart(2, "0");

const HALVES = { en: ["AM", "PM"], es: ["a. m.", "p. m."], hi: ["am", "pm"] };

/** The time in a bubble: 10:54 PM (en), 22:54 (pt and most), 10:54 p. m. (es), 下午10:54 (zh). */
export function clock(seconds) {
  const date = new Date(seconds * 1000);
  const [hours, minutes] = [date.getHours(), two(date.getMinutes())];
  const short = `${hours % 12 || 12}:${minutes}`;
  if (skin.lang === "zh") return `${hours < 12 ? "上午" : "下午"}${short}`;
  const halves = HALVES[skin.lang];
  return halves ? `${short} ${halves[hours < 12 ? 0 : 1]}` : `${two(hours)}:${minutes}`;
}

const DATES = {
  en: ([day, month, year]) => `${month}/${day}/${year}`,
  es: ([day, month, year]) => `${day}/${month}/${year}`,
  de: ([day, month, year]) => `${two(day)}.${two(month)}.${year}`,
  zh: ([day, month, year]) => `${year}年${month}月${day}日`,
};
DATES.ru = DATES.tr = DATES.de; // a guess
DATES.ar = DATES.hi = DATES.es; // a guess
const DAY_FIRST = ([day, month, year]) => `${two(day)}/${two(month)}/${year}`;

/** data-pre-plain-text, `[10:54 PM, 12/9/2025] Name: ` and its variants (§4.1). */
export function prePlainText(seconds, name) {
  const date = new Date(seconds * 1000);
  const shown = (DATES[skin.lang] ?? DAY_FIRST)([date.getDate(), date.getMonth() + 1, date.getFullYear()]);
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
