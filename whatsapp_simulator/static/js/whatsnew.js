// The "What's new" modal of E3: it lies over everything and swallows each click (§1.5).
import { icon } from "./icons.js";
import { popupLayer } from "./popup.js";
import { element, part, skin } from "./skin.js";
import { play, tellScreen } from "./state.js";

export function announceNews() {
  const news = play("whats_new");
  if (news) setTimeout(show, news.ms);
}

function show() {
  const close = () => {
    backdrop.remove();
    tellScreen({ popup: null });
  };
  const backdrop = part(
    "backdrop",
    {},
    { class: "ws-news" },
    part(
      "dialog",
      {},
      { "aria-label": skin.texts.whats_new },
      element(
        "div",
        { class: "ws-news-box" },
        part("modal_close", {}, { onclick: close }, icon("close")),
        element("h1", {}, skin.texts.whats_new),
        element("div", { class: "ws-news-picture" }, icon("logo")),
        element("div", {}, skin.texts.whats_new_text),
        element("button", { type: "button", class: "ws-primary", onclick: close }, skin.texts.continue),
      ),
    ),
  );
  popupLayer().append(backdrop);
  tellScreen({ popup: "whats_new" });
}
