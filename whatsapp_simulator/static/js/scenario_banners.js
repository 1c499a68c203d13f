// Banners that a scenario puts into the left column (§1.5, §7b); the language banner comes by itself, too (§11.2).
import { languageBanner } from "./language.js";
import { explainRestriction } from "./locks.js";
import { skin, structure } from "./skin.js";
import { scenario, state } from "./state.js";

const t = skin.texts;
const sinceWds = (label) => (structure.wds_banners ? label : null);
const reload = () => location.reload();

/** Those that are on, in the order of the page, each as `banners.js` draws it. */
export function scenarioBanners() {
  return [phone(), language(), backgroundSync(), update(), restricted(), notifications()].filter(Boolean);
}

const phone = () =>
  scenario("phone_banner") && {
    key: "phone",
    icon: "phone_offline",
    title: t.phone_title,
    text: t.phone_text,
    action: sinceWds(t.learn_more),
  };

function language() {
  const foreign = scenario("language_banner") ?? languageBanner();
  if (!foreign) return null;
  const { title, text, action, dir } = foreign;
  return { key: "language", icon: "offline", title, text, action, dir, onclick: reload };
}

const backgroundSync = () =>
  scenario("background_sync_banner") && {
    key: "background_sync",
    icon: "reload",
    title: t.background_sync_title,
    text: t.background_sync_text,
    action: t.turn_on,
    close: true,
  };

const update = () =>
  scenario("update_banner") && {
    key: "update",
    icon: "update",
    title: t.update_title,
    text: t.update_text,
    action: sinceWds(t.refresh),
    onclick: reload,
  };

function restricted() {
  const found = scenario("restricted") ?? state.scenarios.restricted;
  if (!found) return null;
  return {
    key: "restricted",
    icon: "restricted",
    title: t[`restricted_${found.title}`],
    text: t.restricted_body,
    action: t.show_details,
    onclick: explainRestriction,
  };
}

const notifications = () =>
  scenario("notifications_banner") && {
    key: "notifications",
    icon: "notifications",
    title: t.notifications_title,
    text: t.notifications_text,
    action: sinceWds(t.turn_on),
    close: true,
  };
