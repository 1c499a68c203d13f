// What was done, said for some seconds in a corner.
import { fill, h } from "./dom.js";

const SHOWN_MS = 8000;
const notice = document.getElementById("notice");
let timer = null;

export function say(text, tone = "ok") {
  fill(notice, [h("span", { class: `banner ${tone}` }, text)]);
  clearTimeout(timer);
  timer = setTimeout(() => fill(notice, []), SHOWN_MS);
}
