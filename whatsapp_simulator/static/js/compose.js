// The compose box: the real Lexical editor, with WhatsApp's rules for keys, paste, lists and emoji (§2.2, §12.5).
import {
  $createParagraphNode,
  $getRoot,
  $getSelection,
  COMMAND_PRIORITY_CRITICAL,
  KEY_ARROW_UP_COMMAND,
  KEY_ENTER_COMMAND,
  TextNode,
  createEditor,
  createEmptyHistoryState,
  registerHistory,
  registerRichText,
} from "../vendor/lexical.js";
import { EmojiNode, separateEmoji } from "./emoji_node.js";
import { registerEmoticons } from "./emoticons.js";
import { $breakLine } from "./lists.js";
import { fitting, registerPaste } from "./paste.js";
import { structure } from "./skin.js";
import { state } from "./state.js";
import { registerSuggestions } from "./suggestions.js";

/** Code points. */
export const LONGEST_TEXT = 65_536;
export const LONGEST_CAPTION = 1_024;

const rules = structure.text_rules; // E2 and E3

const $text = () =>
  $getRoot()
    .getChildren()
    .map((paragraph) => paragraph.getTextContent())
    .join("\n");

const nothing = () => {};

export class Composer {
  /**
   * `onSend(text)` on Enter, `onChange(text)` on every change, `onTooLong()` on such a paste, `onArrowUp()` in the
   * empty box; `limit` in code points, `members()` the names `@` offers.
   */
  constructor(
    root,
    { onSend, onChange = nothing, onTooLong = nothing, onArrowUp = nothing, limit = LONGEST_TEXT, members = () => [] },
  ) {
    Object.assign(this, { root, onSend, onChange, onTooLong, onArrowUp, limit });
    this.editor = createEditor({
      namespace: "whatsapp-composer",
      nodes: [EmojiNode],
      theme: { paragraph: "selectable-text copyable-text" },
      onError: (error) => console.error(error),
    });
    this.editor.setRootElement(root);
    this.unregister = this.plugins(members);
    this.editor.update(() => $getRoot().append($createParagraphNode()), {
      discrete: true,
      tag: "history-merge",
    });
  }

  plugins(members) {
    const { editor } = this;
    const paste = {
      limit: this.limit,
      delay: () => (rules ? state.settings.paste_ms : 0),
      length: () => [...this.text()].length,
      onTooLong: this.onTooLong,
    };
    return [
      registerRichText(editor),
      registerHistory(editor, createEmptyHistoryState(), 300),
      editor.registerNodeTransform(TextNode, separateEmoji),
      rules ? registerEmoticons(editor, () => state.settings.emoticons) : nothing,
      // Before Enter is looked at: an open list takes it.
      rules ? registerSuggestions(editor, members) : nothing,
      registerPaste(editor, paste),
      editor.registerUpdateListener((update) => this.changed(update)),
      editor.registerCommand(KEY_ENTER_COMMAND, (event) => this.enter(event), COMMAND_PRIORITY_CRITICAL),
      editor.registerCommand(KEY_ARROW_UP_COMMAND, (event) => this.arrowUp(event), COMMAND_PRIORITY_CRITICAL),
    ];
  }

  changed({ prevEditorState }) {
    const words = this.text();
    // Typing beyond the limit is refused silently; not inside Lexical's own update.
    if (words.length > this.limit && [...words].length > this.limit) {
      setTimeout(() => this.editor.setEditorState(prevEditorState));
      return;
    }
    this.onChange(words);
  }

  enter(event) {
    // Synthetic key events do nothing.
    if (event === null || !event.isTrusted) return true;
    if (event.isComposing) return false;
    const held = event.ctrlKey || event.altKey || event.metaKey;
    const { enter_is_send: isSend } = state.settings;
    event.preventDefault();
    if (isSend ? !held && !event.shiftKey : held || event.shiftKey) this.onSend(this.text());
    else if (!held) $breakLine({ continues: rules });
    return true;
  }

  arrowUp(event) {
    if (rules && event?.isTrusted && this.text() === "") this.onArrowUp();
    return false;
  }

  text() {
    return this.editor.getEditorState().read($text);
  }

  /** Puts text at the end, as a paste there would. */
  append(words) {
    const { words: fit } = fitting(words, [...this.text()].length, this.limit);
    this.editor.update(() => $getRoot().selectEnd().insertRawText(fit), { discrete: true });
  }

  /** Puts text at the caret, as a key would. */
  insert(words) {
    this.editor.update(() => ($getSelection() ?? $getRoot().selectEnd()).insertText(words), {
      discrete: true,
    });
  }

  set(words) {
    this.clear();
    if (words) this.append(words);
  }

  clear() {
    this.editor.update(
      () => {
        const paragraph = $createParagraphNode();
        $getRoot().clear().append(paragraph);
        paragraph.select();
      },
      { discrete: true },
    );
  }

  focus() {
    this.root.focus();
    this.editor.update(() => $getRoot().selectEnd(), { discrete: true });
  }

  destroy() {
    for (const undo of this.unregister) undo();
    this.editor.setRootElement(null);
  }
}
