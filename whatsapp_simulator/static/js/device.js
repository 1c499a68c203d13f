// The device this page is: recognised by the server, linked, logged out, taken over by another page.
import * as connection from "./connection.js";
import { endLoss } from "./connection_loss.js";
import { closeConversation } from "./conversation.js";
import { loadChats, syncChats } from "./loading.js";
import { hangIf } from "./misbehaviour.js";
import { catchUp } from "./news.js";
import { abandonFlow } from "./openchat.js";
import { dropPopups } from "./popup.js";
import { forgetQr } from "./qr_code.js";
import { enterMain, showLanding, showLoggingOut } from "./screens.js";
import { OWN_KEPT, ownKept } from "./sending.js";
import { checkBlockers, conflict, enter, mode, setConflict, show } from "./stage.js";
import { play, state, tellScreen } from "./state.js";

const TOKEN = "ws-device-token"; // stands for the keys a real device keeps in IndexedDB
const WID = "last-wid-md"; // present while a device is registered (§1.3)
const BROWSER = "ws-browser"; // survives a reload, and is in no copy of the profile

function remember({ token, own }) {
  if (token) localStorage.setItem(TOKEN, token);
  if (own) localStorage.setItem(WID, JSON.stringify(own.wid));
}

function forget() {
  localStorage.removeItem(TOKEN);
  localStorage.removeItem(WID);
  localStorage.removeItem(OWN_KEPT);
  sessionStorage.clear();
  closeConversation();
  dropPopups();
  abandonFlow();
  for (const each of [state.chats, state.histories, state.drafts, state.replies, state.selections, state.outbox]) {
    each.clear();
  }
  state.own = null;
}

function take({ own, chats }) {
  state.own = own;
  const empty = [...state.chats.values()].filter((chat) => !chat.last);
  state.chats = new Map([...empty, ...chats].map((chat) => [chat.phone, chat]));
}

function browserId() {
  if (!sessionStorage.getItem(BROWSER)) sessionStorage.setItem(BROWSER, String(Math.random()));
  return sessionStorage.getItem(BROWSER);
}

connection.on("open", () => {
  connection.send({
    type: "hello",
    token: localStorage.getItem(TOKEN),
    browser: browserId(),
    own_kept: ownKept(),
    again: mode !== "startup",
    superseded: conflict !== null,
  });
  if (mode !== "startup") tellScreen();
});

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
  } else if (mode !== "loading") {
    start();
  }
});

function start() {
  hangIf("load");
  const slow = play("slow_boot");
  const early = play("main_while_syncing");
  if (early) connection.holdBack(early.ms);
  enterMain(() => loadChats(show, state.settings.boot_ms + (slow?.ms ?? 0)));
}

connection.on("linked", (message) => {
  take(message);
  remember(message);
  forgetQr();
  enterMain(() => syncChats(show, state.settings.sync_ms));
});

connection.on("logout", async ({ reason }) => {
  enter("logging_out");
  setConflict(null);
  forget();
  forgetQr();
  if (reason) await showLoggingOut();
  showLanding(reason);
});

connection.on("conflict", ({ other }) => {
  setConflict(other);
  checkBlockers();
});
