// The second line of a chat row (§12.2, §10.4): draft, or tick, author, symbol and text of the last message.
import { statusIcon } from "./bubbles.js";
import { icon } from "./icons.js";
import { element, part, skin } from "./skin.js";
import { state } from "./state.js";
import { dressed } from "./wording.js";

/** The draft that replaces the last message: only for a chat that is not open and has nothing unread. */
export function draftOf(chat) {
  if (chat.phone === state.active || chat.unread) return null;
  return state.drafts.get(chat.phone)?.trim() || null;
}

export function rowPreview(chat) {
  const draft = draftOf(chat);
  if (draft) {
    const words = draft.replaceAll("\n", " ");
    return [
      element("span", { class: "ws-draft" }, `${skin.texts.draft}\u00a0`),
      part("chat_preview", {}, {}, ...dressed(words)),
    ];
  }
  const { last } = chat;
  if (!last) return [];
  const file = last.attachments?.[0];
  const words = last.text.replaceAll("\n", " ") || file?.name || (last.special === "deleted" ? skin.texts.deleted_message : "");
  const author = chat.group && !last.mine && last.author ? last.author : null;
  const whole = author ? `${author}: ${words}` : words;
  return [
    part(
      "chat_status",
      {},
      {},
      last.mine ? statusIcon(last.status, "row_") : null,
      part(
        "chat_preview_whole",
        {},
        { title: whole },
        author ? element("span", { dir: "auto" }, author) : null,
        author ? ":\u00a0" : null,
        file ? part("chat_symbol", {}, {}, icon(file.kind === "document" ? "document" : "media")) : null,
        part("chat_preview", {}, {}, ...dressed(words)),
      ),
    ),
  ];
}
