// The compose box: the real Lexical editor, with WhatsApp's rules for Enter, paste and emoji (§2.2).
import {
  $createParagraphNode,
  $getRoot,
  COMMAND_PRIORITY_CRITICAL,
  KEY_ENTER_COMMAND,
  PASTE_COMMAND,
  TextNode,
  createEditor,
  createEmptyHistoryState,
  registerHistory,
  registerRichText,
} from "../vendor/lexical.js";
import { emojiRuns, hasEmoji } from "./wording.js";

const LONGEST_TEXT = 65_536;

/** An emoji in the box: span > span with the text kept (§2.2). */
class EmojiNode extends TextNode {
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

/** Takes emoji out of plain text nodes into nodes of their own, one grapheme at a time. */
function separateEmoji(node) {
  if (!node.isSimpleText() || !hasEmoji(node.getTextContent())) return;
  let offset = 0;
  for (const run of emojiRuns(node.getTextContent())) {
    const end = offset + run.text.length;
    if (run.emoji) {
      const pieces = offset === 0 ? node.splitText(end) : node.splitText(offset, end);
      const target = offset === 0 ? pieces[0] : pieces[1];
      target.replace(new EmojiNode(run.text).setMode("token"));
      return; // the rest is a new text node, which the transform visits next
    }
    offset = end;
  }
}

const $text = () =>
  $getRoot()
    .getChildren()
    .map((paragraph) => paragraph.getTextContent())
    .join("\n");

export class Composer {
  /** `onSend(text)` on Enter without modifiers, `onChange(text)` on every change, `onTooLong()` on such a paste. */
  constructor(root, { onSend, onChange, onTooLong }) {
    this.onSend = onSend;
    this.editor = createEditor({
      namespace: "whatsapp-composer",
      nodes: [EmojiNode],
      theme: { paragraph: "selectable-text copyable-text" },
      onError: (error) => console.error(error),
    });
    this.editor.setRootElement(root);
    this.root = root;
    this.unregister = [
      registerRichText(this.editor),
      registerHistory(this.editor, createEmptyHistoryState(), 300),
      this.editor.registerNodeTransform(TextNode, separateEmoji),
      this.editor.registerUpdateListener(() => onChange(this.text())),
      this.editor.registerCommand(KEY_ENTER_COMMAND, (event) => this.enter(event), COMMAND_PRIORITY_CRITICAL),
      this.editor.registerCommand(
        PASTE_COMMAND,
        (event) => {
          const pasted = event.clipboardData?.getData("text/plain") ?? "";
          if (this.text().length + pasted.length <= LONGEST_TEXT) return false;
          event.preventDefault();
          onTooLong();
          return true;
        },
        COMMAND_PRIORITY_CRITICAL,
      ),
    ];
    this.editor.update(() => $getRoot().append($createParagraphNode()), {
      discrete: true,
      tag: "history-merge",
    });
  }

  enter(event) {
    // Synthetic key events do nothing; Shift+Enter is left to Lexical, which breaks the line.
    if (event === null || !event.isTrusted) return true;
    if (event.isComposing || event.shiftKey) return false;
    event.preventDefault();
    if (!event.ctrlKey && !event.altKey && !event.metaKey) this.onSend(this.text());
    return true;
  }

  text() {
    return this.editor.getEditorState().read($text);
  }

  /** Puts text at the end, as a paste there would. */
  append(words) {
    this.editor.update(() => $getRoot().selectEnd().insertRawText(words), { discrete: true });
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
