// The "What's new" modal of E3: it lies over everything and swallows each click (§1.5).
import { icon } from "./icons.js";
import { holdFocus } from "./modal_focus.js";
import { popupLayer } from "./popup.js";
import { element, part, skin } from "./skin.js";
import { play, tellScreen } from "./state.js";

export function announceNews() {
  const news = play("whats_new");
  if (news) setTimeout(() => showNews(news), news.ms);
}

/** `title`, `text`, `button`: other words than the skin's, in whatever language. Returns how to take it away. */
export function showNews({ title = null, text = null, button = null } = {}) {
  const close = () => {
    if (!backdrop.isConnected) return;
    backdrop.remove();
    giveBack();
    tellScreen({ popup: null });
  };
  const backdrop = part(
    "backdrop",
    {},
    { class: "ws-news" },
    part(
      "dialog",
      {},
      // Title and body are no plain text: no label from them (§11.3).
      { "aria-label": skin.era === "E3" ? null : (title ?? skin.texts.whats_new) },
      element(
        "div",
        { class: "ws-news-box" },
        part("modal_close", {}, { onclick: close }, icon("close")),
        element("h1", {}, title ?? skin.texts.whats_new),
        element("div", { class: "ws-news-picture" }, icon("logo")),
        element("div", {}, text ?? skin.texts.whats_new_text),
        part("news_continue", {}, { class: "ws-primary", onclick: close }, button ?? skin.texts.continue),
      ),
    ),
  );
  popupLayer().append(backdrop);
  const giveBack = holdFocus(backdrop.querySelector("[role=dialog]"));
  tellScreen({ popup: "whats_new" });
  return close;
}
