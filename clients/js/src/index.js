export { Client, FINAL } from "./client.js";
export { WhatsAppTasksError } from "./errors.js";
export { sign } from "./signature.js";

/**
 * @typedef {import("./client.js").AcceptedMessage} AcceptedMessage
 * @typedef {import("./client.js").Account} Account
 * @typedef {import("./client.js").Batch} Batch
 * @typedef {import("./client.js").CancelledBatch} CancelledBatch
 * @typedef {import("./client.js").Chat} Chat
 * @typedef {import("./client.js").ChatMessage} ChatMessage
 * @typedef {import("./client.js").LiveEvent} LiveEvent
 * @typedef {import("./client.js").Message} Message
 * @typedef {import("./client.js").NewMessage} NewMessage
 * @typedef {import("./client.js").Pauses} Pauses
 * @typedef {import("./client.js").PutTemplate} PutTemplate
 * @typedef {import("./client.js").SendOptions} SendOptions
 * @typedef {import("./client.js").Status} Status
 * @typedef {import("./client.js").Template} Template
 * @typedef {import("./client.js").UploadedFile} UploadedFile
 */
