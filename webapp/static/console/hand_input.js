// What a person's keys and texts are for the page. Tab is not passed on: it leaves the picture, as everywhere.

const NAMED = new Set([
  ...["Enter", "Escape", "Backspace", "Delete", "Home", "End", "PageUp", "PageDown"],
  ...["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"],
]);
const EDITING = new Set(["a", "c", "x", "y", "z"]); // not v: what is pasted comes from the person's own clipboard
const LONGEST_TYPED = 200; // characters of one action

/** The action of a keydown, null for a key that stays here. */
export function keyOf(event) {
  if (event.isComposing) return null;
  if (NAMED.has(event.key)) {
    if (event.ctrlKey || event.metaKey || event.altKey) return null;
    return { kind: "key", key: event.shiftKey ? `Shift+${event.key}` : event.key };
  }
  const isText = [...event.key].length === 1;
  const typed = event.getModifierState("AltGraph") || !(event.ctrlKey || event.metaKey || event.altKey);
  if (isText && typed) return { kind: "type", text: event.key };
  const letter = event.key.toLowerCase();
  if ((event.ctrlKey || event.metaKey) && !event.altKey && EDITING.has(letter)) return { kind: "key", key: `Control+${letter}` };
  return null;
}

/** The lines of a text, without characters that are no text. */
export const lines = (text) => text.split(/\r\n?|\n/).map((line) => line.replaceAll("\t", " ").replace(/[\u0000-\u001f\u007f-\u009f]/g, ""));

/** A line in parts that one action may have. */
export function parts(line) {
  const characters = [...line];
  const found = [];
  for (let start = 0; start < characters.length; start += LONGEST_TYPED) found.push(characters.slice(start, start + LONGEST_TYPED).join(""));
  return found;
}
