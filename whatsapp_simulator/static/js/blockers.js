// Full-screen states that stand before everything else, in the order of AppUI (§1.1, §11.1).
import {
  callTakeover,
  connectingCover,
  plainScreen,
  refreshScreen,
  screenLock,
  temporaryBan,
  termsBlock,
  useHere,
} from "./covers.js";
import { element, skin } from "./skin.js";
import { scenario } from "./state.js";

const t = skin.texts;

/** Name, and what makes the element, of each state; the first that is on is shown. */
const STATES = [
  ["temporary_ban", temporaryBan],
  ["ban_notice", ({ text }) => plainScreen(null, [text]), ({ where }) => where === "screen"],
  ["service_unavailable", () => plainScreen(t.service_title, [t.service_text])],
  ["client_expired", () => plainScreen(t.expired_title, [t.expired_text])],
  ["takeover_unsupported", () => refreshScreen(t.takeover)],
  ["call_takeover", callTakeover],
  ["use_here", ({ other }) => useHere(other)],
  ["screen_lock", screenLock],
  ["connecting_cover", connectingCover],
  ["offline_screen", () => plainScreen(t.offline_title, [t.make_sure_online])],
  ["proxy_blocked", () => plainScreen(t.proxy_title, [t.proxy_text])],
  ["terms_block", termsBlock],
  ["disk_full", () => plainScreen(null, [t.disk_text])],
];

/** Name and element of the state that blocks the page now, or null. `conflict`: another page took over. */
export function blocker(conflict) {
  for (const [name, make, applies = () => true] of STATES) {
    const found = name === "use_here" && conflict ? { other: conflict } : scenario(name);
    if (found && applies(found)) return [name, () => make(found)];
  }
  return null;
}

/** A page nobody recognises: none of the landmarks of any state. */
export function unknownPage() {
  return element(
    "div",
    { class: "ws-unknown" },
    element("section", {}, element("p", {}, "Lorem ipsum"), element("span", {}, "⌛")),
  );
}
