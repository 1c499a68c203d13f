// Emoticons become emoji when the caret stands right after them (§12.5). Which emoji each becomes, and that
// nothing need stand before it, is a guess.
import { COMMAND_PRIORITY_CRITICAL, KEY_BACKSPACE_COMMAND, TextNode } from "../vendor/lexical.js";
import { $caret, $lineBeforeCaret } from "./caret.js";
import { $createEmojiNode } from "./emoji_node.js";

const EMOTICONS = {
  "(y)": "👍",
  "(Y)": "👍",
  "(n)": "👎",
  "(N)": "👎",
  ":-)": "🙂",
  ":-(": "🙁",
  ":-p": "😛",
  ":-P": "😛",
  ":-\\": "😕",
  ":-D": "😃",
  ":-o": "😮",
  ";-)": "😉",
  ":-*": "😘",
  ":-|": "😐",
  ":'(": "😢",
  "^_^": "😊",
  "<3": "❤️",
  ">_<": "😣",
};

const endingIn = (words) => Object.keys(EMOTICONS).find((each) => words.endsWith(each)) ?? null;

/** Returns how to unregister. `isOn`: the setting "replace text with emoji". */
export function registerEmoticons(editor, isOn) {
  let made = null; // { key, typed } of the emoji made last
  let kept = null; // the line whose emoticon was taken back by Backspace

  const transform = (node) => {
    const anchor = $caret();
    if (!isOn() || !node.isSimpleText() || anchor?.key !== node.getKey()) return;
    const typed = endingIn(node.getTextContent().slice(0, anchor.offset));
    if (typed === null || $lineBeforeCaret() === kept) return;
    const start = anchor.offset - typed.length;
    const pieces = start === 0 ? node.splitText(anchor.offset) : node.splitText(start, anchor.offset);
    const emoji = $createEmojiNode(EMOTICONS[typed]);
    pieces[start === 0 ? 0 : 1].replace(emoji);
    emoji.selectEnd();
    made = { key: emoji.getKey(), typed };
  };

  const takeBack = () => {
    const node = $caret()?.getNode();
    if (!made || node?.getKey() !== made.key) return false;
    kept = $lineBeforeCaret().slice(0, -node.getTextContent().length) + made.typed;
    const words = new TextNode(made.typed);
    node.replace(words);
    words.selectEnd();
    made = null;
    return true;
  };

  const undo = [
    editor.registerNodeTransform(TextNode, transform),
    editor.registerCommand(
      KEY_BACKSPACE_COMMAND,
      (event) => {
        const taken = takeBack();
        if (taken) event?.preventDefault();
        return taken;
      },
      COMMAND_PRIORITY_CRITICAL,
    ),
  ];
  return () => undo.forEach((each) => each());
}
