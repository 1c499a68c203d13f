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
import { popoversBucket } from "./popovers.js";
import { element } from "./skin.js";

// Before the sign: the start, a blank, an emoji or another sign, but no letter, digit, `_`, `/`, `:`.
const EMOJI = /(?<![\p{L}\p{N}_/:])(?<typed>:(?<words>[^\s()[\]{}:]{2,}))$/u;
const MENTION = /(?<![\p{L}\p{N}_/:@])(?<typed>@(?<words>[^\s@]*))$/u;
const MOST_MEMBERS = 15;

/** What the words before the caret may become: `[match, entries]`, entries as `{ label, insert }`. */
function entriesOf(line, members) {
  const emoji = EMOJI.exec(line);
  if (emoji) return [emoji, emojiNamed(emoji.groups.words)];
  const mention = MENTION.exec(line);
  if (!mention) return [null, []];
  const low = mention.groups.words.toLowerCase();
  const names = members().filter((name) => name.toLowerCase().startsWith(low));
  return [mention, names.slice(0, MOST_MEMBERS).map((name) => ({ label: name, insert: `@${name} ` }))];
}

class Suggestions {
  #editor;
  #members;
  #list = element("div", { class: "ws-popover ws-popover-unused" });
  #found = null; // { typed, before, entries, marked }
  #dropped = null; // what stands before the word whose list Escape has dropped

  constructor(editor, members) {
    this.#editor = editor;
    this.#members = members;
    popoversBucket().append(this.#list);
  }

  /** Returns how to unregister. */
  register() {
    const undo = [
      this.#editor.registerUpdateListener(() => this.#look()),
      this.#takes(KEY_ENTER_COMMAND, () => this.#choose()),
      this.#takes(KEY_TAB_COMMAND, () => this.#choose()),
      this.#takes(KEY_ARROW_DOWN_COMMAND, () => this.#move(1)),
      this.#takes(KEY_ARROW_UP_COMMAND, () => this.#move(-1)),
      this.#takes(KEY_ESCAPE_COMMAND, () => this.#drop()),
      () => this.#list.remove(),
    ];
    return () => undo.forEach((each) => each());
  }

  #look() {
    const line = this.#editor.getEditorState().read($lineBeforeCaret);
    const [match, entries] = line === null ? [null, []] : entriesOf(line, this.#members);
    const before = match ? line.slice(0, match.index) : null;
    if (before !== this.#dropped) this.#dropped = null;
    if (entries.length === 0 || this.#dropped !== null) {
      this.#found = null;
    } else if (this.#found?.before !== before || this.#found.typed !== match.groups.typed) {
      this.#found = { typed: match.groups.typed, before, entries, marked: 0 };
    }
    this.#draw();
  }

  #draw() {
    this.#list.classList.toggle("ws-popover-unused", this.#found === null);
    if (!this.#found) return; // the buttons stay, unseen
    this.#list.replaceChildren(...this.#found.entries.map((entry, index) => this.#button(entry, index)));
  }

  #button(entry, index) {
    return element(
      "button",
      {
        type: "button",
        class: index === this.#found.marked ? "ws-popover-marked" : null,
        onmousedown: (event) => event.preventDefault(),
        onclick: () => this.#pick(index),
      },
      entry.label,
    );
  }

  #pick(index) {
    const { typed, entries } = this.#found;
    const replace = () => $replaceBeforeCaret(typed.length, entries[index].insert);
    this.#editor.update(replace, { discrete: true });
  }

  /** A key that the open list takes. */
  #takes(command, act) {
    return this.#editor.registerCommand(
      command,
      (event) => {
        if (!this.#found || !event?.isTrusted || event.isComposing) return false;
        event.preventDefault();
        event.stopPropagation();
        // Not inside Lexical's own update; the list may be gone by then.
        queueMicrotask(() => this.#found && act());
        return true;
      },
      COMMAND_PRIORITY_CRITICAL,
    );
  }

  #choose() {
    this.#pick(this.#found.marked);
  }

  #move(by) {
    const { marked, entries } = this.#found;
    this.#found.marked = (marked + by + entries.length) % entries.length;
    this.#draw();
  }

  #drop() {
    this.#dropped = this.#found.before;
    this.#found = null;
    this.#draw();
  }
}

/** Returns how to unregister. `members()` are the names of the group's members. */
export const registerSuggestions = (editor, members) => new Suggestions(editor, members).register();
