// Emoji in the compose box: nodes of their own, as the real box has them (§2.2).
import { TextNode } from "../vendor/lexical.js";
import { emojiRuns, hasEmoji } from "./wording.js";

/** An emoji in the box: span > span with the text kept. */
export class EmojiNode extends TextNode {
  static getType() {
    return "emoji";
  }

  static clone(node) {
    return new EmojiNode(node.__text, node.__key);
  }

  static importJSON(json) {
    return new EmojiNode(json.text).updateFromJSON(json);
  }

  createDOM(config) {
    const outer = document.createElement("span");
    const inner = super.createDOM(config);
    inner.className = "ws-emoji-inner";
    outer.append(inner);
    return outer;
  }

  updateDOM(previous, dom, config) {
    const inner = dom.firstChild;
    return inner === null ? true : super.updateDOM(previous, inner, config);
  }
}

export const $createEmojiNode = (emoji) => new EmojiNode(emoji).setMode("token");

/** Takes emoji out of plain text nodes into nodes of their own, one grapheme at a time. */
export function separateEmoji(node) {
  if (!node.isSimpleText() || !hasEmoji(node.getTextContent())) return;
  let offset = 0;
  for (const run of emojiRuns(node.getTextContent())) {
    const end = offset + run.text.length;
    if (run.emoji) {
      const pieces = offset === 0 ? node.splitText(end) : node.splitText(offset, end);
      const target = offset === 0 ? pieces[0] : pieces[1];
      target.replace($createEmojiNode(run.text));
      return; // the rest is a new text node, which the transform visits next
    }
    offset = end;
  }
}
