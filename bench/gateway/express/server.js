// What our POST /send is compared with: Express and BullMQ, doing the same work with their usual means.
// One process, or as many as WORKERS says on one port (node's cluster).
"use strict";
const cluster = require("node:cluster");
const { createHmac, createHash, timingSafeEqual } = require("node:crypto");
const express = require("express");
const { Queue } = require("bullmq");

const { PORT, REDIS_PORT, API_KEY, API_SECRET, WORKERS = "1" } = process.env;

if (Number(WORKERS) > 1 && cluster.isPrimary) {
  for (let n = 0; n < Number(WORKERS); n += 1) cluster.fork();
} else {
  serve();
}

function serve() {
  const queue = new Queue("messages", { connection: { host: "127.0.0.1", port: Number(REDIS_PORT) } });
  const app = express();
  app.disable("x-powered-by");
  app.use(express.json({ limit: "512kb", verify: (request, _response, raw) => { request.raw = raw; } }));

  app.get("/healthz", (_request, response) => response.json({ status: "ok" }));

  app.post("/send", async (request, response) => {
    const problem = signatureProblem(request);
    if (problem) return response.status(401).json({ code: problem });
    const { phone, message, account = "default", idempotency_key: key, priority = "normal" } = request.body;
    if (typeof phone !== "string" || !/^\+[1-9][0-9]{6,14}$/.test(phone)) {
      return response.status(422).json({ code: "phone_invalid" });
    }
    if (typeof message !== "string" || message.trim() === "" || message.length > 65536) {
      return response.status(422).json({ code: "message_invalid" });
    }
    if (key !== undefined && (typeof key !== "string" || key.length > 255)) {
      return response.status(422).json({ code: "idempotency_key_invalid" });
    }
    const identity = key === undefined ? `${account}:${phone}:${message}` : `${account}:${key}`;
    const jobId = createHash("sha256").update(identity).digest("hex").slice(0, 32);
    const job = await queue.add("send", { phone, message, account }, {
      jobId,
      priority: { high: 1, normal: 2, low: 3 }[priority],
      removeOnComplete: { age: 86400 },
    });
    return response.status(202).location(`/messages/${job.id}`).json({ id: job.id, status: "queued" });
  });

  app.listen(Number(PORT), "127.0.0.1");
}

function signatureProblem(request) {
  const timestamp = request.get("X-Timestamp");
  const signature = request.get("X-Signature");
  if (request.get("X-Api-Key") !== API_KEY || !timestamp || !signature) return "signature_missing";
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 30) return "timestamp_expired";
  const expected = createHmac("sha256", API_SECRET)
    .update(`${timestamp}\nPOST\n${request.originalUrl}\n`).update(request.raw).digest("hex");
  const given = Buffer.from(signature);
  const wanted = Buffer.from(`sha256=${expected}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? null : "signature_invalid";
}
