// A line at the foot of the page that goes by itself; its look is a guess.
import { element } from "./skin.js";

const TOAST_MS = 3000;

export function toast(words) {
  const node = element("div", { class: "ws-toast", role: "status" }, words);
  document.querySelector(".ws-stage").append(node);
  setTimeout(() => node.remove(), TOAST_MS);
}
