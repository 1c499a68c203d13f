// WhatsApp's own marks in a bubble (§12.4): the marks are gone, every piece carries the classes of the text itself.
import { element, partAs, skin, structure } from "./skin.js";
import { dressed, emojiImage, emojiRuns } from "./wording.js";

// Where a mark may begin and end is a guess; that it is gone from the bubble's text is not.
const MARKED =
  /(?<![\p{L}\p{N}])(?:(?<fence>```|`)(?<code>[^`\n]+)\k<fence>|(?<mark>[*_~])(?<inner>\S(?:[^\n]*?\S)?)\k<mark>)(?![\p{L}\p{N}])/u;
const TAGS = { "*": "strong", _: "em", "~": "del" };
const LINK = /https?:\/\/[^\s<>"]+/u;

const rich = structure.rich_text; // E2 and E3: lists, quotations, single back quotes, classes on every piece

const piece = (tag, attributes, ...children) =>
  rich ? partAs("text_piece", tag, attributes, ...children) : element(tag, attributes, ...children);

/** Emoji in a bubble: a piece of its own, which says what it stands for. */
function emojiPiece(grapheme) {
  const attributes = rich ? { ...skin.parts.text_piece.attributes, "data-plain-text": grapheme } : {};
  return emojiImage(grapheme, attributes);
}

const dressedPieces = (words) => dressed(words, emojiPiece);

/** Up to three emoji and nothing else (the number is a guess): large images without a text span. */
export function largeEmoji(words) {
  if (!rich) return null;
  const runs = [...emojiRuns(words)];
  if (runs.length === 0 || runs.length > 3 || runs.some((run) => !run.emoji)) return null;
  return element("div", { class: "ws-large-emoji" }, ...runs.map((run) => emojiPiece(run.text)));
}

/** A line of a bubble: marks, links, and emoji as images. */
export function formatted(line) {
  const marked = MARKED.exec(line);
  const link = LINK.exec(line);
  if (link && (!marked || link.index <= marked.index)) return around(line, link, anchor(link[0]));
  if (!marked || (!rich && marked.groups.fence === "`")) return dressedPieces(line);
  const { fence, code, mark, inner } = marked.groups;
  const template = (sign) => ({ "data-app-text-template": `${sign}\${appText}${sign}` });
  const node = code
    ? piece("code", template(fence), code)
    : piece(TAGS[mark], template(mark), ...formatted(inner));
  return around(line, marked, node);
}

function anchor(href) {
  const title = rich ? { title: href } : {};
  return piece("a", { href, target: "_blank", rel: "noopener noreferrer", dir: "auto", ...title }, href);
}

const around = (line, match, node) => [
  ...dressedPieces(line.slice(0, match.index)),
  node,
  ...formatted(line.slice(match.index + match[0].length)),
];

const BULLET = /^([-*•]) (?=\S)/;
const NUMBER = /^(\d{1,2})\. (?=\S)/; // one or two digits, one blank
const QUOTE = /^> (?=\S)/;
const FENCED = /^```([^`]*\n[^`]*)```$/; // over several lines; outside the spans: guess

/** What the lines of a text stand in: spans, one per line; lists and quotations outside them. */
export function blocks(words) {
  if (!rich) return lines(words);
  const found = [];
  for (const block of fences(words)) {
    if (FENCED.test(block.text)) {
      found.push(piece("code", { "data-app-text-template": "```${appText}```" }, FENCED.exec(block.text)[1]));
    } else found.push(...listed(block.text, block.last));
  }
  return found;
}

const line = (words, last) => element("span", {}, ...formatted(words), last ? "" : "\n");

/** One span per line, each but the last ending in a line feed (§4.1). */
function lines(words) {
  const all = words.split("\n");
  return all.map((each, index) => line(each, index === all.length - 1));
}

/** The text cut at code that goes over several lines. */
function fences(words) {
  const parts = words.split(/(?:(?<=^|\n))(```[^`]*\n[^`]*```)(?:\n|$)/);
  const full = parts.filter((part) => part !== "");
  return full.map((text, index) => ({
    // What stands before code ends in a line feed that belongs to the last line's span.
    text: index < full.length - 1 && !FENCED.test(text) ? text.replace(/\n$/, "") : text,
    last: index === full.length - 1,
  }));
}

function listed(words, isEnd) {
  const found = [];
  const all = words.split("\n");
  let list = null; // the list the last item went into
  all.forEach((each, index) => {
    const bullet = BULLET.exec(each);
    const number = NUMBER.exec(each);
    const tag = bullet ? "UL" : number ? "OL" : null;
    if (!tag) {
      list = null;
      const last = isEnd && index === all.length - 1;
      found.push(QUOTE.test(each) ? quotation(each) : line(each, last));
      return;
    }
    if (list?.nodeName !== tag) found.push((list = element(tag.toLowerCase())));
    list.append(bullet ? bulletItem(each, bullet) : numberItem(each, number));
  });
  return found;
}

/** The mark is in data-pre-plain-text, not in the text; the dot has the star's. */
function bulletItem(words, [mark, sign]) {
  const shown = sign === "-" ? "- " : "* ";
  return element("li", {}, itemText(shown, words.slice(mark.length)));
}

function numberItem(words, [mark, value]) {
  return element("li", { value }, itemText(`${value}. `, words.slice(mark.length)));
}

const itemText = (mark, words) => piece("span", { "data-pre-plain-text": mark }, ...formatted(words));

const quotation = (words) =>
  piece("blockquote", { "data-pre-plain-text": "> " }, ...formatted(words.replace(QUOTE, "")));
