/**
 * Everything that goes wrong, in one shape.
 *
 * `code` never changes its meaning: a code of the API (its page /docs lists them), or one of the client's own:
 * `api_unreachable`, `wait_timeout`, `redirected`, `unexpected_answer`, `configuration`.
 */
export class WhatsAppTasksError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {{
   *   status?: number | null,
   *   errors?: { field: string, message: string }[],
   *   retryAfterSeconds?: number | null,
   *   problem?: Partial<import("./openapi.js").components["schemas"]["Problem"]>,
   *   cause?: unknown,
   * }} [more]
   */
  constructor(code, message, more = {}) {
    super(message, { cause: more.cause });
    this.name = "WhatsAppTasksError";
    this.code = code;
    /** The HTTP status; null when no answer came. */
    this.status = more.status ?? null;
    /** Which fields are wrong. */
    this.errors = more.errors ?? [];
    /** How long the API asks to wait; null when it does not say. */
    this.retryAfterSeconds = more.retryAfterSeconds ?? null;
    /** The API's problem document (RFC 9457); empty when the answer was none. */
    this.problem = more.problem ?? {};
  }
}
