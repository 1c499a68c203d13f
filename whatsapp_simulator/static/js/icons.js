// Icons: E1 and E2 name them in data-icon, E3 in the title of the svg (§4.2).
import { element, skin, structure } from "./skin.js";

const SVG = "http://www.w3.org/2000/svg";

// Our own drawings in a box of 24, by logical name.
const PATHS = {
  send: "M3 20V4l19 8zM5 17l11.8-5L5 7v3.5l6 1.5-6 1.5z",
  voice:
    "M12 14a3 3 0 003-3V5a3 3 0 00-6 0v6a3 3 0 003 3zm5-3a5 5 0 01-10 0H5a7 7 0 006 6.9V21h2v-3.1A7 7 0 0019 11z",
  attach: "M11 19v-6H5v-2h6V5h2v6h6v2h-6v6z",
  pending:
    "M12 4a8 8 0 108 8 8 8 0 00-8-8zm0 14.5a6.5 6.5 0 116.5-6.500A6.5 6.5 0 0112 18.500zM12.7 8h-1.400v4.600l3.6 2.1.7-1.2-2.9-1.700z",
  sent: "M9 16.200l-3.5-3.500L4.1 14.1 9 19 20 8l-1.4-1.400z",
  delivered:
    "M7 16.200l-3.5-3.5-1.4 1.400L7 19 17 9l-1.4-1.400zm6 1.400L14.4 19 23 9.4 21.6 8l-7.2 8.2-.7-.7-1.4 1.400z",
  failed: "M12 2a10 10 0 1010 10A10 10 0 0012 2zm1 15h-2v-2h2zm0-4h-2V7h2z",
  new_chat: "M19 3H5a2 2 0 00-2 2v16l4-4h12a2 2 0 002-2V5a2 2 0 00-2-2zm-3 8h-3v3h-2v-3H8V9h3V6h2v3h3z",
  offline:
    "M20 18a2 2 0 002-2V6a2 2 0 00-2-2H4a2 2 0 00-2 2v10a2 2 0 002 2H0v2h24v-2zM4 6h16v10H4zm7 1h2v5h-2zm0 6h2v2h-2z",
  phone_offline:
    "M16 1H8a3 3 0 00-3 3v16a3 3 0 003 3h8a3 3 0 003-3V4a3 3 0 00-3-3zm-3 20h-2v-1h2zm4-3H7V4h10zM11 7h2v5h-2zm0 6h2v2h-2z",
  close: "M19 6.400L17.6 5 12 10.6 6.4 5 5 6.4 10.6 12 5 17.6 6.4 19 12 13.4 17.6 19 19 17.6 13.4 12z",
  update: "M12 4V1L8 5l4 4V6a6 6 0 11-6 6H4a8 8 0 108-8z",
  notifications:
    "M12 22a2 2 0 002-2h-4a2 2 0 002 2zm6-6v-5a6 6 0 00-5-5.900V4a1 1 0 00-2 0v1.100A6 6 0 006 11v5l-2 2v1h16v-1z",
  search:
    "M15.5 14h-.8l-.3-.3a6.5 6.5 0 10-.7.7l.3.3v.8l5 5 1.5-1.500zm-6 0A4.5 4.5 0 1114 9.5 4.5 4.5 0 019.5 14z",
  menu: "M12 8a2 2 0 10-2-2 2 2 0 002 2zm0 2a2 2 0 102 2 2 2 0 00-2-2zm0 6a2 2 0 102 2 2 2 0 00-2-2z",
  person: "M12 12a4 4 0 10-4-4 4 4 0 004 4zm0 2c-3 0-8 1.5-8 4.500V20h16v-1.500c0-3-5-4.5-8-4.500z",
  emoji:
    "M12 2a10 10 0 1010 10A10 10 0 0012 2zm0 18a8 8 0 118-8 8 8 0 01-8 8zm3.5-9A1.5 1.5 0 1014 9.500a1.5 1.5 0 001.5 1.500zm-7 0A1.5 1.5 0 107 9.5 1.5 1.5 0 008.5 11zm3.5 6.500a5.5 5.5 0 005-3.500H7a5.5 5.5 0 005 3.500z",
  document:
    "M14 2H6a2 2 0 00-2 2v16a2 2 0 002 2h12a2 2 0 002-2V8zm2 16H8v-2h8zm0-4H8v-2h8zm-3-5V3.500L18.5 9z",
  media:
    "M21 19V5a2 2 0 00-2-2H5a2 2 0 00-2 2v14a2 2 0 002 2h14a2 2 0 002-2zM8.5 13.500l2.5 3 3.5-4.5 4.5 6H5z",
  logo: "M12 2a10 10 0 00-8.6 15L2 22l5.2-1.400A10 10 0 1012 2zm4.5 14c-.2.6-1.2 1.1-1.7 1.2-2 .3-6.6-2-7.8-6.2-.2-1.5.8-2.8 1.7-2.800l.8.1.9 2.1-.8 1.200c.8 1.5 1.9 2.3 3.1 2.800l1-1.2 2.2 1z",
  back: "M20 11H7.800l5.6-5.600L12 4l-8 8 8 8 1.4-1.400L7.8 13H20z",
  headphones: "M12 3a9 9 0 00-9 9v7h5v-8H5a7 7 0 0114 0h-3v8h5v-7a9 9 0 00-9-9z",
  audio: "M8 5v14l11-7z",
  video: "M17 10.5V7a1 1 0 00-1-1H4a1 1 0 00-1 1v10a1 1 0 001 1h12a1 1 0 001-1v-3.500l4 4v-11z",
  media_upload: "M5 20h14v-2H5zm0-10h4v6h6v-6h4l-7-7z",
  tail: "M0 0h24L0 24z",
};
PATHS.read = PATHS.delivered;
PATHS.reload = PATHS.update;
PATHS.restricted = PATHS.failed;
PATHS.media_cancel = PATHS.caption_clear = PATHS.close;

/** The icon of a logical name (`send`, `sent`, `row_read`, …) as this era marks it. */
export function icon(name, attributes = {}) {
  return named(name, skin.icons[name], attributes);
}

const swapped = document.dir === "rtl"; // in right-to-left languages the names change sides (§12.4)

/** The tail of the first bubble in a run: it keeps its data-icon in all eras (§4.1), E3 adds a test id (§10.3). */
export function tail(side) {
  const direction = swapped ? { in: "out", out: "in" }[side] : side;
  return element(
    "span",
    {
      "data-icon": `tail-${direction}`,
      "data-testid": structure.tail_test_id ? `tail-${direction}` : null,
      "aria-hidden": "true",
      class: "ws-tail",
    },
    svg("tail"),
  );
}

function named(name, shown, attributes) {
  const hidden = "aria-label" in attributes ? "false" : "true";
  const withTitle = structure.icons === "title";
  const marks = withTitle ? {} : { "data-icon": shown };
  return element(
    "span",
    { "aria-hidden": hidden, ...marks, ...attributes },
    svg(name, withTitle ? shown : null),
  );
}

function svg(name, title = null) {
  const node = document.createElementNS(SVG, "svg");
  node.setAttribute("viewBox", "0 0 24 24");
  node.setAttribute("width", "24");
  node.setAttribute("height", "24");
  if (title) {
    const label = document.createElementNS(SVG, "title");
    label.textContent = title;
    node.append(label);
  }
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("fill", "currentColor");
  path.setAttribute("d", PATHS[name.replace(/^(row|light)_/, "")] ?? PATHS.emoji);
  node.append(path);
  return node;
}
