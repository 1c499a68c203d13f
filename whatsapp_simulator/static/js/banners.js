// Banners and butterbars of the left column (§1.5, §7b).
import { playBanned } from "./banned.js";
import { butterbar } from "./butterbar.js";
import { scenarioBanners } from "./scenario_banners.js";
import { element, skin, structure, text } from "./skin.js";
import { scenario } from "./state.js";
import { wdsBanner } from "./wds_banner.js";

let slot = null;
let online = true;
let syncing = false;
let reconnecting = null; // null, "first" (its first seconds) or "then"
let trying = false; // "Reconnect" was pressed
const dismissed = new Set();
const t = skin.texts;

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
  const shown = [...connectionBanners(), ...scenarioBanners()].filter(({ key }) => !dismissed.has(key));
  slot.replaceChildren(...shown.map(banner));
  playBanned(slot);
}

function connectionBanners() {
  const all = [];
  if (!online || scenario("offline_banner")) all.push(offlineBanner());
  if (reconnecting) all.push(reconnectingBanner(reconnecting === "first"));
  if (syncing) all.push(syncingBanner());
  return all;
}

function offlineBanner() {
  return {
    key: "offline",
    icon: "offline",
    title: t.offline_title,
    text: trying && structure.wds_banners ? t.connecting_plain : t.make_sure_online,
    action: trying ? null : t.reconnect,
    onclick: tryAgain,
  };
}

function reconnectingBanner(first) {
  return {
    key: "reconnecting",
    icon: "offline",
    title: first ? null : t.connecting_to,
    text: first ? t.connecting_to : trying ? t.retrying : text("retrying_in", { seconds: "10" }),
    action: first || trying ? null : t.retry_now,
    onclick: tryAgain,
  };
}

function syncingBanner() {
  const title = text("loading_messages", { percent: "50" });
  return { key: "syncing", icon: "reload", title, text: "" };
}

function banner(options) {
  const dismiss = (event) => {
    event.stopPropagation();
    dismissed.add(options.key);
    drawBanners();
  };
  const close = options.close ? dismiss : null;
  if (!structure.wds_banners) return butterbar({ ...options, close });
  const action = options.action ? { label: options.action, act: options.onclick } : null;
  return wdsBanner({ ...options, action, close });
}
