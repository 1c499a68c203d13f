// Paste: handled asynchronously, cut off at the longest text; lists are not continued in it (§12.5).
import { $getRoot, $getSelection, COMMAND_PRIORITY_CRITICAL, PASTE_COMMAND } from "../vendor/lexical.js";

/** `words` as far as they fit after `length` code points, and whether something was cut off. */
export function fitting(words, length, limit) {
  const points = [...words];
  const room = Math.max(0, limit - length);
  return { words: points.slice(0, room).join(""), cut: points.length > room };
}

/**
 * Returns how to unregister. `rules`: { limit in code points, delay() in ms or null to insert at once, length()
 * of the text, onTooLong() }.
 */
export function registerPaste(editor, { limit, delay, length, onTooLong }) {
  const insert = (pasted) => {
    const { words, cut } = fitting(pasted, length(), limit);
    editor.update(
      () => ($getSelection() ?? $getRoot().selectEnd()).insertRawText(words),
      { discrete: true },
    );
    if (cut) onTooLong();
  };
  return editor.registerCommand(
    PASTE_COMMAND,
    (event) => {
      const pasted = (event.clipboardData?.getData("text/plain") ?? "").replaceAll("\r\n", "\n");
      event.preventDefault();
      setTimeout(() => insert(pasted), delay());
      return true;
    },
    COMMAND_PRIORITY_CRITICAL,
  );
}
