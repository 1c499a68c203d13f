// Lists that open while a text is typed, and take Enter and Tab as long as they are open (§12.5): emoji after `:`,
// members of a group after `@`. They lie in #wa-popovers-bucket as plain buttons, hidden by class when unused.
import {
  COMMAND_PRIORITY_CRITICAL,
  KEY_ARROW_DOWN_COMMAND,
  KEY_ARROW_UP_COMMAND,
  KEY_ENTER_COMMAND,
  KEY_ESCAPE_COMMAND,
  KEY_TAB_COMMAND,
} from "../vendor/lexical.js";
import { $lineBeforeCaret, $replaceBeforeCaret } from "./caret.js";
import { emojiNamed } from "./emoji_names.js";
import { element } from "./skin.js";

// Before the sign: the start, a blank, an emoji or another sign, but no letter, digit, `_`, `/`, `:`.
const EMOJI = /(?<![\p{L}\p{N}_/:])(?<typed>:(?<words>[^\s()[\]{}:]{2,}))$/u;
const MENTION = /(?<![\p{L}\p{N}_/:@])(?<typed>@(?<words>[^\s@]*))$/u;
const MOST_MEMBERS = 15;

let bucket = null;

/** Where popovers are put, outside #app. */
function popoversBucket() {
  bucket ??= element("div", { id: "wa-popovers-bucket" });
  if (!bucket.isConnected) document.body.append(bucket);
  return bucket;
}

/** Returns how to unregister. `members()` are the names of the group's members. */
export function registerSuggestions(editor, members) {
  const list = element("div", { class: "ws-popover ws-popover-unused" });
  popoversBucket().append(list);
  let found = null; // { typed, before, entries, marked }
  let dropped = null; // what stands before the word whose list Escape has dropped

  const entriesOf = (line) => {
    const emoji = EMOJI.exec(line);
    if (emoji) return [emoji, emojiNamed(emoji.groups.words)];
    const mention = MENTION.exec(line);
    if (!mention) return [null, []];
    const low = mention.groups.words.toLowerCase();
    const names = members().filter((name) => name.toLowerCase().startsWith(low));
    return [mention, names.slice(0, MOST_MEMBERS).map((name) => ({ label: name, insert: `@${name} ` }))];
  };

  const look = () => {
    const line = editor.getEditorState().read($lineBeforeCaret);
    const [match, entries] = line === null ? [null, []] : entriesOf(line);
    const before = match ? line.slice(0, match.index) : null;
    if (before !== dropped) dropped = null;
    if (entries.length === 0 || dropped !== null) {
      found = null;
    } else if (found?.before !== before || found.typed !== match.groups.typed) {
      found = { typed: match.groups.typed, before, entries, marked: 0 };
    }
    draw();
  };

  const draw = () => {
    list.classList.toggle("ws-popover-unused", found === null);
    if (!found) return; // the buttons stay, unseen
    const buttons = found.entries.map((entry, index) =>
      element(
        "button",
        {
          type: "button",
          class: index === found.marked ? "ws-popover-marked" : null,
          onmousedown: (event) => event.preventDefault(),
          onclick: () => pick(index),
        },
        entry.label,
      ),
    );
    list.replaceChildren(...buttons);
  };

  const pick = (index) => {
    const { typed, entries } = found;
    editor.update(() => $replaceBeforeCaret(typed.length, entries[index].insert), { discrete: true });
  };

  /** A key that the open list takes. */
  const takes = (command, act) =>
    editor.registerCommand(
      command,
      (event) => {
        if (!found || !event?.isTrusted || event.isComposing) return false;
        event.preventDefault();
        event.stopPropagation();
        // Not inside Lexical's own update.
        queueMicrotask(act);
        return true;
      },
      COMMAND_PRIORITY_CRITICAL,
    );
  const move = (by) => () => {
    if (!found) return;
    found.marked = (found.marked + by + found.entries.length) % found.entries.length;
    draw();
  };
  const choose = () => found && pick(found.marked);
  const drop = () => {
    if (!found) return;
    dropped = found.before;
    found = null;
    draw();
  };

  const undo = [
    editor.registerUpdateListener(look),
    takes(KEY_ENTER_COMMAND, choose),
    takes(KEY_TAB_COMMAND, choose),
    takes(KEY_ARROW_DOWN_COMMAND, move(1)),
    takes(KEY_ARROW_UP_COMMAND, move(-1)),
    takes(KEY_ESCAPE_COMMAND, drop),
    () => list.remove(),
  ];
  return () => undo.forEach((each) => each());
}
