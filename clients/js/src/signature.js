import { createHmac } from "node:crypto";

/**
 * The value of `X-Signature` (docs/signing.md).
 *
 * @param {string} secret
 * @param {string} timestamp unix time in whole seconds
 * @param {string} method
 * @param {string} target the path with its query, exactly as sent
 * @param {string} body the raw body; empty without one
 */
export function sign(secret, timestamp, method, target, body) {
  const head = `${timestamp}\n${method.toUpperCase()}\n${target}\n`;
  return `sha256=${createHmac("sha256", secret).update(head + body).digest("hex")}`;
}
