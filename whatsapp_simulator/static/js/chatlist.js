// The left column: header, search, banners and the virtualised list of chats (§1.4, §4.3).
import { bannerSlot } from "./banners.js";
import { chatRow } from "./chat_row.js";
import { openConversation } from "./conversation.js";
import { icon } from "./icons.js";
import { toggleNewChat } from "./newchat.js";
import { draftOf } from "./row_preview.js";
import { element, part, skin, structure } from "./skin.js";
import { chatsByActivity, scenario, state } from "./state.js";

const ROWS_AROUND = 26; // mounted above and below what is seen: 67 to 70 rows in all on a usual screen

let pane = null;
let grid = null;
let search = null;

export function side() {
  mounted = new Map();
  grid = part("chat_list", { count: "0" });
  pane = part("pane_side", {}, { onscroll: drawRows }, element("div", {}, grid));
  search = part("search", {}, { oninput: drawRows, onkeydown: onSearchKey });
  const node = part(
    "side",
    {},
    {},
    header(() => toggleNewChat(node)),
    structure.wds_banners ? null : bannerSlot(),
    searchBox(),
    filters(),
    structure.wds_banners ? bannerSlot() : null,
    pane,
  );
  return node;
}

function header(onNewChat) {
  const menu = { type: "button", "aria-label": skin.texts.menu, title: skin.texts.menu };
  return part(
    "side_header",
    {},
    {},
    part("side_title", {}, {}, skin.era === "E3" ? "WhatsApp" : skin.texts.chats),
    part("new_chat", {}, { onclick: onNewChat }, icon("new_chat")),
    element("button", menu, icon("menu")),
  );
}

function searchBox() {
  const isInput = structure.search === "input";
  // §1.4: set by script after mount.
  if (isInput) setTimeout(() => search.setAttribute("data-tab", "3"));
  const placeholder = isInput
    ? null
    : element("div", { class: "ws-search-placeholder" }, skin.texts.search_placeholder);
  return part("search_box", {}, {}, icon("search"), search, placeholder);
}

function filters() {
  const all = part("filter_all", {}, {}, skin.texts.all);
  return part("filters", {}, {}, all, part("filter_unread", {}, {}, skin.texts.unread));
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
