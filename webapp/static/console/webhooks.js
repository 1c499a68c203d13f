// Receivers of webhooks, and what they never took.
import { age } from "./clock.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { count, plain } from "./words.js";

export function webhookCards(webhooks) {
  if (!webhooks.length) {
    return [h("p", { class: "card empty soft" }, "No receiver is set. On the server: ", h("code", {}, "whatsapp-tasks webhooks add"))];
  }
  return webhooks.map(card);
}

function card(webhook) {
  const title = `webhook-${webhook.name}`;
  const [tone, picture, word] = webhook.disabled_ms
    ? ["bad", "stop", "Disabled"]
    : webhook.failures_in_row
      ? ["warn", "hand", `${count(webhook.failures_in_row, "failure")} in a row`]
      : ["ok", "check", "Delivering"];
  return h(
    "article",
    { class: "card webhook", "data-key": webhook.name, "aria-labelledby": title },
    h(
      "header",
      { class: "head" },
      h("h3", { id: title }, webhook.name),
      h("span", { class: `badge ${tone}` }, icon(picture), word),
      h("code", { class: "url" }, webhook.url),
      h(
        "div",
        { class: "buttons" },
        webhook.disabled_ms && button("enable", webhook, "Enable"),
        webhook.dead > 0 && button("redrive", webhook, `Redrive ${webhook.dead === 1 ? "it" : `all ${webhook.dead}`} …`, "primary"),
      ),
    ),
    h(
      "p",
      { class: "soft" },
      `${count(webhook.waiting, "message")} with events in line, ${count(webhook.dead, "dead letter")}.`,
      webhook.last_success_ms && [" Last success ", age(webhook.last_success_ms), "."],
      webhook.last_failure_ms && [" Last failure ", age(webhook.last_failure_ms), `: ${plain(webhook.last_failure)}.`],
      webhook.disabled_reason && ` Disabled: ${plain(webhook.disabled_reason)}.`,
    ),
    webhook.letters.length > 0 && letters(webhook),
  );
}

function letters(webhook) {
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": `Dead letters of ${webhook.name}` },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, ["Event", "Attempts", "Last answer", "Given up", "Action"].map((name) => h("th", { scope: "col" }, name)))),
      h(
        "tbody",
        {},
        webhook.letters.map((letter) =>
          h(
            "tr",
            { "data-key": letter.id },
            h("td", {}, letter.type),
            h("td", {}, String(letter.attempts)),
            h("td", {}, plain(letter.last_answer)),
            h("td", {}, age(letter.dead_ms)),
            h("td", {}, button("redrive", webhook, "Redrive", null, letter.id)),
          ),
        ),
      ),
    ),
  );
}

function button(action, webhook, text, look = null, letter = null) {
  return h("button", { type: "button", class: look, "data-action": action, "data-webhook": webhook.name, "data-letter": letter, "data-key": `${action}-${letter ?? ""}` }, text, h("span", { class: "unseen" }, ` (${letter ?? webhook.name})`));
}
