// The banner of 2026 (§11.2): no role, no test id; its action is a plain button inside the line of its text.
import { icon } from "./icons.js";
import { element, part } from "./skin.js";

/** `action`: { label, act }; `close`: what the cross does, which then comes first. */
export function wdsBanner({ icon: name, title = null, text, action = null, close = null, dir = null }) {
  const button = action ? part("banner_action", {}, { onclick: action.act }, action.label) : null;
  const cross = close ? element("div", {}, part("butterbar_close", {}, { onclick: close }, icon("close"))) : null;
  const body = element("div", {}, text, button ? "\u00a0" : null, button);
  const head = title ? element("div", {}, element("div", {}, title)) : null;
  const banner = element(
    "div",
    { class: "ws-wds-banner" },
    cross,
    element("div", { class: "ws-wds-line" }, icon(name), element("div", {}, head, body)),
  );
  return element("div", { dir }, banner);
}
