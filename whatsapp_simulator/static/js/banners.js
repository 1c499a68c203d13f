// Banners and butterbars of the left column (§1.5, §7b).
import { playBanned } from "./banned.js";
import { icon } from "./icons.js";
import { explainRestriction } from "./locks.js";
import { element, part, skin, text } from "./skin.js";
import { scenario, state } from "./state.js";

let slot = null;
let online = true;
let syncing = false;
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
    text: t.make_sure_online,
    action: t.reconnect,
  });
  add("syncing", syncing, { icon: "reload", title: text("loading_messages", { percent: "50" }), text: "" });
  add("phone", scenario("phone_banner"), { icon: "phone_offline", title: t.phone_title, text: t.phone_text });
  add("update", scenario("update_banner"), {
    icon: "update",
    title: t.update_title,
    text: t.update_text,
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
