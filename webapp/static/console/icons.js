// Small pictures beside words, never instead of them.
import { h } from "./dom.js";

const PATHS = {
  check: "m5 12.5 4.5 4.5L19 7",
  checks: "m2 13 4 4 7.5-9M11 15.5l1.5 1.5L21 8",
  clock: "M12 7v5l3.5 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
  cross: "M6 6l12 12M18 6 6 18",
  hand: "M12 8v5m0 3.5v.01M12 3l9.5 17h-19L12 3Z",
  link: "M7 3h10a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1Zm4 15h2",
  moving: "M4 12h14m-5-5 5 5-5 5",
  pause: "M8 5v14M16 5v14",
  play: "M7 4.5v15l12-7.5-12-7.5Z",
  question: "M9 9a3 3 0 1 1 4.2 2.8c-.8.4-1.2 1-1.2 2M12 17.5v.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
  stop: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM6 6l12 12",
};

export function icon(name) {
  return h(
    "svg:svg",
    { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", focusable: "false" },
    h("svg:path", { d: PATHS[name] }),
  );
}
