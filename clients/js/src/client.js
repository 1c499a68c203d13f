import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

import { WhatsAppTasksError } from "./errors.js";
import { liveEvents } from "./live_events.js";
import { Transport } from "./transport.js";

/**
 * @typedef {import("./openapi.js").components["schemas"]} Schemas
 * @typedef {Schemas["AcceptedView"]} AcceptedMessage
 * @typedef {Schemas["AccountView"]} Account
 * @typedef {Schemas["BatchView"]} Batch
 * @typedef {Schemas["CancelledBatchView"]} CancelledBatch
 * @typedef {Schemas["ChatView"]} Chat
 * @typedef {Schemas["ChatMessageView"]} ChatMessage
 * @typedef {Schemas["CheckView"]} NumberCheck
 * @typedef {import("./live_events.js").LiveEvent} LiveEvent
 * @typedef {Schemas["KeyView"]} Key
 * @typedef {Schemas["MessageView"]} Message
 * @typedef {Schemas["PausesView"]} Pauses
 * @typedef {Schemas["Status"]} Status
 * @typedef {Schemas["SendRequest"]} NewMessage
 * @typedef {Schemas["PutTemplateView"]} PutTemplate
 * @typedef {Schemas["TemplateView"]} Template
 * @typedef {Schemas["UploadView"]} UploadedFile
 * @typedef {Omit<NewMessage, "phone" | "message" | "idempotency_key"> & { idempotencyKey?: string }} SendOptions
 */

/**
 * Nothing follows these by itself. `read` may never come: a recipient can turn read receipts off.
 *
 * @type {ReadonlySet<Status>}
 */
export const FINAL = new Set(["read", "failed", "unknown", "cancelled", "expired"]);

/**
 * Calls the API with one key. Every error is a WhatsAppTasksError.
 *
 * A repeat carries a fresh signature and the same idempotency key, so that a lost answer never becomes a second
 * message. The secret belongs on a server: never give it to a browser.
 */
export class Client {
  #transport;

  /**
   * @param {string} baseUrl
   * @param {string} keyId
   * @param {string} secret
   * @param {{ timeoutSeconds?: number, patienceSeconds?: number }} [times] of one attempt, and of all repeats
   */
  constructor(baseUrl, keyId, secret, { timeoutSeconds = 15, patienceSeconds = 30 } = {}) {
    this.#transport = new Transport(baseUrl, keyId, secret, { timeoutSeconds, patienceSeconds });
  }

  /**
   * Sends one message. Without an `idempotencyKey` one is made for the repeats: then each call is a message of
   * its own. With `options.template` the message is empty: the template makes it.
   *
   * @param {string} phone
   * @param {string} message
   * @param {SendOptions} [options]
   * @returns {Promise<AcceptedMessage>}
   */
  async send(phone, message, { idempotencyKey = newKey(), ...options } = {}) {
    return this.call("POST", "/send", { body: { phone, message, ...options, idempotency_key: idempotencyKey } });
  }

  /**
   * Uploads a file, to be sent by messages of the same key: `send(phone, caption, { file: { id } })`. `name` is
   * what recipients see. Doing it again changes nothing.
   *
   * @param {Uint8Array | Blob} content a Blob may be a file on disk: `await openAsBlob(path)` of `node:fs`
   * @param {{ name?: string, type?: string }} [about]
   * @returns {Promise<UploadedFile>}
   */
  async upload(content, { name, type } = {}) {
    return (await this.#transport.request("POST", "/files", { file: { content, name, type } })).json();
  }

  /**
   * The message with its timeline.
   *
   * @param {string} id
   * @returns {Promise<Message>}
   */
  async message(id) {
    return this.call("GET", path("messages", id));
  }

  /**
   * All messages that fit, from new to old, fetched as they are read.
   *
   * @param {{ status?: Status, phone?: string, account?: string }} [filter]
   * @returns {AsyncGenerator<Message, void>}
   */
  async *messages(filter = {}) {
    for await (const page of this.#pages("/messages", { limit: "200", ...filter })) {
      yield* page.messages;
    }
  }

  /**
   * Cancels a queued message; doing it again changes nothing.
   *
   * @param {string} id
   * @returns {Promise<Message>}
   */
  async cancel(id) {
    return this.call("DELETE", path("messages", id));
  }

  /**
   * Says what became of an `unknown` message.
   *
   * @param {string} id
   * @param {"sent" | "failed"} status
   * @param {string} [note]
   * @returns {Promise<Message>}
   */
  async resolve(id, status, note = "") {
    return this.call("POST", `${path("messages", id)}/resolve`, { body: { status, note } });
  }

  /**
   * The message once its status is one of `until` or `FINAL`; after `timeoutSeconds` an error with the code
   * `wait_timeout`.
   *
   * @param {string} id
   * @param {{ until?: Iterable<Status>, timeoutSeconds?: number, pauseSeconds?: number }} [options]
   * @returns {Promise<Message>}
   */
  async wait(id, { until = [], timeoutSeconds = 120, pauseSeconds = 0.5 } = {}) {
    const ends = new Set([...FINAL, ...until]);
    const deadline = Date.now() + 1000 * timeoutSeconds;
    for (;;) {
      const message = await this.message(id);
      if (ends.has(message.status)) {
        return message;
      }
      if (Date.now() > deadline) {
        const text = `The message is still ${message.status} after ${timeoutSeconds} s.`;
        throw new WhatsAppTasksError("wait_timeout", text);
      }
      await pause(1000 * pauseSeconds);
    }
  }

  /**
   * Sends up to 1000 messages; each is accepted or refused on its own. `idempotencyKey` names the batch.
   *
   * @param {NewMessage[]} messages
   * @param {{ idempotencyKey?: string }} [options]
   * @returns {Promise<Batch>}
   */
  async sendBatch(messages, { idempotencyKey = newKey() } = {}) {
    return this.call("POST", "/messages:batch", { body: { messages }, idempotencyKey });
  }

  /**
   * What became of a batch by now.
   *
   * @param {string} id
   * @returns {Promise<Batch>}
   */
  async batch(id) {
    return this.call("GET", path("batches", id));
  }

  /**
   * Cancels the messages of a batch that are still queued.
   *
   * @param {string} id
   * @returns {Promise<CancelledBatch>}
   */
  async cancelBatch(id) {
    return this.call("DELETE", path("batches", id));
  }

  /**
   * All chats of the account that were opened, the last seen first, fetched as they are read.
   *
   * @param {{ account?: string }} [filter]
   * @returns {AsyncGenerator<Chat, void>}
   */
  async *chats(filter = {}) {
    for await (const page of this.#pages("/chats", { limit: "200", ...filter })) {
      yield* page.chats;
    }
  }

  /**
   * One chat.
   *
   * @param {string} id
   * @returns {Promise<Chat>}
   */
  async chat(id) {
    return this.call("GET", path("chats", id));
  }

  /**
   * What was read in the chat, of both sides, newest first, older than the message `before`.
   *
   * @param {string} id
   * @param {{ before?: string }} [filter]
   * @returns {AsyncGenerator<ChatMessage, void>}
   */
  async *chatMessages(id, filter = {}) {
    for await (const page of this.#pages(`${path("chats", id)}/messages`, { limit: "200", ...filter }, "before")) {
      yield* page.messages;
    }
  }

  /**
   * The bytes of the stored file of a received message.
   *
   * @param {string} chatId
   * @param {string} messageId
   * @returns {Promise<Uint8Array>}
   */
  async chatMedia(chatId, messageId) {
    return this.download(path("chats", chatId, "messages", messageId, "media"), "*/*");
  }

  /**
   * All templates in all their languages, by name and language.
   *
   * @returns {AsyncGenerator<Template, void>}
   */
  async *templates() {
    for await (const page of this.#pages("/templates", { limit: "200" })) {
      yield* page.templates;
    }
  }

  /**
   * One template in one language.
   *
   * @param {string} name
   * @param {string} language
   * @returns {Promise<Template>}
   */
  async template(name, language) {
    return this.call("GET", path("templates", name, language));
  }

  /**
   * Adds a template in one language, or replaces its text; doing it again changes nothing.
   *
   * @param {string} name
   * @param {string} language
   * @param {string} text
   * @returns {Promise<PutTemplate>}
   */
  async putTemplate(name, language, text) {
    return this.call("PUT", path("templates", name, language), { body: { text } });
  }

  /**
   * Removes a template in one language; the answer is whether it was there.
   *
   * @param {string} name
   * @param {string} language
   * @returns {Promise<boolean>}
   */
  async removeTemplate(name, language) {
    return (await this.call("DELETE", path("templates", name, language))).removed;
  }

  /**
   * The text that a message would have; nothing is sent.
   *
   * @param {string} name
   * @param {string} language
   * @param {Record<string, string>} variables
   * @param {{ asCaption?: boolean }} [options]
   * @returns {Promise<string>}
   */
  async previewTemplate(name, language, variables, { asCaption = false } = {}) {
    const body = { variables, as_caption: asCaption };
    return (await this.call("POST", `${path("templates", name, language)}/preview`, { body })).text;
  }

  /**
   * Asks which of up to 1000 numbers are on WhatsApp. What is known is answered at once; the account looks up the
   * rest, a few on a day. Nothing is sent to them.
   *
   * @param {string[]} phones
   * @param {{ account?: string }} [options]
   * @returns {Promise<NumberCheck>}
   */
  async checkNumbers(phones, { account = "default" } = {}) {
    return this.call("POST", "/contacts/check", { body: { account, phones } });
  }

  /**
   * What is known by now of the numbers of a check.
   *
   * @param {string} id
   * @returns {Promise<NumberCheck>}
   */
  async numberCheck(id) {
    return this.call("GET", path("contacts", "checks", id));
  }

  /**
   * No further number of the check is looked up.
   *
   * @param {string} id
   * @returns {Promise<NumberCheck>}
   */
  async cancelNumberCheck(id) {
    return this.call("DELETE", path("contacts", "checks", id));
  }

  /**
   * Whether the phone is on the opt-out list.
   *
   * @param {string} phone
   * @returns {Promise<boolean>}
   */
  async optedOut(phone) {
    return (await this.call("GET", path("opt-outs", phone))).opted_out;
  }

  /**
   * Puts the phone on the opt-out list; the answer is the phone in E.164.
   *
   * @param {string} phone
   * @returns {Promise<string>}
   */
  async addOptOut(phone) {
    return (await this.call("PUT", path("opt-outs", phone))).phone;
  }

  /**
   * Takes the phone off the opt-out list; the answer is the phone in E.164.
   *
   * @param {string} phone
   * @returns {Promise<string>}
   */
  async removeOptOut(phone) {
    return (await this.call("DELETE", path("opt-outs", phone))).phone;
  }

  /**
   * All phones on the opt-out list, in no order, each once.
   *
   * @returns {AsyncGenerator<string, void>}
   */
  async *optOuts() {
    const seen = new Set();
    for await (const page of this.#pages("/opt-outs", { limit: "1000" })) {
      for (const phone of page.phones) {
        if (!seen.has(phone)) {
          seen.add(phone);
          yield phone;
        }
      }
    }
  }

  /**
   * All accounts.
   *
   * @returns {Promise<Account[]>}
   */
  async accounts() {
    return (await this.call("GET", "/accounts")).accounts;
  }

  /**
   * One account: state, pauses, queue and worker.
   *
   * @param {string} [account]
   * @returns {Promise<Account>}
   */
  async account(account = "default") {
    return this.call("GET", path("accounts", account));
  }

  /**
   * Stops sending until `resume`.
   *
   * @param {string} [account]
   * @param {string} [note]
   * @returns {Promise<Pauses>}
   */
  async pause(account = "default", note = "") {
    return this.call("POST", `${path("accounts", account)}/pause`, { body: { note } });
  }

  /**
   * Takes back the pause; other reasons stay.
   *
   * @param {string} [account]
   * @returns {Promise<Pauses>}
   */
  async resume(account = "default") {
    return this.call("POST", `${path("accounts", account)}/resume`);
  }

  /**
   * What the key of this client may do.
   *
   * @returns {Promise<Key>}
   */
  async key() {
    return this.call("GET", "/key");
  }

  /**
   * What happens from now on, or after a `place`, for as long as it is read: it never ends by itself. When the
   * connection breaks, another one goes on after the last event. `account` and `type` may name several,
   * separated by commas; `message.*` is a whole kind.
   *
   * @param {{ account?: string, type?: string, after?: string }} [wanted]
   * @returns {AsyncGenerator<LiveEvent, void>}
   */
  async *events({ after, ...filter } = {}) {
    yield* liveEvents(this.#transport, filter, after);
  }

  /**
   * Any other signed request, repeated like all; the answer's JSON.
   *
   * @param {string} method
   * @param {string} target percent-encoded where it must be
   * @param {import("./transport.js").Request} [request]
   * @returns {Promise<any>}
   */
  async call(method, target, request) {
    return (await this.#transport.request(method, target, request)).json();
  }

  /**
   * What is not JSON: a QR code, a screenshot.
   *
   * @param {string} target
   * @param {string} [accept]
   * @returns {Promise<Uint8Array>}
   */
  async download(target, accept = "image/*") {
    return (await this.#transport.request("GET", target, { accept })).content;
  }

  /**
   * Each page of a list; the query parameter `place` says where the next one begins.
   *
   * @param {string} target
   * @param {Record<string, string | undefined>} filter
   * @param {"cursor" | "before"} [place]
   * @returns {AsyncGenerator<any, void>}
   */
  async *#pages(target, filter, place = "cursor") {
    /** @type {Record<string, any>} */
    const query = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
    do {
      const page = await this.call("GET", target, { query });
      yield page;
      query[place] = page[`next_${place}`];
    } while (query[place] !== null);
  }
}

function newKey() {
  return randomUUID().replaceAll("-", "");
}

/**
 * A path of parts that may hold anything. A part of dots alone would be a step up, escaped once too: escaped
 * twice the API refuses it by its name.
 *
 * @param {...string} parts
 */
function path(...parts) {
  return parts.map((part) => `/${/^\.+$/.test(part) ? part.replaceAll(".", "%252E") : encodeURIComponent(part)}`).join("");
}
