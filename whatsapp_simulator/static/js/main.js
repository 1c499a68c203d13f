// The app: which screen is shown, and what happens when the server speaks.
import { announceNews } from "./whatsnew.js";
import { drawBanners, setOnline, setReconnecting, setSyncing } from "./banners.js";
import { blocker, unknownPage } from "./blockers.js";
import { drawRows, side } from "./chatlist.js";
import * as connection from "./connection.js";
import {
  closeConversation,
  conversationSlot,
  markSeen,
  redrawMessage,
  refillMessages,
  refreshFooter,
  retitle,
  showMessage,
} from "./conversation.js";
import { showFavicon } from "./favicon.js";
import { settleLanguage } from "./language.js";
import { forgetQr, landing, listenForLinking } from "./landing.js";
import { loadChats, loadingScreen, syncChats } from "./loading.js";
import { hangIf } from "./misbehaviour.js";
import { abandonFlow, followAddress, followLinks } from "./openchat.js";
import { dropPopups, popupLayer } from "./popup.js";
import { setStatus, transmitAgain } from "./sending.js";
import { element, part, skin } from "./skin.js";
import { findMessage, play, scenario, state, tellScreen } from "./state.js";

const TOKEN = "ws-device-token"; // stands for the keys a real device keeps in IndexedDB
const WID = "last-wid-md"; // present while a device is registered (§1.3)

const wrapper = part("wrapper");
const stage = element("div", { class: "ws-stage" });
wrapper.append(stage, popupLayer());

let mode = "startup"; // startup, qr, loading, main
let modeNode = null;
let conflict = null;
let blocked = null;

/** Puts a screen on the stage, unless a full-screen state stands before it. */
function show(node) {
  modeNode = node;
  if (!blocked) stage.replaceChildren(node);
}

/** Full-screen states come and go with the scenarios; the screen behind is kept. */
function checkBlockers() {
  const found = mode === "startup" ? null : blocker(conflict);
  showFavicon(found?.[0] ?? null);
  const name = found?.[0] ?? null;
  if (name === blocked) return;
  blocked = name;
  if (found) {
    dropPopups();
    abandonFlow();
    stage.replaceChildren(found[1]());
    tellScreen({ screen: name });
  } else if (modeNode) {
    stage.replaceChildren(modeNode);
    tellScreen({ screen: mode });
  }
}

function leaveBootHtml() {
  document.getElementById("initial_startup")?.remove();
  document.getElementById("wa_web_initial_startup")?.remove();
  const app = document.getElementById("app");
  if (!wrapper.isConnected) app.append(wrapper);
}

function remember({ token, own }) {
  if (token) localStorage.setItem(TOKEN, token);
  if (own) localStorage.setItem(WID, JSON.stringify(own.wid));
}

function forget() {
  localStorage.removeItem(TOKEN);
  localStorage.removeItem(WID);
  sessionStorage.clear();
  closeConversation();
  dropPopups();
  abandonFlow();
  for (const each of [state.chats, state.histories, state.drafts, state.outbox]) each.clear();
  state.own = null;
}

function take({ own, chats }) {
  state.own = own;
  const empty = [...state.chats.values()].filter((chat) => !chat.last);
  state.chats = new Map([...empty, ...chats].map((chat) => [chat.phone, chat]));
}

function showLanding(reason) {
  mode = "qr";
  leaveBootHtml();
  show(landing({ reason }));
  checkBlockers();
}

async function enterMain(prepare) {
  mode = "loading";
  leaveBootHtml();
  await prepare();
  if (mode !== "loading") return;
  if (play("unknown_page")) {
    mode = "unknown";
    stage.replaceChildren(unknownPage());
    tellScreen({ screen: "unknown" });
    return;
  }
  mode = "main";
  settleLanguage();
  show(part("main_screen", {}, {}, rail(), side(), conversationSlot()));
  drawRows();
  drawBanners();
  tellScreen({ screen: "main" });
  checkBlockers();
  announceNews();
  followAddress();
}

/** The narrow bar at the left edge, since E3 (its look is a guess). */
function rail() {
  if (skin.era !== "E3") return null;
  return element("header", { class: "ws-rail", "data-tab": "2" }, element("div", { class: "ws-rail-item" }));
}

connection.on("open", () => {
  connection.send({
    type: "hello",
    token: localStorage.getItem(TOKEN),
    again: mode !== "startup",
    superseded: conflict !== null,
  });
  if (mode !== "startup") tellScreen();
});

connection.on("closed", () => {
  if (mode === "startup") showConnecting();
  if (mode === "main") tellLoss();
});

let lossTimer = null;

/** Offline at once; but while the page's own test still answers, no sign of the lost socket for 18 s (§11.2). */
async function tellLoss() {
  if (!(await connection.isOnline())) {
    if (!connection.isOpen()) setOnline(false);
    return;
  }
  lossTimer ??= setTimeout(() => setReconnecting(true), state.settings.loss_sign_ms);
}

function endLoss() {
  clearTimeout(lossTimer);
  lossTimer = null;
  setReconnecting(false);
  setOnline(true);
}

let connecting = false;

/** No connection at the start: "Connecting" after a second (§1.2). */
function showConnecting() {
  if (connecting) return;
  connecting = true;
  setTimeout(() => {
    if (mode !== "startup") return;
    leaveBootHtml();
    const { node, step } = loadingScreen("connecting");
    step(0, "connecting_to");
    stage.replaceChildren(node);
  }, 1000);
}

connection.on("welcome", (message) => {
  state.settings = message.settings;
  state.scenarios = message.scenarios;
  if (!message.linked) {
    forget(); // a device the server does not know is none
    if (mode !== "qr") showLanding(null);
    return;
  }
  take(message);
  remember(message);
  if (mode === "main") {
    // Reconnected: what happened meanwhile is read again when its chat is shown.
    endLoss();
    catchUp();
    return;
  }
  if (mode === "loading") return;
  hangIf("load");
  const slow = play("slow_boot");
  const early = play("main_while_syncing");
  if (early) connection.holdBack(early.ms);
  enterMain(() => loadChats(show, state.settings.boot_ms + (slow?.ms ?? 0)));
});

/** After a reconnect: the open chat's history anew, and the outbox once more. */
async function catchUp() {
  transmitAgain();
  for (const phone of state.histories.keys()) {
    if (phone !== state.active) state.histories.delete(phone);
  }
  drawRows();
  const phone = state.active;
  if (!phone) return;
  const answer = await connection.ask({ type: "history", phone, before: null }).catch(() => null);
  if (!answer) return;
  const waiting = [...state.outbox.values()].filter((message) => message.chat === phone);
  const known = answer.messages.filter((message) => !state.outbox.has(message.id));
  state.histories.set(phone, { messages: [...known, ...waiting], more: answer.more });
  refillMessages(phone);
}

connection.on("linked", (message) => {
  take(message);
  remember(message);
  forgetQr();
  enterMain(() => syncChats(show, state.settings.sync_ms));
});

connection.on("logout", async ({ reason }) => {
  mode = "logging_out";
  conflict = null;
  forget();
  forgetQr();
  if (reason) {
    const { node, step } = loadingScreen("logging_out");
    step(100, "logging_out");
    node.append(element("div", { class: "ws-logout-note" }, skin.texts.do_not_close_logout));
    show(node);
    await new Promise((done) => setTimeout(done, 300));
  }
  showLanding(reason);
});

connection.on("conflict", ({ other }) => {
  conflict = other;
  checkBlockers();
});

connection.on("message", ({ chat, message }) => {
  // No badge if the chat is open and focused (§6); the server is told below.
  const seen = chat.phone === state.active && document.hasFocus();
  state.chats.set(chat.phone, seen ? { ...chat, unread: 0 } : chat);
  if (seen) connection.send({ type: "seen", phone: chat.phone });
  const history = state.histories.get(chat.phone);
  if (history && !findMessage(message.id)) {
    history.messages.push(message);
    showMessage(message);
  }
  drawRows();
});

connection.on("history", ({ loading }) => {
  if (loading) setSyncing(true);
});

connection.on("chat", ({ chat, refresh, synced }) => {
  if (synced) setSyncing(false);
  state.chats.set(chat.phone, chat);
  retitle(chat);
  if (refresh && chat.phone !== state.active) state.histories.delete(chat.phone);
  if (refresh && chat.phone === state.active) catchUp();
  drawRows();
});

connection.on("status", ({ id, status }) => setStatus(id, status));
connection.on("nack", ({ id }) => setStatus(id, "failed"));
connection.on("edited", ({ id, text }) => {
  const message = findMessage(id);
  if (message) Object.assign(message, { text, edited: true });
  redrawMessage(id);
  drawRows();
});
connection.on("reload", () => location.reload());
connection.on("error", ({ message }) => console.error(message));

connection.on("settings", ({ settings }) => {
  state.settings = settings;
});

connection.on("scenarios", ({ scenarios }) => {
  state.scenarios = scenarios;
  if (scenario("hang")) hangIf("now");
  checkBlockers();
  drawBanners();
  drawRows();
  refreshFooter();
});

document.addEventListener("ws-chats-changed", drawRows);
document.addEventListener("ws-chat-opened", drawRows);
window.addEventListener("focus", markSeen);
window.addEventListener("resize", drawRows);
document.addEventListener("keydown", ({ key }) => key === "Tab" && wrapper.classList.add("keyboard-user"));

listenForLinking();
followLinks(() => mode === "main" && !blocked);
connection.connect();
