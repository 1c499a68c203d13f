// Where the caret stands in the compose box. All functions run inside a Lexical read or update.
import { $getSelection, $isLineBreakNode, $isRangeSelection, $isTextNode } from "../vendor/lexical.js";

/** The collapsed selection, or null. */
export function $caret() {
  const selection = $getSelection();
  return $isRangeSelection(selection) && selection.isCollapsed() ? selection.anchor : null;
}

/** The text of the caret's line before it; null without a caret. */
export function $lineBeforeCaret() {
  const anchor = $caret();
  if (!anchor) return null;
  const node = anchor.getNode();
  const inText = $isTextNode(node);
  let line = inText ? node.getTextContent().slice(0, anchor.offset) : "";
  let before = inText ? node.getPreviousSibling() : node.getChildAtIndex(anchor.offset - 1);
  while (before && !$isLineBreakNode(before)) {
    line = before.getTextContent() + line;
    before = before.getPreviousSibling();
  }
  return line;
}

/** Replaces the `length` characters before the caret by `words`; false if they are not in one node. */
export function $replaceBeforeCaret(length, words) {
  const anchor = $caret();
  const node = anchor?.getNode();
  if (!$isTextNode(node) || anchor.offset < length) return false;
  node.spliceText(anchor.offset - length, length, words, true);
  return true;
}
