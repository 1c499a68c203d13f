// Screens before the main one: loading, and the sync after linking (§1.2).
import { element, part, skin, text } from "./skin.js";
import { tellScreen } from "./state.js";

const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** The loading screen; `step(percent, key, values)` changes what it says. */
export function loadingScreen(name = "loading") {
  const progress = part("loading_progress");
  const title = part("loading_title", {}, {}, "WhatsApp");
  const words = part("loading_text", {}, {}, skin.texts.encrypted);
  const node = part(
    "loading_screen",
    {},
    {},
    element(
      "div",
      { class: "ws-startup" },
      element("div", { class: "ws-startup-logo" }),
      title,
      element("div", {}, progress),
      words,
    ),
  );
  tellScreen({ screen: name });
  const step = (percent, key, values = {}) => {
    progress.value = percent;
    title.textContent = key === "encrypted" ? "WhatsApp" : text(key, values);
  };
  return { node, step };
}

/** A linked device starts: at least `milliseconds`. */
export async function loadChats(show, milliseconds) {
  const { node, step } = loadingScreen();
  show(node);
  step(10, "loading_chats");
  for (let done = 1; done <= 4; done += 1) {
    await sleep(milliseconds / 4);
    step(25 * done, "loading_chats");
  }
}

/** Right after linking: connecting, downloading, organizing, with their real proportions. */
export async function syncChats(show, milliseconds) {
  const { node, step } = loadingScreen("syncing");
  show(node);
  const share = milliseconds / 3650;
  step(5, "connecting");
  await sleep(1500 * share);
  for (let percent = 0; percent <= 100; percent += 25) {
    step(percent, "downloading", { percent });
    await sleep(180 * share);
  }
  step(100, "organizing");
  await sleep(800 * share);
}
