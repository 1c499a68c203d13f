import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

import { WhatsAppTasksError } from "./errors.js";
import { sign } from "./signature.js";

const LATER = new Set([429, 502, 503, 504]);
const FIRST_PAUSE_SECONDS = 0.2;
const LONGEST_PAUSE_SECONDS = 5;
/** For one upload: the file is examined and stored before the answer. */
const UPLOAD_SECONDS = 600;
/** A pause until the next second must not end before it. */
const TIMER_MARGIN_SECONDS = 0.01;

/**
 * @typedef {object} Request
 * @property {unknown} [body] becomes JSON
 * @property {Record<string, string>} [query]
 * @property {string} [idempotencyKey]
 * @property {string} [accept]
 * @property {File} [file] instead of a body
 * @property {string} [lastEventId]
 * @property {AbortSignal} [listen] the answer does not end: its body is read piece by piece, until this signal
 *
 * @typedef {object} File
 * @property {Uint8Array | Blob} content
 * @property {string} [name]
 * @property {string} [type]
 */

/**
 * One request: signed, and repeated while its answer is lost or says "later". Each attempt is signed again and
 * carries the same idempotency key. The same rules as whatsapp_tasks/client/transport.py.
 */
export class Transport {
  /**
   * @param {string} baseUrl
   * @param {string} keyId
   * @param {string} secret
   * @param {{ timeoutSeconds: number, patienceSeconds: number }} times
   */
  constructor(baseUrl, keyId, secret, times) {
    this.baseUrl = checkedBase(baseUrl);
    if (!/^[ -~]+$/.test(keyId)) {
      throw new WhatsAppTasksError("configuration", "The API key's id must be printable ASCII.");
    }
    this.keyId = keyId;
    this.secret = secret;
    this.times = times;
  }

  /**
   * The answer, once it is a success.
   *
   * @param {string} method
   * @param {string} path percent-encoded where it must be
   * @param {Request} [request]
   * @returns {Promise<Answer>}
   */
  async request(method, path, request = {}) {
    const url = new URL(this.baseUrl + path);
    url.search = new URLSearchParams(request.query).toString();
    const digest = request.file && (await sha256(request.file.content));
    const until = now() + this.times.patienceSeconds;
    let wait = FIRST_PAUSE_SECONDS;
    for (;;) {
      const left = until - now();
      let answer;
      try {
        answer = await this.#once(method, url, request, digest);
      } catch (error) {
        if (left < wait) {
          throw this.#unreachable(error);
        }
        await pause(1000 * wait);
        wait = Math.min(2 * wait, LONGEST_PAUSE_SECONDS);
        continue;
      }
      const asked = secondsToWait(answer);
      if (asked === null || asked > left) {
        return checked(answer);
      }
      await pause(1000 * asked);
    }
  }

  /**
   * @param {string} method
   * @param {URL} url
   * @param {Request} request
   * @param {string} [digest] of the request's file; the signature covers it instead of the body
   */
  async #once(method, url, request, digest) {
    const body = request.body === undefined ? "" : JSON.stringify(request.body);
    const timestamp = String(Math.floor(now()));
    /** @type {Record<string, string>} */
    const headers = {
      Accept: request.accept ?? "application/json",
      "X-Api-Key": this.keyId,
      "X-Timestamp": timestamp,
      "X-Signature": sign(this.secret, timestamp, method, url.pathname + url.search, digest ?? body),
    };
    if (request.file && digest !== undefined) {
      Object.assign(headers, headersOf(request.file, digest));
    }
    if (body !== "") {
      headers["Content-Type"] = "application/json";
    }
    if (request.idempotencyKey !== undefined) {
      headers["Idempotency-Key"] = request.idempotencyKey;
    }
    if (request.lastEventId !== undefined) {
      headers["Last-Event-ID"] = request.lastEventId;
    }
    const response = await fetch(url, {
      method,
      headers,
      body: /** @type {any} */ (request.file?.content ?? (body === "" ? undefined : body)),
      redirect: "manual", // a signature is valid for one path only
      signal:
        request.listen ??
        AbortSignal.timeout(1000 * Math.max(this.times.timeoutSeconds, request.file ? UPLOAD_SECONDS : 0)),
    });
    if (request.listen && response.ok) {
      return new Answer(response, new Uint8Array(), response.body);
    }
    return new Answer(response, new Uint8Array(await response.arrayBuffer()));
  }

  /** @param {unknown} cause */
  #unreachable(cause) {
    const late = cause instanceof Error && cause.name === "TimeoutError";
    const reason = late ? "it did not answer in time" : "nothing answers there";
    return new WhatsAppTasksError("api_unreachable", `The API at ${this.baseUrl} cannot be reached: ${reason}.`, {
      cause,
    });
  }
}

/**
 * @param {File} file
 * @param {string} digest
 * @returns {Record<string, string>}
 */
function headersOf({ name, type }, digest) {
  // encodeURIComponent leaves these, which RFC 8187 does not allow.
  const escaped = encodeURIComponent(name ?? "").replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return {
    "Content-Type": type ?? "application/octet-stream",
    "X-Content-SHA256": digest,
    ...(name === undefined ? {} : { "Content-Disposition": `attachment; filename*=UTF-8''${escaped}` }),
  };
}

/**
 * SHA-256 in hex, read in pieces.
 *
 * @param {Uint8Array | Blob} content
 */
async function sha256(content) {
  const hash = createHash("sha256");
  const pieces = content instanceof Blob ? /** @type {AsyncIterable<Uint8Array>} */ (/** @type {any} */ (content.stream())) : [content];
  for await (const piece of pieces) {
    hash.update(piece);
  }
  return hash.digest("hex");
}

/** A response that was read to its end, unless it has none. */
export class Answer {
  /**
   * @param {Response} response
   * @param {Uint8Array} content
   * @param {ReadableStream<Uint8Array> | null} [body] of an answer that does not end
   */
  constructor(response, content, body = null) {
    this.status = response.status;
    this.headers = response.headers;
    this.content = content;
    this.body = body;
  }

  /**
   * The JSON object that came; null when something else did.
   *
   * @returns {any}
   */
  object() {
    try {
      const value = JSON.parse(new TextDecoder().decode(this.content));
      return typeof value === "object" && !Array.isArray(value) ? value : null;
    } catch {
      return null;
    }
  }

  /** The JSON object that came; another answer, of a proxy for example, is an error. */
  json() {
    const value = this.object();
    if (value === null) {
      const message = `The answer (${this.status}) is not the API's JSON: is the address right?`;
      throw new WhatsAppTasksError("unexpected_answer", message, { status: this.status });
    }
    return value;
  }

  /** `Retry-After` in seconds; null without one. */
  get retryAfterSeconds() {
    const given = this.headers.get("Retry-After") ?? "";
    return /^[0-9]+$/.test(given) ? Number(given) : null;
  }
}

/**
 * How long to wait before the request is repeated; null when the answer is the last word.
 *
 * @param {Answer} answer
 */
function secondsToWait(answer) {
  if (answer.status === 401 && answer.object()?.code === "signature_replayed") {
    // The same second and content, so the same signature: our own lost request. A timer may fire early.
    return 1 + TIMER_MARGIN_SECONDS - (now() % 1);
  }
  return LATER.has(answer.status) ? (answer.retryAfterSeconds ?? 1) : null;
}

/**
 * @param {Answer} answer
 * @returns {Answer}
 */
function checked(answer) {
  if (answer.status >= 200 && answer.status < 300) {
    return answer;
  }
  const { status, retryAfterSeconds } = answer;
  if (status >= 300 && status < 400) {
    const message =
      "The API's address redirects. Redirects are not followed: use the address of the API itself.";
    throw new WhatsAppTasksError("redirected", message, { status });
  }
  const problem = answer.object() ?? {};
  throw new WhatsAppTasksError(
    String(problem.code ?? "unexpected_answer"),
    String(problem.detail ?? `The API answered ${status} without a reason.`),
    { status, retryAfterSeconds, errors: problem.errors, problem },
  );
}

/** @param {string} text */
function checkedBase(text) {
  const url = parsed(text);
  if (url === null || !["http:", "https:"].includes(url.protocol) || url.search !== "" || url.hash !== "") {
    const message = "The API's address must be like http://127.0.0.1:8080, without a query.";
    throw new WhatsAppTasksError("configuration", message);
  }
  return text.replace(/\/+$/, "");
}

/** @param {string} text */
function parsed(text) {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** Unix time in seconds. */
function now() {
  return Date.now() / 1000;
}
