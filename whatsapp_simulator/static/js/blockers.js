// Full-screen states that stand before everything else, in the order of AppUI (§1.1).
import { send } from "./connection.js";
import { element, part, skin, text } from "./skin.js";
import { scenario, state } from "./state.js";

const KNOWN_BANS = [101, 102, 103, 104, 106];

const button = (key, onclick) => part("blocker_button", {}, { onclick }, skin.texts[key]);

function screen(title, words, ...buttons) {
  return part(
    "blocker",
    {},
    {},
    element(
      "div",
      { class: "ws-blocker-box" },
      title ? part("blocker_title", {}, {}, title) : null,
      ...words.map((each) => part("blocker_text", {}, {}, each)),
      element("div", { class: "ws-blocker-buttons" }, ...buttons),
    ),
  );
}

function temporaryBan({ code, duration }) {
  const key = KNOWN_BANS.includes(code) ? `ban_${code}` : "ban_other";
  const phone = state.own?.printed ?? "";
  return screen(
    null,
    [text(key, { phone }), text("ban_duration", { duration })],
    button("log_out", () => send({ type: "logout" })),
    button("learn_more"),
  );
}

function useHere(other) {
  const words = part("blocker_text", {}, {}, skin.texts[`use_here_${other}`]);
  const take = () => {
    words.textContent = skin.texts.connecting;
    send({ type: "use_here" });
    setTimeout(() => location.reload(), 100);
  };
  const first = other === "tab" ? button("close") : button("log_out", () => send({ type: "logout" }));
  return part(
    "blocker",
    {},
    {},
    element(
      "div",
      { class: "ws-blocker-box" },
      words,
      element("div", { class: "ws-blocker-buttons" }, first, button("use_here", take)),
    ),
  );
}

const t = skin.texts;

/** Name and element of the state that blocks the page now, or null. `conflict`: another page took over. */
export function blocker(conflict) {
  const on = (name) => scenario(name);
  if (on("temporary_ban")) return ["temporary_ban", () => temporaryBan(on("temporary_ban"))];
  if (on("ban_notice")?.where === "screen")
    return ["ban_notice", () => screen(null, [on("ban_notice").text])];
  if (on("service_unavailable"))
    return ["service_unavailable", () => screen(t.service_title, [t.service_text])];
  if (on("client_expired")) return ["client_expired", () => screen(t.expired_title, [t.expired_text])];
  if (on("takeover_unsupported")) {
    return [
      "takeover_unsupported",
      () =>
        screen(
          null,
          [t.takeover],
          button("refresh", () => location.reload()),
        ),
    ];
  }
  const other = conflict ?? on("use_here")?.other;
  if (other) return ["use_here", () => useHere(other)];
  if (on("proxy_blocked")) return ["proxy_blocked", () => screen(t.proxy_title, [t.proxy_text])];
  if (on("disk_full")) return ["disk_full", () => screen(null, [t.disk_text])];
  return null;
}

/** A page nobody recognises: none of the landmarks of any state. */
export function unknownPage() {
  return element(
    "div",
    { class: "ws-unknown" },
    element("section", {}, element("p", {}, "Lorem ipsum"), element("span", {}, "⌛")),
  );
}
