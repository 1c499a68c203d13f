// What is asked of the server. Every refusal is an Error whose message is for people.
import { learnServerTime } from "./clock.js";

const token = document.querySelector("meta[name=console-token]").content;
let seen = null;

/** The state, or null when nothing has changed since the last answer. */
export async function fetchState() {
  const response = await request("/console/state", { headers: seen ? { "If-None-Match": seen } : {}, cache: "no-store" });
  learnServerTime(response.headers.get("Date"));
  if (response.status === 304) return null;
  const state = await response.json();
  seen = response.headers.get("ETag");
  return state;
}

export async function post(path, body = {}, options = {}) {
  const response = await request(path, {
    ...options,
    method: "POST",
    headers: { ...options.headers, "Content-Type": "application/json", "X-Console-Token": token },
    body: JSON.stringify(body),
  });
  return response.json();
}

export async function get(path) {
  return (await request(path, { cache: "no-store" })).json();
}

/** The response, when it is a good one. */
export async function request(path, options) {
  let response;
  try {
    response = await fetch(path, { ...options, credentials: "same-origin", redirect: "error" });
  } catch {
    throw new Error("The service does not answer.");
  }
  if (response.status === 401) {
    location.assign(`/login?to=${encodeURIComponent(location.pathname)}`);
    throw new Error("The session is over.");
  }
  if (response.ok || response.status === 304) return response;
  const problem = await response.json().catch(() => ({}));
  throw Object.assign(new Error(problem.detail || `The service answered with ${response.status}.`), { code: problem.code });
}
