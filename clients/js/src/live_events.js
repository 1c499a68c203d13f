import { setTimeout as pause } from "node:timers/promises";

import { WhatsAppTasksError } from "./errors.js";

/**
 * @typedef {import("./openapi.js").components["schemas"]["EventView"]} EventView
 * @typedef {Omit<EventView, "id" | "type" | "timestamp"> & {
 *   place: string,
 *   id: string | null,
 *   type: EventView["type"] | "missed",
 *   timestamp: string | null,
 * }} LiveEvent `place` goes on after it. `missed`: events after `data.after` are not kept any more.
 */

/** Without an event or a heartbeat for so long, a stream is taken for broken. */
const SILENCE_SECONDS = 60;

/**
 * Each event once, over as many connections as it takes. The same rules as whatsapp_tasks/client/live_events.py.
 *
 * @param {import("./transport.js").Transport} transport
 * @param {Record<string, string | undefined>} filter
 * @param {string} [after]
 * @returns {AsyncGenerator<LiveEvent, void>}
 */
export async function* liveEvents(transport, filter, after) {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  const query = /** @type {Record<string, string>} */ (Object.fromEntries(given));
  const reader = new Reader(after);
  for (;;) {
    const connection = new AbortController();
    const silence = setTimeout(() => connection.abort(), 1000 * SILENCE_SECONDS);
    const request = { query, accept: "text/event-stream", lastEventId: reader.place, listen: connection.signal };
    try {
      const { body } = await transport.request("GET", "/events", request);
      const text = new TextDecoder();
      for await (const piece of /** @type {AsyncIterable<Uint8Array>} */ (/** @type {any} */ (body))) {
        silence.refresh();
        yield* reader.read(text.decode(piece, { stream: true }));
      }
    } catch (error) {
      if (error instanceof WhatsAppTasksError) {
        throw error;
      }
    } finally {
      clearTimeout(silence);
      connection.abort();
    }
    reader.begin();
    await pause(reader.retryMs);
  }
}

/** The blocks of a stream (WHATWG HTML, 9.2), as they come in pieces. */
class Reader {
  retryMs = 1000;
  #rest = "";

  /** @param {string} [place] */
  constructor(place) {
    this.place = place;
  }

  /** Another connection: what was begun on the last one comes again. */
  begin() {
    this.#rest = "";
  }

  /**
   * @param {string} piece
   * @returns {Generator<LiveEvent, void>}
   */
  *read(piece) {
    const blocks = (this.#rest + piece).split("\n\n");
    this.#rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: ?(.*)/s, 2)));
      this.place = fields.id ?? this.place;
      this.retryMs = /^[0-9]+$/.test(fields.retry) ? Number(fields.retry) : this.retryMs;
      if (fields.data !== undefined && fields.event !== "end") {
        yield event(fields.event, JSON.parse(fields.data), this.place ?? "");
      }
    }
  }
}

/**
 * @param {string} name
 * @param {any} data
 * @param {string} place
 * @returns {LiveEvent}
 */
function event(name, data, place) {
  if (name !== "missed") {
    return { place, ...data };
  }
  return { place, id: null, type: "missed", timestamp: null, account: data.account, data: { after: data.after } };
}
