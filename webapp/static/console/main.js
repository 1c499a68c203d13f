// The console: asks for the state when there is news, and again and again; shows it, and carries out clicks.
import { accountCards } from "./accounts.js";
import { tick } from "./clock.js";
import { ask, choice, show, textField } from "./dialog.js";
import { fill, h } from "./dom.js";
import { messageRows, remember } from "./messages.js";
import { say } from "./notices.js";
import { News } from "./news.js";
import { fetchState, get, post } from "./server.js";
import { webhookCards } from "./webhooks.js";
import { PASSKEY_STEPS, plain } from "./words.js";

const EVERY_MS = 2000;
const QUIET_MS = 10000; // while news come: for what is no event, such as a pause or a heartbeat
const SOON_MS = 200; // several pieces of news are one look,
const PACE_MS = 1000; // and there are not more looks than this, however much happens
const part = (id) => document.getElementById(id);

let state = null;
let timer = null;
let asking = null;
let soon = null;
let looked = 0;

function render() {
  if (!state) return;
  const named = state.accounts.length > 1;
  fill(part("accounts"), accountCards(state.accounts));
  part("doubt-section").hidden = !state.in_doubt.length;
  fill(part("doubt"), messageRows(state.in_doubt, { named, listName: "doubt" }));
  fill(part("messages"), messageRows(state.messages, { named, listName: "messages" }));
  fill(part("webhooks"), webhookCards(state.webhooks));
}

/** One look; those who ask meanwhile wait for the same one. */
function look() {
  asking ??= lookOnce().finally(() => (asking = null));
  return asking;
}

async function lookOnce() {
  clearTimeout(timer);
  looked = performance.now();
  try {
    state = (await fetchState()) ?? state;
    render();
    connected("");
  } catch (error) {
    connected(error.message);
  }
  if (!document.hidden) timer = setTimeout(look, news.alive && state && !state.accounts.some(moves) ? QUIET_MS : EVERY_MS);
}

/** Whether something changes now that is no event: a code to scan, a message that is typed. */
function moves(account) {
  return Boolean(account.qr || account.reason === "passkey_required" || account.queue.open || account.worker?.busy_with);
}

/** A look for news, which an answer on its way may not show. */
function lookSoon() {
  soon ??= setTimeout(async () => {
    await asking;
    soon = null;
    if (!document.hidden) look();
  }, Math.max(SOON_MS, looked + PACE_MS - performance.now()));
}

function connected(problem) {
  part("live").classList.toggle("lost", Boolean(problem));
  part("live-text").textContent = problem ? "Not connected" : "Live";
  const trouble = part("trouble");
  if (trouble.hidden !== !problem) trouble.hidden = !problem;
  const problemText = problem ? `${problem} What you see may be out of date; trying again.` : "";
  if (trouble.textContent !== problemText) trouble.textContent = problemText;
}

// --- what can be clicked ---

const account = (button, action) => `/console/accounts/${button.dataset.account}/${action}`;
const note = (label) => textField("note", label, { maxlength: 500 });

const ACTIONS = {
  async pause(button) {
    const name = button.dataset.account;
    const wanted = await ask({
      title: `Pause ${name}?`,
      text: "Nothing more is sent until someone resumes; a message that is being typed is finished or put back. New messages are taken in and wait.",
      fields: [note("Why? For those who find it paused (optional)")],
      agree: "Pause",
    });
    if (!wanted) return null;
    await post(account(button, "pause"), { note: wanted.note });
    return `${name} is paused.`;
  },

  async resume(button) {
    const { account: name, reason = "operator" } = button.dataset;
    const warnings = {
      redis: "Redis came back with older data than the worker has seen. Lost messages may have been sent already: resume only if you know that they were not, or that a repetition is harmless.",
      operator_view: "Whoever has the page open loses it, in the middle of what they do. Ask them first, if you can.",
      circuit: "The circuit opened after too many failures in a row, and would try by itself when its time is over.",
    };
    if (warnings[reason] && !(await ask({ title: `End ${reason === "operator_view" ? "the view" : "the pause"} of ${name}?`, text: warnings[reason], agree: "End it", tone: "danger" }))) return null;
    await post(account(button, "resume"), { reason });
    return `${name} is resumed.`;
  },

  async "clear-ban"(button) {
    const name = button.dataset.account;
    const sure = await ask({
      title: `Clear the ban of ${name}?`,
      text: "Have you seen on the phone that the account is not banned? The worker then looks at the page again, and sends if it is fine.",
      agree: "It is not banned",
      tone: "danger",
    });
    if (!sure) return null;
    await post(account(button, "clear-ban"));
    return `The ban of ${name} is cleared.`;
  },

  async restart(button) {
    const name = button.dataset.account;
    const sure = await ask({ title: `Restart the browser of ${name}?`, text: "It takes some seconds, and the phone stays linked.", agree: "Restart" });
    if (!sure) return null;
    await post(account(button, "order"), { order: "restart" });
    return `The browser of ${name} is being restarted.`;
  },

  async logout(button) {
    const name = button.dataset.account;
    const sure = await ask({
      title: `Unlink the phone of ${name}?`,
      text: "The account sends nothing until a phone is linked again. Messages wait.",
      agree: "Unlink",
      tone: "danger",
    });
    if (!sure) return null;
    await post(account(button, "order"), { order: "logout" });
    return `The phone of ${name} is being unlinked.`;
  },

  async "pairing-code"(button) {
    const wanted = await ask({
      title: "Link with a code",
      text: "WhatsApp sends a notification to this phone and asks for the code that is shown here.",
      fields: [textField("phone", "The phone's number", { type: "tel", required: true, placeholder: "+4915112345678", pattern: "\\+[0-9 .\\(\\)\\-]{7,30}" })],
      agree: "Get a code",
    });
    if (!wanted) return null;
    const { code } = await post(account(button, "pairing-code"), { phone: wanted.phone });
    show("Enter this code on the phone", h("p", { class: "code" }, code), h("p", { class: "soft" }, "WhatsApp, Settings, Linked devices, Link with phone number instead."));
    return null;
  },

  async passkey(button) {
    const path = account(button, "passkey");
    const { step, code } = await get(path);
    const text = PASSKEY_STEPS[step] ?? "WhatsApp shows a step that is not known. Look at the screenshot.";
    const can = { prompt: ["continue", "Continue"], error: ["continue", "Try again"], code: ["confirm", "The codes are the same"] }[step];
    const actions = [...(can ? [[...can, ""]] : []), ["cancel", "Cancel, back to the QR code", ""]];
    const wanted = await ask({
      title: "WhatsApp asks for a passkey",
      text,
      fields: [code && h("p", { class: "code" }, code), choice("action", "What now?", actions)],
      agree: "Do it",
    });
    if (!wanted) return null;
    const after = await post(path, { action: wanted.action });
    return after.step ? `The passkey ceremony is at the step "${plain(after.step)}".` : "The passkey ceremony is over.";
  },

  "reveal-phone": (button) => reveal(button, "phone"),
  "reveal-text": (button) => reveal(button, "text"),
  "reveal-file": (button) => reveal(button, "file"),

  async "reveal-thumbnail"(button) {
    const id = button.dataset.message;
    remember(id, "thumbnail", `/console/messages/${id}/thumbnail.jpg`);
    render();
    return "The picture is shown; that is in the log.";
  },

  async resolve(button) {
    const wanted = await ask({
      title: "What became of the message?",
      text: "Look into the chat on the phone. It is not sent again either way.",
      fields: [
        choice("status", "It was", [
          ["sent", "Sent", "the chat on the phone shows it with at least one tick"],
          ["failed", "Not sent", "the chat does not show it"],
        ]),
        note("Who looked, and what was seen (optional)"),
      ],
      agree: "Settle",
    });
    if (!wanted) return null;
    await post(`/console/messages/${button.dataset.message}/resolve`, wanted);
    return `Settled as ${wanted.status}.`;
  },

  async cancel(button) {
    if (!(await ask({ title: "Withdraw this message?", text: "It will not be sent.", agree: "Withdraw", tone: "danger" }))) return null;
    await post(`/console/messages/${button.dataset.message}/cancel`);
    return "The message is withdrawn.";
  },

  async redrive(button) {
    const { webhook, letter } = button.dataset;
    if (!letter && !(await ask({ title: `Redrive the dead letters of ${webhook}?`, text: "Each is tried again, for up to a day.", agree: "Redrive" }))) return null;
    const { redriven } = await post(`/console/webhooks/${webhook}/redrive`, letter ? { ids: [letter] } : {});
    return `${redriven} queued again.`;
  },

  async enable(button) {
    await post(`/console/webhooks/${button.dataset.webhook}/enable`);
    return `${button.dataset.webhook} is enabled.`;
  },
};

async function reveal(button, what) {
  const id = button.dataset.message;
  const { value } = await post(`/console/messages/${id}/reveal`, { what });
  remember(id, what, value);
  render();
  return `The ${{ phone: "number", text: "text", file: "file name" }[what]} is shown; that is in the log.`;
}

const busy = new WeakSet(); // not `disabled`: the focus could not come back to it

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-action]");
  if (!button || busy.has(button)) return;
  busy.add(button);
  try {
    const done = await ACTIONS[button.dataset.action](button);
    if (done) say(done);
    await look();
  } catch (error) {
    say(error.message, "bad");
  } finally {
    busy.delete(button);
  }
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) look();
});
const news = new News(lookSoon);
setInterval(tick, 1000);
look();
