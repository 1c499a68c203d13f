// An account's live page in a person's hands: one picture after the other, and what the person does, in its order.
import { keyOf, lines, parts } from "./hand_input.js";
import { post, request } from "./server.js";

const EVERY_MS = 500;
const TROUBLE_MS = 1500;
const WARN_SECONDS = 60;
const MARK_MS = 600;

const part = (id) => document.getElementById(id);
const [stage, picture, mark] = ["stage", "picture", "mark"].map(part);
const { account } = part("main").dataset;
const base = `/console/accounts/${account}/hand`;

let view = null; // what proves that this person has the page, while they have it; never part of a path
const of = (one) => ({ headers: { "X-View": one } });
let seen = "";
let wake = () => {};
let point = { x: 0.5, y: 0.5 }; // where the person clicked or pointed last, in shares of the picture

// --- open and over ---

part("open").addEventListener("click", async () => {
  part("open").disabled = true;
  try {
    ({ view } = await post(base));
    begin();
  } catch (error) {
    explain(error.message);
  }
  part("open").disabled = false;
});

function begin() {
  seen = trouble = "";
  queue.length = 0;
  explain("");
  live("Waiting");
  say("Sending is paused. The page comes …");
  part("start").hidden = true;
  part("view").hidden = false;
  stage.focus();
  watch();
}

/** The view is over; `reason` says why and what to do. */
function over(reason, tone = "bad") {
  if (!view) return;
  view = null;
  wake();
  live("Not open", "off");
  picture.getContext("2d").clearRect(0, 0, picture.width, picture.height); // nothing stays on the screen
  part("view").hidden = true;
  part("start").hidden = false;
  part("explain").hidden = true;
  explain(reason, tone);
  part("open").textContent = "Open it again";
  part("open").focus();
}

function explain(problem, tone = "bad") {
  part("problem").hidden = !problem;
  part("problem").className = `banner ${tone}`;
  part("problem").textContent = problem;
}

async function giveBack() {
  const mine = view;
  over("You gave the page back. Sending goes on, unless there is another pause.", "ok");
  await post(`${base}/close`, {}, of(mine)).catch((error) => explain(`${error.message} The page is given back by itself in 20 seconds.`));
}

part("close").addEventListener("click", giveBack);
addEventListener("pagehide", () => {
  if (view) post(`${base}/close`, {}, { ...of(view), keepalive: true }).catch(() => {});
  over("You left this page, so it was given back. Open it again if there is more to do.", "warn");
});

// --- pictures ---

async function watch() {
  const mine = view;
  while (view === mine) {
    const began = performance.now();
    let rest = EVERY_MS;
    try {
      await lookOnce();
    } catch (error) {
      if (view !== mine) return;
      if (error.code === "view_over") return over(error.message);
      live("Not connected", "lost");
      say(`${error.message} Trying again.`);
      rest = TROUBLE_MS;
    }
    await pause(rest - (performance.now() - began));
  }
}

const pause = (ms) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(0, ms));
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });

async function lookOnce() {
  const mine = view;
  const answer = await request(`${base}?seen=${seen}`, { ...of(mine), cache: "no-store" });
  if (answer.status === 202) {
    const { waiting } = await answer.json();
    if (view !== mine) return;
    live("Waiting");
    say(waiting);
    return;
  }
  const bitmap = answer.status === 200 ? await createImageBitmap(await answer.blob()) : null;
  if (view !== mine) return;
  if (bitmap) draw(bitmap);
  seen = answer.headers.get("X-Picture");
  part("masked").hidden = answer.headers.get("X-Masked") !== "1";
  live("Live");
  tellTime(Number(answer.headers.get("X-Idle-Left")));
}

function draw(bitmap) {
  if (picture.width !== bitmap.width || picture.height !== bitmap.height) {
    picture.width = bitmap.width;
    picture.height = bitmap.height;
  }
  picture.getContext("2d").drawImage(bitmap, 0, 0);
  bitmap.close();
}

function tellTime(left) {
  const soon = left <= WARN_SECONDS;
  part("stay").hidden = !soon;
  // In steps, so that a screen reader is not interrupted each second.
  say(soon ? `Without an action the page is given back in ${Math.max(10, Math.ceil(left / 10) * 10)} s.` : trouble || "Sending is paused while you have the page.");
}

/** `tone`: "" for a view that is well, "lost", or "off" where there is none. */
function live(text, tone = "") {
  part("live").className = `live ${tone}`;
  if (part("live-text").textContent !== text) part("live-text").textContent = text;
}

function say(text) {
  if (part("says").textContent !== text) part("says").textContent = text;
}

// --- what the person does ---

const queue = [];
let working = false;
let trouble = "";

/** Puts an action in the queue; what is typed or scrolled in one go is one action. */
function act(action) {
  const last = queue.at(-1);
  if (last?.kind === "type" && action.kind === "type" && (last.text + action.text).length <= 100) last.text += action.text;
  else if (last?.kind === "scroll" && action.kind === "scroll") last.down = Math.max(-2000, Math.min(2000, last.down + action.down));
  else queue.push(action);
  work();
}

async function work() {
  if (working) return;
  working = true;
  while (view && queue.length) {
    try {
      await post(`${base}/act`, queue.shift(), of(view));
      trouble = "";
    } catch (error) {
      queue.length = 0; // what was meant to follow may be meant for another page
      if (error.code === "view_over") over(error.message);
      trouble = error.message;
      say(trouble);
    }
    wake();
  }
  working = false;
}

function type(text) {
  lines(text).forEach((line, number) => {
    if (number) act({ kind: "key", key: "Shift+Enter" });
    for (const each of parts(line)) act({ kind: "type", text: each });
  });
}

/** Where the event is in the picture, whatever the size it is shown in. */
function pointOf(event) {
  const box = picture.getBoundingClientRect();
  const share = (at, from, size) => Math.min(1, Math.max(0, (at - from) / size));
  return { x: share(event.clientX, box.left, box.width), y: share(event.clientY, box.top, box.height) };
}

picture.addEventListener("click", (event) => {
  point = pointOf(event);
  stage.focus({ preventScroll: true });
  showMark();
  act({ kind: "click", ...point });
});

function showMark() {
  mark.style.left = `${picture.offsetLeft + point.x * picture.offsetWidth}px`;
  mark.style.top = `${picture.offsetTop + point.y * picture.offsetHeight}px`;
  mark.hidden = false;
  clearTimeout(showMark.timer);
  showMark.timer = setTimeout(() => (mark.hidden = true), MARK_MS);
}

stage.addEventListener(
  "wheel",
  (event) => {
    if (!stage.classList.contains("whole") || event.ctrlKey) return; // a larger picture is moved, not the page
    event.preventDefault();
    point = pointOf(event);
    const lines_ = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : 40;
    act({ kind: "scroll", ...point, down: Math.max(-2000, Math.min(2000, event.deltaY * lines_)) });
  },
  { passive: false },
);

stage.addEventListener("keydown", (event) => {
  const wanted = keyOf(event);
  if (!wanted) return;
  event.preventDefault();
  // A key that is held down repeats no faster than the page takes it: none of it comes after the key is let go.
  if (!event.repeat || queue.length < 2) act(wanted);
});
stage.addEventListener("paste", (event) => {
  event.preventDefault();
  type(event.clipboardData.getData("text/plain"));
});

part("typing").addEventListener("submit", (event) => {
  event.preventDefault();
  type(part("text").value);
  part("text").value = "";
});
part("stay").addEventListener("click", () => {
  act({ kind: "stay" });
  stage.focus();
});
part("zoom").addEventListener("click", () => {
  const whole = stage.classList.toggle("whole");
  part("zoom").setAttribute("aria-pressed", String(!whole));
  if (whole) return;
  stage.scrollLeft = point.x * picture.offsetWidth - stage.clientWidth / 2;
  stage.scrollTop = point.y * picture.offsetHeight - stage.clientHeight / 2;
});
for (const button of document.querySelectorAll("[data-key-name]")) {
  button.addEventListener("click", () => act({ kind: "key", key: button.dataset.keyName }));
}
for (const button of document.querySelectorAll("[data-scroll]")) {
  button.addEventListener("click", () => act({ kind: "scroll", ...point, down: Number(button.dataset.scroll) }));
}
