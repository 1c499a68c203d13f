// The banner up to 2026 (§1.5): all of it is one button.
import { icon } from "./icons.js";
import { element, part } from "./skin.js";

/** `action`: the words of an action; a click anywhere does it. `close`: what the cross does. */
export function butterbar({ key, icon: name, title, text, action, onclick, close }) {
  const bar = part(
    "butterbar",
    {},
    { onclick },
    icon(name),
    element(
      "div",
      {},
      part("butterbar_title", {}, {}, title),
      part("butterbar_text", {}, {}, text),
      action ? element("div", { class: "ws-butterbar-action" }, action) : null,
    ),
    close ? part("butterbar_close", {}, { onclick: close }, icon("close")) : null,
  );
  bar.classList.add(`ws-banner-${key}`);
  return bar;
}
