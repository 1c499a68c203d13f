// The left column: header, search, banners and the virtualised list of chats (§1.4, §4.3).
import { bannerSlot } from "./banners.js";
import { openConversation } from "./conversation.js";
import { icon } from "./icons.js";
import { toggleNewChat } from "./newchat.js";
import { draftOf, rowPreview } from "./row_preview.js";
import { element, part, skin, structure, text } from "./skin.js";
import { chatsByActivity, scenario, state, titleAttribute } from "./state.js";
import { clock } from "./wording.js";

const ROWS_AROUND = 26; // mounted above and below what is seen: 67 to 70 rows in all on a usual screen

let pane = null;
let grid = null;
let search = null;

export function side() {
  mounted = new Map();
  grid = part("chat_list", { count: "0" });
  pane = part("pane_side", {}, { onscroll: drawRows }, element("div", {}, grid));
  search = part("search", {}, { oninput: drawRows, onkeydown: onSearchKey });
  if (structure.search === "input") {
    // §1.4: set by script after mount.
    setTimeout(() => search.setAttribute("data-tab", "3"));
  }
  const placeholder =
    structure.search === "input"
      ? null
      : element("div", { class: "ws-search-placeholder" }, skin.texts.search_placeholder);
  const node = part(
    "side",
    {},
    {},
    part(
      "side_header",
      {},
      {},
      part("side_title", {}, {}, skin.era === "E3" ? "WhatsApp" : skin.texts.chats),
      part("new_chat", {}, { onclick: () => toggleNewChat(node) }, icon("new_chat")),
      element(
        "button",
        { type: "button", "aria-label": skin.texts.menu, title: skin.texts.menu },
        icon("menu"),
      ),
    ),
    structure.wds_banners ? null : bannerSlot(),
    part("search_box", {}, {}, icon("search"), search, placeholder),
    part(
      "filters",
      {},
      {},
      part("filter_all", {}, {}, skin.texts.all),
      part("filter_unread", {}, {}, skin.texts.unread),
    ),
    structure.wds_banners ? bannerSlot() : null,
    pane,
  );
  return node;
}

const searched = () => (search.value ?? search.textContent).trim().toLowerCase();

/** What is listed: chats, or the results of a search under a header row (§3). */
function entries() {
  const chats = chatsByActivity();
  const words = searched();
  if (!words) return chats.map((chat) => ({ chat }));
  const digits = words.replace(/\D/g, "");
  const found = [...state.chats.values()].filter(
    (chat) => chat.title.toLowerCase().includes(words) || (digits.length > 2 && chat.phone.includes(digits)),
  );
  if (found.length === 0) return [{ section: skin.texts.nothing_found }];
  return [{ section: skin.texts.section_chats }, ...found.map((chat) => ({ chat }))];
}

function onSearchKey(event) {
  if (event.key !== "Enter") return;
  event.preventDefault();
  const first = entries().find((entry) => entry.chat);
  if (first) openConversation(first.chat);
}

/** Draws the window of rows around what is seen; also keeps the title of the page (§1.4). */
export function drawRows() {
  if (!grid) return;
  const list = entries();
  const height = structure.row_px;
  const seen = Math.floor(pane.scrollTop / height);
  const start = Math.max(0, seen - ROWS_AROUND);
  const end = Math.min(list.length, seen + Math.ceil((pane.clientHeight || 800) / height) + ROWS_AROUND);
  grid.setAttribute("aria-rowcount", String(list.length));
  grid.style.height = `${list.length * height}px`;
  const rows = [];
  for (let n = start; n < end; n += 1) rows.push(placedRow(list[n], n, height));
  mounted = new Map(rows.map((row) => [row.content, row]));
  if (rows.length !== grid.childElementCount || rows.some((row, n) => row !== grid.children[n])) {
    grid.replaceChildren(...rows);
  }
  // Counts chats, not messages: a guess.
  const unread = chatsByActivity().filter((chat) => chat.unread > 0).length;
  document.title = unread ? `(${unread}) WhatsApp` : "WhatsApp";
}

let mounted = new Map(); // what a row shows -> its element; a row that has not changed keeps its element

function placedRow(entry, n, height) {
  const shown = entry.chat ? [draftOf(entry.chat), scenario("unread_badges"), scenario("key_icon")] : null;
  const content = JSON.stringify([n, entry, entry.chat?.phone === state.active, shown]);
  const known = mounted.get(content);
  if (known) return known;
  const row = entry.chat ? chatRow(entry.chat, n) : part("chat_section", {}, {}, entry.section);
  row.content = content;
  row.style.transform = `translateY(${n * height}px)`;
  row.style.height = `${height}px`;
  row.classList.add("ws-placed");
  return row;
}

function chatRow(chat, n) {
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
