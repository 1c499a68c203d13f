// States and statuses as people read them: a word, a tone, a picture.

export const STATES = {
  INIT: ["Starting", "wait", "clock"],
  QR_PENDING: ["Link a phone", "warn", "link"],
  AUTHENTICATED: ["Authenticated", "ok", "check"],
  SUSPECTED_BAN: ["Suspected ban", "bad", "hand"],
  BANNED: ["Banned", "bad", "stop"],
  CIRCUIT_OPEN: ["Circuit open", "warn", "pause"],
  RESTRICTED: ["Restricted", "warn", "hand"],
  ATTENTION: ["Needs a person", "bad", "hand"],
};

export const STATUSES = {
  queued: ["wait", "clock"],
  sending: ["wait", "moving"],
  sent: ["ok", "check"],
  delivered: ["ok", "checks"],
  read: ["ok", "checks"],
  failed: ["bad", "cross"],
  unknown: ["warn", "question"],
  cancelled: ["off", "stop"],
  expired: ["off", "clock"],
};

export const PAUSES = {
  operator: "Paused by an operator",
  operator_view: "Paused while a person has the page open",
  ban: "Paused: the ban was confirmed",
  memory: "Paused while the browser is restarted: it grew too large",
  circuit: "Paused: too many failures in a row",
  redis: "Paused: Redis came back with older data",
};

export const PASSKEY_STEPS = {
  prompt: "WhatsApp wants a passkey before it links the phone. A browser on a server has none as a rule: then cancel, and link where a passkey is at hand.",
  pending: "The page has asked its browser for the passkey, and waits.",
  waiting: "WhatsApp waits for the phone. Look at its screen.",
  code: "Compare this code with the one on the phone. Confirm only when both are the same.",
  error: "There was no passkey, or it was refused, or it came too late.",
};

/** "still_pending" as "still pending". */
export const plain = (code) => (code || "").replaceAll("_", " ");

export const number = (value) => new Intl.NumberFormat("en").format(value);

export const count = (n, one, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`;
