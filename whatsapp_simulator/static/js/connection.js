// The WebSocket to the server. Page to server: hello, screen, played, qr_reload, pair, logout, exists, history,
// seen, send, edit, pressed, use_here, passkey_proof, passkey_confirm, passkey_cancel. Server to page: welcome, qr,
// qr_idle, pair_code, pair_error, pair_expired, passkey, linked, logout, conflict, exists, history, chat, message, status, nack, edited, settings, scenarios, reload, error.

const listeners = new Map();
const questions = new Map();
let socket = null;
let questionCount = 0;
let retryDelay = 200;

/** Calls `listener(message)` for every message of this type; `open` and `closed` are about the socket. */
export function on(type, listener) {
  listeners.set(type, [...(listeners.get(type) ?? []), listener]);
}

function emit(type, message) {
  for (const listener of listeners.get(type) ?? []) listener(message);
}

export const isOpen = () => socket?.readyState === WebSocket.OPEN;

/** The page's own test for "online" (§11.7). */
export const isOnline = () =>
  fetch("/status.json", { cache: "no-store" }).then((answer) => answer.ok).catch(() => false);

export function connect() {
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/_sim/socket`);
  socket.addEventListener("open", () => {
    retryDelay = 200;
    emit("open");
  });
  socket.addEventListener("message", (event) => {
    const message = JSON.parse(event.data);
    questions.get(message.query)?.resolve(message);
    emit(message.type, message);
  });
  socket.addEventListener("close", () => {
    for (const question of questions.values()) question.reject(new Error("connection lost"));
    emit("closed");
    setTimeout(connect, retryDelay);
    retryDelay = Math.min(retryDelay * 2, 2000);
  });
}

let held = null; // what is not sent yet, while the page only looks as if it were connected

/** For so many milliseconds nothing is sent, without any sign: the page is shown while it still syncs (§11.1). */
export function holdBack(milliseconds) {
  held = [];
  setTimeout(() => {
    const waiting = held;
    held = null;
    for (const message of waiting) send(message);
  }, milliseconds);
}

/** Sends if the socket is open; returns whether it was. */
export function send(message) {
  if (!isOpen()) return false;
  if (held) return Boolean(held.push(message));
  socket.send(JSON.stringify(message));
  return true;
}

/** Sends and waits for the answer; rejects when the connection is lost. */
export async function ask(message) {
  const query = `q${++questionCount}`;
  const answer = new Promise((resolve, reject) => questions.set(query, { resolve, reject }));
  try {
    if (!send({ ...message, query })) throw new Error("not connected");
    return await answer;
  } finally {
    questions.delete(query);
  }
}
