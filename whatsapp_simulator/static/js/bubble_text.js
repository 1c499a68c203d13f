// The words of a bubble: quotation, own text, and what is folded of a long one (§12.4).
import { blocks, largeEmoji } from "./formatting.js";
import { quotationInBubble } from "./quotation.js";
import { inside } from "./shape.js";
import { element, part, skin, structure } from "./skin.js";
import { state } from "./state.js";
import { clock, directionOf, dressed, prePlainText } from "./wording.js";

const FOLDED_AT = 768; // code points
const MORE_AT_ONCE = 3072;
const WORTH_FOLDING = 0.1; // of what is shown: less than that is not hidden

/** How many code points are shown of a text when `limit` may be; all if little is left. */
function shownOf(points, limit) {
  if (!structure.rich_text || points.length <= limit * (1 + WORTH_FOLDING)) return points.length;
  return limit;
}

const content = (words) => {
  if (!state.settings.formatting) {
    return words.split("\n").map((each, index, all) =>
      element("span", {}, ...dressed(each), index < all.length - 1 ? "\n" : ""),
    );
  }
  return blocks(words);
};

/** The text element, with the button that unfolds it; `view.limit` remembers how far it is unfolded. */
function foldable(words, view) {
  const points = [...words];
  const text = part("text", { dir: directionOf(words) });
  const fill = () => {
    const shown = shownOf(points, view.limit ?? FOLDED_AT);
    const folded = shown < points.length;
    inside(text).replaceChildren(...content(folded ? `${points.slice(0, shown).join("")}…` : words));
    return folded;
  };
  if (!fill()) return [text];
  const unfold = () => {
    view.limit = (view.limit ?? FOLDED_AT) + MORE_AT_ONCE;
    if (!fill()) button.remove();
  };
  const button = part("read_more", {}, { onclick: unfold }, skin.texts.read_more);
  return [text, button];
}

/**
 * What a message says, in the element with its time and author (§4.1); nothing if it has no text. The quotation of a
 * message with a file stands before the file.
 */
export function bubbleText(message, name, view) {
  if (!message.text) return [];
  const quoted = message.quoted && !message.attachments?.length ? quotationInBubble(message.quoted) : null;
  const large = largeEmoji(message.text);
  const own = large ? [large] : foldable(message.text, view);
  // The hidden spacer makes room for the time, and doubles it in the element's text.
  const spacer = part("time_spacer", {}, {}, element("span", {}, clock(message.at)));
  const values = { pre_plain_text: prePlainText(message.at, name) };
  return [part("copyable", values, {}, quoted, element("div", {}, ...own, element("span", {}, spacer)))];
}
