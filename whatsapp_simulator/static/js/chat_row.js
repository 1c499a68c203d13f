// A row of the chat list: title, time, what was last said, badge (§4.3, §6).
import { openConversation } from "./conversation.js";
import { icon } from "./icons.js";
import { rowPreview } from "./row_preview.js";
import { element, part, skin, text } from "./skin.js";
import { scenario, state, titleAttribute } from "./state.js";
import { clock } from "./wording.js";

export function chatRow(chat, n) {
  const { last } = chat;
  const label = unreadLabel(chat);
  const title = chat.title.replace(/\s+/g, " "); // repeated blanks are reduced (§12.2)
  // E3 puts the count into the title's frame for screen readers, so its textContent misleads (§6).
  const spoken = label && skin.era === "E3" ? element("span", { class: "ws-spoken" }, label) : null;
  const press = {
    onmousedown: () => openConversation(chat),
    "aria-selected": String(state.active === chat.phone),
  };
  const cell = chat.own ? part("own_chat_cell", {}, press) : part("chat_cell", {}, press);
  cell.append(
    element("div", { class: "ws-avatar" }, icon("person")),
    element(
      "div",
      { class: "ws-chat-lines" },
      element(
        "div",
        { class: "ws-chat-line" },
        part(
          "chat_title_frame",
          {},
          {},
          spoken,
          part("chat_title", { title: titleAttribute(chat) }, {}, title),
        ),
        part("chat_detail", {}, {}, clock(last?.at ?? 0)),
      ),
      part(
        "chat_secondary",
        {},
        { class: "ws-chat-line" },
        element("div", { class: "ws-preview-line" }, scenario("key_icon") ? keyIcon() : null, ...rowPreview(chat)),
        badge(chat, label),
      ),
    ),
  );
  if (label && skin.era === "E2") cell.classList.add("_ak7n");
  return part("chat_row", { n: String(n) }, {}, cell);
}

function unreadLabel(chat) {
  const { unread: count, marked_unread: marked } = chat;
  if (!count) return marked ? skin.texts.unread_marked : null;
  return count === 1 ? skin.texts.unread_one : text("unread_many", { count: String(count) });
}

const ZEROS = { latin: 0x30, arabic: 0x660, devanagari: 0x966, fullwidth: 0xff10 };

/** Digits of another script, as pages in those languages have them. */
function digits(number, script) {
  return String(number).replace(/\d/g, (digit) => String.fromCodePoint(ZEROS[script] + Number(digit)));
}

/** The number of unread messages; a chat marked as unread has a badge without one (§12.2). */
function badge(chat, label) {
  if (!label) return null;
  const { digits: script = skin.digits, without_number: none = false } = scenario("unread_badges") ?? {};
  if (!chat.unread || none) {
    const values = { unread_label: skin.texts.unread_marked };
    return part("unread_badge", values);
  }
  const shown = chat.unread > 999 ? `${digits(999, script)}+` : digits(chat.unread, script);
  return part("unread_badge", { unread_label: label }, {}, shown);
}

/** The key of a one-time-code message: a drawing with ids of its own (§12.1, 10). */
function keyIcon() {
  const holder = element("span", { class: "ws-key" });
  holder.innerHTML =
    '<svg viewBox="0 0 24 24" width="16" height="16"><title>key</title><mask id="main"><rect/></mask><path/></svg>';
  return holder;
}
