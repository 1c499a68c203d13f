// The stage: the screen that is shown, and the full-screen states that stand before it.
import { blocker } from "./blockers.js";
import { showFavicon } from "./favicon.js";
import { abandonFlow } from "./openchat.js";
import { dropPopups, popupLayer } from "./popup.js";
import { element, part } from "./skin.js";
import { tellScreen } from "./state.js";

export const wrapper = part("wrapper");
const stage = element("div", { class: "ws-stage" });
wrapper.append(stage, popupLayer());

/** startup, qr, passkey, loading, main, unknown, logging_out */
export let mode = "startup";
/** What the other page of this device is, when it has taken over: tab, browser. */
export let conflict = null;
let modeNode = null;
let blocked = null;

export function enter(name) {
  mode = name;
}

export function setConflict(other) {
  conflict = other;
}

/** Whether the chats are shown, with nothing before them. */
export const chatsAreShown = () => mode === "main" && !blocked;

/** Puts a screen on the stage, unless a full-screen state stands before it. */
export function show(node) {
  modeNode = node;
  if (!blocked) showAnyway(node);
}

/** Puts a screen on the stage that does not come back after a full-screen state. */
export function showAnyway(node) {
  stage.replaceChildren(node);
}

/** Full-screen states come and go with the scenarios; the screen below is kept. */
export function checkBlockers() {
  const found = mode === "startup" ? null : blocker(conflict);
  const name = found?.[0] ?? null;
  showFavicon(name);
  if (name === blocked) return;
  blocked = name;
  if (found) {
    dropPopups();
    abandonFlow();
    showAnyway(found[1]());
    tellScreen({ screen: name });
  } else if (modeNode) {
    showAnyway(modeNode);
    tellScreen({ screen: mode });
  }
}

/** The first screen of the app replaces the content of the HTML itself. */
export function leaveBootHtml() {
  document.getElementById("initial_startup")?.remove();
  document.getElementById("wa_web_initial_startup")?.remove();
  const app = document.getElementById("app");
  if (!wrapper.isConnected) app.append(wrapper);
}
