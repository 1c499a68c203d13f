// Banners and butterbars of the left column (§1.5, §7b).
import { playBanned } from "./banned.js";
import { icon } from "./icons.js";
import { languageBanner } from "./language.js";
import { explainRestriction } from "./locks.js";
import { element, part, skin, structure, text } from "./skin.js";
import { scenario, state } from "./state.js";
import { wdsBanner } from "./wds_banner.js";

let slot = null;
let online = true;
let syncing = false;
let reconnecting = null; // null, "first" (its first seconds) or "then"
let trying = false; // "Reconnect" was pressed
const dismissed = new Set();

export function bannerSlot() {
  slot ??= element("span", { class: "ws-banners" });
  return slot;
}

export function setOnline(value) {
  online = value;
  drawBanners();
}

export function setSyncing(value) {
  syncing = value;
  drawBanners();
}

/** The socket is lost and nothing of it was shown for 18 s: now it is (§11.2). */
export function setReconnecting(value) {
  reconnecting = value ? "first" : null;
  drawBanners();
  if (value) {
    setTimeout(() => {
      if (reconnecting === "first") reconnecting = "then";
      drawBanners();
    }, FIRST_MS);
  }
}

const FIRST_MS = 3000;

/** A click on the action of a connection banner: no button for a while (§11.2). */
function tryAgain() {
  trying = true;
  drawBanners();
  setTimeout(() => {
    trying = false;
    drawBanners();
  }, FIRST_MS);
}

export function drawBanners() {
  if (!slot) return;
  const t = skin.texts;
  const banners = [];
  const add = (key, shown, options) => {
    if (shown && !dismissed.has(key)) banners.push(banner(key, options));
  };
  add("offline", !online || scenario("offline_banner"), {
    icon: "offline",
    title: t.offline_title,
    text: trying && structure.wds_banners ? t.connecting_plain : t.make_sure_online,
    action: trying ? null : t.reconnect,
    onclick: tryAgain,
  });
  const first = reconnecting === "first";
  add("reconnecting", reconnecting, {
    icon: "offline",
    title: first ? null : t.connecting_to,
    text: first ? t.connecting_to : trying ? t.retrying : text("retrying_in", { seconds: "10" }),
    action: first || trying ? null : t.retry_now,
    onclick: tryAgain,
  });
  add("syncing", syncing, { icon: "reload", title: text("loading_messages", { percent: "50" }), text: "" });
  add("phone", scenario("phone_banner"), {
    icon: "phone_offline",
    title: t.phone_title,
    text: t.phone_text,
    action: structure.wds_banners ? t.learn_more : null,
  });
  const foreign = scenario("language_banner") ?? languageBanner();
  add("language", foreign, {
    icon: "offline",
    title: foreign?.title,
    text: foreign?.text,
    action: foreign?.action,
    onclick: () => location.reload(),
    dir: foreign?.dir,
  });
  add("background_sync", scenario("background_sync_banner"), {
    icon: "reload",
    title: t.background_sync_title,
    text: t.background_sync_text,
    action: t.turn_on,
    close: true,
  });
  add("update", scenario("update_banner"), {
    icon: "update",
    title: t.update_title,
    text: t.update_text,
    action: structure.wds_banners ? t.refresh : null,
    onclick: () => location.reload(),
  });
  const restricted = scenario("restricted") ?? state.scenarios.restricted;
  add("restricted", restricted, {
    icon: "restricted",
    title: t[`restricted_${restricted?.title}`],
    text: t.restricted_body,
    action: t.show_details,
    onclick: explainRestriction,
  });
  add("notifications", scenario("notifications_banner"), {
    icon: "notifications",
    title: t.notifications_title,
    text: t.notifications_text,
    action: structure.wds_banners ? t.turn_on : null,
    close: true,
  });
  slot.replaceChildren(...banners);
  playBanned(slot);
}

function banner(key, options) {
  const dismiss = (event) => {
    event.stopPropagation();
    dismissed.add(key);
    drawBanners();
  };
  if (structure.wds_banners) {
    const action = options.action ? { label: options.action, act: options.onclick } : null;
    return wdsBanner({ ...options, action, close: options.close ? dismiss : null });
  }
  const bar = part(
    "butterbar",
    {},
    { onclick: options.onclick },
    icon(options.icon),
    element(
      "div",
      {},
      part("butterbar_title", {}, {}, options.title),
      part("butterbar_text", {}, {}, options.text),
      options.action ? element("div", { class: "ws-butterbar-action" }, options.action) : null,
    ),
    options.close ? part("butterbar_close", {}, { onclick: dismiss }, icon("close")) : null,
  );
  bar.classList.add(`ws-banner-${key}`);
  return bar;
}
