// Something that takes the focus, or holds it, while a text is typed (§11.3): scenario takes_focus.
import { connectingCover, screenLock, temporaryBan, termsBlock, useHere } from "./covers.js";
import { send } from "./connection.js";
import { popup, popupLayer } from "./popup.js";
import { skin } from "./skin.js";
import { play, scenario, tellScreen } from "./state.js";
import { showNews } from "./whatsnew.js";

const t = skin.texts;

const COVERS = {
  connecting: connectingCover,
  temporary_ban: () => temporaryBan({ code: 102, duration: "23:59:59" }),
  use_here: () => useHere("tab"),
  other_browser: () => useHere("browser"),
  terms: termsBlock,
  screen_lock: screenLock,
};

const DIALOGS = {
  dialog: () =>
    popup({ name: "takes_focus", title: t.crash_title, text: t.crash_text, cancel: { label: t.cancel }, ok: pressing("ok", t.ok) }),
  update: () =>
    popup({ name: "update", title: t.hard_update_title, text: t.hard_update_text, ok: pressing("refresh_now", t.refresh_now) }),
  news: () => showNews(),
};

const pressing = (what, label) => ({ label, action: () => send({ type: "pressed", what }) });

/** Called with the text of the box at every change; plays the scenario when its moment has come. */
export function interruptTyping(words, phone) {
  const found = scenario("takes_focus", phone);
  if (!found || [...words].length < found.after_characters) return;
  play("takes_focus", phone);
  // Not inside the editor's own update.
  setTimeout(() => interrupt(found), found.after_ms);
}

function interrupt({ what, lasts_ms: lasts, holds_focus: holds }) {
  const close = what in DIALOGS ? DIALOGS[what]() : showCover(COVERS[what](), holds);
  if (lasts !== null) setTimeout(close, lasts);
}

function showCover(node, holdsFocus) {
  popupLayer().append(node);
  tellScreen({ popup: "cover" });
  // As after a click on the card or a Tab: the first button holds the focus, or the password field.
  if (holdsFocus) setTimeout(() => node.querySelector("input, button")?.focus());
  return () => {
    node.remove();
    tellScreen({ popup: null });
    document.dispatchEvent(new CustomEvent("ws-focus-returns"));
  };
}
