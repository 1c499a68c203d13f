// The menu of a message (§10.9, §12.7, §12.13): by a right click on its bubble, or by the arrow that comes on hover. A
// double click beside the bubble replies without it.
import { send } from "./connection.js";
import { icon } from "./icons.js";
import { canSave, save } from "./media.js";
import { openComposer } from "./open_composer.js";
import { popoversBucket } from "./popovers.js";
import { popupLayer } from "./popup.js";
import { arm, canReply, troubleWith } from "./replying.js";
import { standing } from "./shape.js";
import { element, part, skin, structure } from "./skin.js";
import { state } from "./state.js";

const isListed = structure.message_menu === "list"; // E1 and E2
let open = null; // what stands in the page

/** Returns whether one was open. */
export function closeMessageMenu() {
  if (!open) return false;
  for (const node of open) node.remove();
  open = null;
  return true;
}

document.addEventListener("mousedown", ({ target }) => open && !open.some((node) => node.contains(target)) && closeMessageMenu(), true);
window.addEventListener("resize", closeMessageMenu);

/** Gives a bubble its menu. */
export function withMenu(bubble, message) {
  let arrow = null;
  bubble.addEventListener("contextmenu", (event) => {
    if (String(getSelection())) return; // the browser's own
    event.preventDefault();
    openMenu(message, event.clientX, event.clientY);
  });
  bubble.addEventListener("mouseenter", () => {
    if (arrow) return;
    const below = ({ target }) => {
      const { left, bottom } = target.getBoundingClientRect();
      openMenu(message, left, bottom);
    };
    arrow = part("menu_arrow", {}, { onclick: below }, icon("down_context"));
    bubble.append(...standing(arrow));
  });
  bubble.addEventListener("mouseleave", () => {
    (arrow?.outer ?? arrow)?.remove();
    arrow = null;
  });
}

/** A double click on a row, but not on its bubble. */
export function replyByDoubleClick(row, message) {
  row.addEventListener("dblclick", ({ target }) => {
    if (target.closest(".ws-bubble") || open || !canReply(message) || !openComposer()) return;
    getSelection().removeAllRanges();
    reply(message);
  });
}

function reply(message) {
  arm(message);
  openComposer()?.focus();
}

function openMenu(message, x, y) {
  closeMessageMenu();
  const items = itemsOf(message).map((item) => menuItem(item, message));
  const place = { style: `left: ${Math.min(x, innerWidth - 240)}px; top: ${Math.min(y, innerHeight - 40 * items.length - 20)}px` };
  const menu = part("message_menu", {}, place, ...(isListed ? [element("ul", {}, ...items)] : items));
  open = standing(menu);
  (isListed ? popupLayer() : popoversBucket()).append(...open);
}

/** In the order of the real one. Of a group "Reply privately" bears the test id of "Reply". */
function itemsOf(message) {
  const isGroup = state.chats.get(message.chat)?.group ?? false;
  return [
    message.mine && { name: "message_info", testId: "mi-msg-info" },
    canReply(message) && { name: "reply", testId: "mi-msg-reply", act: () => reply(message) },
    isGroup && !message.mine && { name: "reply_privately", testId: "mi-msg-reply" },
    { name: "copy", testId: "copy-label" },
    canSave(message) && { name: "save", testId: "mi-msg-download", act: () => save(message) },
    { name: "forward", testId: "mi-msg-forward" },
    { name: "delete", testId: "mi-msg-delete" },
  ].filter(Boolean);
}

/** What is not simulated is counted as a press that should not have been. */
function menuItem({ name, testId, act }, { chat }) {
  const onclick = () => {
    closeMessageMenu();
    if (act) act();
    else send({ type: "pressed", what: name });
  };
  const label = skin.texts[name];
  const bare = troubleWith(chat) === "words_alone";
  const shown = structure.menu_icons && !bare ? icon(name) : null;
  const content = [shown, element("div", {}, label)];
  const item = isListed
    ? part("message_menu_item", { test_id: testId }, { onclick }, ...content)
    : part("message_menu_button", { label }, { onclick }, ...content);
  if (bare) item.removeAttribute("data-testid");
  return item;
}
