// A line break by key after a list item writes the next mark by itself; an empty item loses its mark (§12.5).
import { $getSelection, $isRangeSelection } from "../vendor/lexical.js";
import { $lineBeforeCaret, $replaceBeforeCaret } from "./caret.js";

const ITEM = /^(?:(?<sign>[-*])|(?<number>\d{1,2})\.) (?<words>.*)$/su;
const LAST_NUMBER = 99;

/** Breaks the line at the caret. Runs inside an update. */
export function $breakLine({ continues }) {
  const selection = $getSelection();
  if (!$isRangeSelection(selection)) return;
  const item = continues ? ITEM.exec($lineBeforeCaret() ?? "") : null;
  if (item && !item.groups.words.trim()) {
    if ($replaceBeforeCaret(item[0].length, "")) return;
  }
  selection.insertLineBreak();
  const mark = item && nextMark(item.groups);
  if (mark) $getSelection().insertText(mark);
}

function nextMark({ sign, number }) {
  if (sign) return `${sign} `;
  const next = Number(number) + 1;
  return next <= LAST_NUMBER ? `${next}. ` : null;
}
