// A line at the foot of the page that goes by itself; its look is a guess.
import { element, skin } from "./skin.js";

const TOAST_MS = 3000;

export function toast(key) {
  const node = element("div", { class: "ws-toast", role: "status" }, skin.texts[key]);
  document.querySelector(".ws-stage").append(node);
  setTimeout(() => node.remove(), TOAST_MS);
}
