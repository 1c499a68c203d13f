// Times: exact for machines, as an age for people; ages are updated between two answers.
import { h } from "./dom.js";

let ahead = 0; // how far this machine's clock is ahead of the server's, ms

export function learnServerTime(dateHeader) {
  const server = Date.parse(dateHeader || "");
  // The header has whole seconds: only a clock that is really wrong is corrected.
  if (server && Math.abs(Date.now() - server) > 2000) ahead = Date.now() - server;
}

export const now = () => Date.now() - ahead;

const two = (n) => String(n).padStart(2, "0");

export function clockTime(ms, seconds = true) {
  const at = new Date(ms);
  return `${two(at.getHours())}:${two(at.getMinutes())}${seconds ? `:${two(at.getSeconds())}` : ""}`;
}

export function dateTime(ms) {
  const at = new Date(ms);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clockTime(ms)}`;
}

export function duration(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 2 * 86400) return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} min`;
  return `${Math.floor(seconds / 86400)} days`;
}

const ageText = (ms) => (ms > now() ? `in ${duration(ms - now())}` : `${duration(now() - ms)} ago`);

/** "5 min ago", or "in 5 min". */
export function age(ms) {
  return h("time", { datetime: new Date(ms).toISOString(), title: dateTime(ms), "data-age": ms }, ageText(ms));
}

/** "5 min": how long something has been so. */
export function lasting(ms) {
  return h("time", { datetime: new Date(ms).toISOString(), title: `since ${dateTime(ms)}`, "data-lasting": ms }, duration(now() - ms));
}

export function tick() {
  for (const element of document.querySelectorAll("[data-age], [data-lasting]")) {
    const { age: when, lasting: since } = element.dataset;
    const text = when ? ageText(Number(when)) : duration(now() - Number(since));
    if (element.textContent !== text) element.textContent = text;
  }
}
