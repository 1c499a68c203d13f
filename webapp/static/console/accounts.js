// An account's card: how it is, what it may still do today, and what an operator can do about it.
import { dayChart } from "./charts.js";
import { age, dateTime, lasting } from "./clock.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { PAUSES, STATES, count, number, plain } from "./words.js";

export function accountCards(accounts) {
  if (!accounts.length) {
    return [h("p", { class: "card empty soft" }, "There is no account yet. On the server: ", h("code", {}, "whatsapp-tasks worker --account default"))];
  }
  return accounts.map(card);
}

function card(account) {
  const title = `account-${account.account}`;
  return h(
    "article",
    { class: "card account", "data-key": account.account, "aria-labelledby": title },
    head(account, title),
    account.pauses.map((pause) => pauseBanner(account, pause)),
    trouble(account),
    h("div", { class: "columns" }, standing(account), today(account), charts(account)),
    failure(account),
  );
}

function head(account, title) {
  const [word, tone, picture] = STATES[account.state];
  const paused = account.pauses.some((pause) => pause.reason === "operator");
  return h(
    "header",
    { class: "head" },
    h("h3", { id: title }, account.account),
    h("span", { class: `badge ${tone}`, title: account.state }, icon(picture), word),
    account.worker ? null : h("span", { class: "badge bad" }, icon("cross"), "No worker"),
    account.pauses.length ? h("span", { class: "badge warn" }, icon("pause"), "Paused") : null,
    account.since_ms ? h("span", { class: "soft since" }, "for ", lasting(account.since_ms)) : null,
    h(
      "div",
      { class: "buttons" },
      paused
        ? button("resume", account, "Resume", { class: "primary", icon: "play" })
        : button("pause", account, "Pause", { icon: "pause" }),
      account.worker && h("a", { class: account.state === "ATTENTION" ? "button primary" : "button", href: `/console/hand/${account.account}` }, "Open the page", h("span", { class: "unseen" }, ` (${account.account})`)),
      account.worker && button("restart", account, "Restart browser"),
      account.worker && account.state !== "QR_PENDING" && button("logout", account, "Unlink phone", { class: "danger" }),
    ),
  );
}

function button(action, account, text, { class: look = null, icon: picture = null, ...data } = {}) {
  return h(
    "button",
    { type: "button", class: look, "data-action": action, "data-account": account.account, "data-key": `${action}-${data["data-reason"] ?? ""}`, ...data },
    picture && icon(picture),
    text,
    h("span", { class: "unseen" }, ` (${account.account})`),
  );
}

function pauseBanner(account, pause) {
  return h(
    "div",
    { class: "banner warn", "data-key": `pause-${pause.reason}` },
    icon("pause"),
    h(
      "p",
      {},
      h("strong", {}, PAUSES[pause.reason] ?? `Paused: ${plain(pause.reason)}`),
      ` · ${pause.author} · `,
      age(pause.since_ms),
      pause.note && h("span", { class: "note" }, pause.note),
    ),
    pause.reason === "ban"
      ? button("clear-ban", account, "Clear the ban …")
      : pause.reason === "operator" || pause.reason === "memory"
        ? null
        : button("resume", account, pause.reason === "operator_view" ? "End this view …" : "End this pause …", { "data-reason": pause.reason }),
  );
}

/** What keeps the account from sending, where neither its state nor a pause says so. */
function trouble(account) {
  if (!account.worker) {
    return h(
      "div",
      { class: "banner bad", "data-key": "no-worker" },
      icon("hand"),
      h("p", {}, h("strong", {}, "No worker runs."), " Messages are taken in and wait. Start one: ", h("code", {}, `whatsapp-tasks worker --account ${account.account}`)),
    );
  }
  return null;
}

function standing(account) {
  return h(
    "section",
    { "data-key": "standing", class: "standing", "aria-label": "State" },
    h("p", { class: "meaning" }, `${account.meaning[0].toUpperCase()}${account.meaning.slice(1)}.`),
    account.qr && account.worker ? qrCode(account) : null,
    account.reason === "passkey_required" && account.worker
      ? h("p", { "data-key": "passkey" }, button("passkey", account, "Go on with the passkey …"))
      : null,
    h(
      "dl",
      { class: "facts" },
      account.reason && fact("Reason", plain(account.reason)),
      account.sends === "replies" && fact("Sends", "only to chats that WhatsApp leaves open"),
      account.restriction && fact("Restriction", [plain(account.restriction.kind), account.restriction.scope && ` (${plain(account.restriction.scope)})`, account.restriction.until_ms && ["; over ", age(account.restriction.until_ms)]]),
      account.worker && workerFacts(account),
      Object.keys(account.cures).length ? fact("Browser", cures(account.cures)) : null,
    ),
  );
}

const fact = (name, ...value) => [h("dt", {}, name), h("dd", {}, value)];

function workerFacts(account) {
  const { who, beat_ms: beat, memory_mb: memory, memory_limit_mb: limit, busy_with: busy } = account.worker;
  return [
    fact("Worker", who.replace(/^worker /, ""), busy ? " · busy with a message" : ""),
    fact("Heartbeat", age(beat)),
    memory === null
      ? null
      : fact("Memory", meter(`Memory of ${account.account}`, memory, limit, `${number(Math.round(memory))} of ${number(limit)} MB`)),
  ];
}

function cures(counted) {
  const starts = Object.entries(counted).filter(([cause]) => cause.startsWith("start_"));
  const total = starts.reduce((sum, [, n]) => sum + n, 0);
  const causes = starts.map(([cause, n]) => `${plain(cause.replace("start_", ""))} ${n}`).join(", ");
  return `${count(total, "start")}${causes ? ` (${causes})` : ""}`;
}

function qrCode(account) {
  return h(
    "figure",
    { class: "qr", "data-key": "qr" },
    h("img", { src: `/console/accounts/${account.account}/qr.svg?code=${account.qr}`, alt: `QR code that links a phone to ${account.account}`, width: 190, height: 190 }),
    h(
      "figcaption",
      {},
      h("p", {}, h("strong", {}, "Link a phone")),
      h("p", { class: "soft" }, "On the phone: WhatsApp, Settings, Linked devices, Link a device. The code renews itself."),
      button("pairing-code", account, "Use a code instead …"),
    ),
  );
}

function meter(label, value, most, text) {
  const share = most ? value / most : 1;
  const tone = share >= 1 ? "bad" : share >= 0.85 ? "warn" : "ok";
  return h("span", { class: "meter" }, h("span", {}, text), h("progress", { class: tone, "aria-label": label, max: Math.max(most, 1), value: Math.min(value, most) }));
}

function today(account) {
  const { cap, queue, lookups } = account;
  return h(
    "section",
    { "data-key": "today", "aria-label": "Today" },
    cap &&
      h(
        "div",
        { class: "cap" },
        h("p", { class: "label" }, "Today's cap"),
        meter(`Messages of ${account.account} today`, cap.used, cap.cap, `${number(cap.used)} of ${number(cap.cap)} messages`),
        meter(`New chats of ${account.account} today`, cap.new_chats_used, cap.new_chats_cap, `${number(cap.new_chats_used)} of ${number(cap.new_chats_cap)} to new chats`),
        h("p", { class: "soft small", title: dateTime(cap.next_day_ms) }, "The next day begins ", age(cap.next_day_ms), "."),
      ),
    lookups.used + lookups.waiting > 0 &&
      h(
        "div",
        { class: "cap" },
        h("p", { class: "label" }, "Numbers checked"),
        meter(`Numbers looked up by ${account.account} today`, lookups.used, lookups.cap, `${number(lookups.used)} of ${number(lookups.cap)} look-ups, ${number(lookups.waiting)} waiting`),
      ),
    h(
      "dl",
      { class: "tiles" },
      tile("Waiting", queue.open),
      tile("Scheduled", queue.scheduled),
      tile("In doubt", queue.unknown, queue.unknown ? "warn" : ""),
    ),
  );
}

const tile = (name, value, tone = "") => h("div", { class: tone }, h("dt", {}, name), h("dd", {}, number(value)));

function charts(account) {
  return h(
    "section",
    { "data-key": "charts", "aria-label": "The last 24 hours" },
    dayChart("Sent", "good", account.day, account.day.sent),
    dayChart("Failed or in doubt", "poor", account.day, account.day.failed),
  );
}

function failure(account) {
  const last = account.failure;
  if (!last) return null;
  return h(
    "details",
    { class: "failure", "data-key": "failure" },
    h("summary", {}, "Last failure: ", h("strong", {}, plain(last.code)), " · ", age(last.at_ms)),
    h(
      "div",
      { class: "evidence" },
      last.picture
        ? h("a", { href: `/evidence/${last.id}.jpg`, target: "_blank", rel: "noopener" }, h("img", { src: `/evidence/${last.id}.jpg`, loading: "lazy", alt: "The page as it looked then, its letters covered. Opens in full size." }))
        : h("p", { class: "soft" }, "There was no page to take a picture of."),
      h(
        "div",
        {},
        h("p", {}, last.detail),
        h("p", { class: "soft" }, `The account was ${last.state}, at ${dateTime(last.at_ms)}.`),
        last.message_id && h("p", { class: "soft" }, "Message ", h("code", {}, last.message_id)),
        h("p", {}, h("a", { href: `/evidence/${last.id}.json`, target: "_blank", rel: "noopener" }, "Structure of the page, and last events")),
      ),
    ),
  );
}
