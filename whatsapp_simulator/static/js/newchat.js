// The "New chat" drawer: it lies over the left column and has a search box of its own (§1.4, §3).
import { ask } from "./connection.js";
import { openConversation } from "./conversation.js";
import { icon } from "./icons.js";
import { element, part, skin, structure, text } from "./skin.js";
import { state } from "./state.js";

const SHORTEST_NUMBER = 7;

let drawer = null;

export function toggleNewChat(side) {
  if (drawer) {
    close();
    return;
  }
  const results = element("div", { class: "ws-drawer-results" });
  const search = part("search", {}, { oninput: () => draw(search, results) });
  if (structure.search === "input") setTimeout(() => search.setAttribute("data-tab", "3"));
  drawer = part(
    "new_chat_drawer",
    {},
    {},
    element(
      "header",
      { class: "ws-drawer-header" },
      part("back", {}, { onclick: close }, icon("back")),
      element("h1", {}, skin.texts.new_chat),
    ),
    part("search_box", {}, {}, icon("search"), search),
    results,
  );
  side.append(drawer);
  draw(search, results);
  search.focus();
}

function close() {
  drawer?.remove();
  drawer = null;
}

async function draw(search, results) {
  const words = (search.value ?? search.textContent).trim();
  const contacts = [...state.chats.values()].filter(
    (chat) => chat.name && chat.name.toLowerCase().includes(words.toLowerCase()),
  );
  const rows = contacts.map(row);
  results.replaceChildren(...rows);
  if (rows.length > 0 || !words) return;
  const digits = words.replace(/\D/g, "");
  if (digits.length >= SHORTEST_NUMBER) {
    results.replaceChildren(element("div", { class: "ws-drawer-note" }, skin.texts.looking_outside));
    const answer = await ask({ type: "exists", phone: digits }).catch(() => null);
    if ((search.value ?? search.textContent).trim() !== words) return;
    if (answer?.result === "hit") {
      state.chats.set(answer.chat.phone, answer.chat);
      results.replaceChildren(part("chat_section", {}, {}, skin.texts.not_in_contacts), row(answer.chat));
      return;
    }
  }
  results.replaceChildren(element("div", { class: "ws-drawer-note" }, text("no_results", { words })));
}

function row(chat) {
  const open = () => {
    close();
    openConversation(chat);
  };
  const title = part("chat_title", { title: chat.title }, {}, chat.title);
  const cell = part(
    "chat_cell",
    {},
    { onmousedown: open },
    element("div", { class: "ws-avatar" }, icon("person")),
    part("chat_title_frame", {}, {}, title),
  );
  return part("chat_row", { n: "0" }, { class: "ws-drawer-row" }, cell);
}
