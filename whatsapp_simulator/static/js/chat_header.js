// The header of the open chat (§6, §12.3): what the contact or the address book calls it.
import { icon } from "./icons.js";
import { inside } from "./shape.js";
import { element, part, skin } from "./skin.js";
import { play, titleAttribute } from "./state.js";
import { dressed } from "./wording.js";

/** The header: `node`, and `retitle(chat)` for another title in the same nodes. */
export function chatHeader(chat) {
  const late = play("late_contact", chat.phone);
  const shown = late ? { ...chat, name: null, title: chat.printed, title_attribute: chat.printed } : chat;
  const header = { node: build(shown) };
  header.retitle = (renamed) => {
    const title = header.node.querySelector(".ws-header-title");
    inside(title).replaceChildren(...dressed(renamed.title));
    if (title.hasAttribute("title")) title.setAttribute("title", titleAttribute(renamed));
  };
  // Its contact has loaded: the header alone is mounted again (§11.6).
  if (late) setTimeout(() => remount(header, chat), late.ms);
  return header;
}

function remount(header, chat) {
  const fresh = build(chat);
  header.node.replaceWith(fresh);
  header.node = fresh;
}

function build(chat) {
  const subtitle = chat.name ? part("header_subtitle", {}, { title: "" }, skin.texts.contact_info) : null;
  return part(
    "header",
    {},
    {},
    element("div", { class: "ws-avatar" }, icon("person")),
    part(
      "header_info",
      {},
      {},
      element("div", {}, part("header_title", { title: titleAttribute(chat) }, {}, ...dressed(chat.title))),
      element("div", {}, subtitle),
    ),
    element(
      "button",
      { type: "button", "data-tab": "6", "aria-label": skin.texts.menu, title: skin.texts.menu },
      icon("menu"),
    ),
  );
}
