// Against an API that is served: API_URL, API_KEY (scope admin), API_SECRET. `make test-client-js` starts one.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { Client, WhatsAppTasksError, sign } from "../src/index.js";

const { API_URL, API_KEY, API_SECRET } = process.env;
const PHONE = "+4915112345678";

/** @type {Client} */
let client;

before(() => {
  client = new Client(API_URL, API_KEY, API_SECRET);
});

/** What a server of this file does with each request, and what it was asked. */
async function serving(answers) {
  const requests = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      requests.push({ ...request.headers, method: request.method, url: request.url, body });
      const answer = answers[Math.min(requests.length, answers.length) - 1];
      if (answer === null) {
        request.socket.destroy();
        return;
      }
      const [status, headers, content] = answer;
      response.writeHead(status, headers).end(JSON.stringify(content));
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  after(() => server.close());
  return { url: `http://127.0.0.1:${server.address().port}`, requests };
}

/** The error of a call, whose shape is checked. */
async function refusal(promise) {
  const error = await promise.then(() => assert.fail("it was not refused"), (reason) => reason);
  assert.ok(error instanceof WhatsAppTasksError, String(error));
  assert.ok(error.code && error.message);
  assert.ok(Array.isArray(error.errors));
  return error;
}

test("the example of docs/signing.md", () => {
  const body = '{"phone":"+4915112345678","message":"Hi"}';
  assert.equal(sign("was_example", "1700000000", "POST", "/send", body), process.env.EXAMPLE_SIGNATURE);
});

test("a message is sent, found and cancelled", async () => {
  const options = { send_at: "2027-01-01T00:00:00Z", priority: "high", metadata: { order: 1 } };
  const accepted = await client.send(PHONE, "Grüße 👋", options);
  const message = await client.message(accepted.id);
  assert.deepEqual([message.message, message.priority, message.metadata], ["Grüße 👋", "high", { order: 1 }]);
  const found = [];
  for await (const one of client.messages({ phone: PHONE, status: "queued" })) {
    found.push(one.id);
  }
  assert.ok(found.includes(accepted.id));
  assert.equal((await client.cancel(accepted.id)).status, "cancelled");
  assert.equal((await client.wait(accepted.id)).status, "cancelled");
});

test("the same key is the same message, another text a refusal with the first one's id", async () => {
  const first = await client.send("+4915112345679", "one", { idempotencyKey: "js-1" });
  const again = await client.send("+4915112345679", "one", { idempotencyKey: "js-1" });
  assert.deepEqual([again.id, again.duplicate], [first.id, true]);
  const error = await refusal(client.send("+4915112345679", "two", { idempotencyKey: "js-1" }));
  assert.deepEqual([error.code, error.status], ["idempotency_conflict", 409]);
  assert.equal(error.problem.message_id, first.id);
});

test("a file is uploaded and sent, from memory or as a Blob", async () => {
  const content = new TextEncoder().encode("%PDF-1.7 invoice");
  const uploaded = await client.upload(content, { name: "Rechnung 👍 (1).pdf", type: "application/pdf" });
  assert.deepEqual([uploaded.name, uploaded.size, uploaded.kind], ["Rechnung 👍 (1).pdf", 16, "document"]);
  assert.equal((await client.upload(new Blob([content]), { name: "Rechnung 👍 (1).pdf" })).id, uploaded.id);
  const accepted = await client.send("+4915112345690", "", { file: { id: uploaded.id, name: "b.pdf" } });
  const message = await client.message(accepted.id);
  assert.deepEqual([message.message, message.file.name, message.file.kind], ["", "b.pdf", "document"]);
  assert.equal((await refusal(client.upload(content, { name: "a.png" }))).code, "file_type_contradicts");
});

test("templates are kept and make texts", async () => {
  const kept = await client.putTemplate("order_ready", "pt_BR", "Olá {{name}}");
  assert.deepEqual([kept.outcome, kept.variables], ["created", ["name"]]);
  assert.equal((await client.template("order_ready", "pt_BR")).text, "Olá {{name}}");
  await client.putTemplate("order_ready", "en", "Hi {{name}}");
  const languages = [];
  for await (const one of client.templates()) {
    languages.push(one.language);
  }
  assert.deepEqual(languages, ["en", "pt_BR"]);
  assert.equal(await client.previewTemplate("order_ready", "en", { name: "Ana" }), "Hi Ana");
  const template = { name: "order_ready", language: "pt_BR", variables: { name: "Ana" } };
  const accepted = await client.send("+4915112345691", "", { template });
  assert.equal((await client.message(accepted.id)).message, "Olá Ana");
  assert.ok(await client.removeTemplate("order_ready", "en"));
  assert.ok(!(await client.removeTemplate("order_ready", "en")));
  const error = await refusal(client.send(PHONE, "", { template: { ...template, language: "en" } }));
  assert.deepEqual([error.code, error.problem.languages], ["template_unknown", ["pt_BR"]]);
});

test("chats are listed, and their messages come newest first", async () => {
  const { value: chat } = await client.chats({ account: "default" }).next();
  assert.deepEqual([(await client.chat(chat.id)).phone, chat.kind], [PHONE, "person"]);
  const messages = [];
  for await (const message of client.chatMessages(chat.id)) {
    messages.push(message);
  }
  assert.deepEqual(messages.map((message) => message.text), ["", "thanks", "Your code is 7"]);
  const older = client.chatMessages(chat.id, { before: messages[0].id });
  assert.equal((await older.next()).value.id, messages[1].id);
});

test("numbers are checked, and a check is cancelled", async () => {
  const check = await client.checkNumbers(["+49 1511 2345699"]);
  assert.deepEqual([check.status, check.left, check.numbers[0].phone], ["waiting", 1, "+4915112345699"]);
  assert.equal((await client.cancelNumberCheck(check.id)).status, "cancelled");
  assert.equal((await client.numberCheck(check.id)).left, 1);
  assert.equal((await refusal(client.numberCheck("nonsense"))).code, "number_check_not_found");
});

test("without a key each call is a message of its own", async () => {
  const [one, two] = [await client.send("+4915112345680", "x"), await client.send("+4915112345680", "x")];
  assert.notEqual(one.id, two.id);
});

test("a refusal names the field", async () => {
  const error = await refusal(client.send("nonsense", "Hi"));
  assert.deepEqual([error.code, error.status, error.errors[0].field], ["phone_invalid", 422, "phone"]);
});

test("a batch is sent and cancelled, and a long list comes whole", async () => {
  const messages = Array.from({ length: 250 }, (_, n) => ({
    phone: `+4915112${String(n).padStart(6, "0")}`,
    message: "Hi",
  }));
  const batch = await client.sendBatch([...messages, { phone: "nobody", message: "Hi" }], { idempotencyKey: "js-b" });
  assert.deepEqual([batch.accepted, batch.refused], [250, 1]);
  const ids = new Set();
  for await (const one of client.messages({ status: "queued" })) {
    ids.add(one.id);
  }
  for (const item of batch.items.filter((one) => one.id)) {
    assert.ok(ids.has(item.id));
  }
  assert.equal((await client.cancelBatch(batch.id)).cancelled_now, 250);
  assert.equal((await client.batch(batch.id)).progress, 1);
});

for (const written of ["+1 (202) 555-0168", "+1.202.555.0168", "+12025550168"]) {
  test(`an opt-out, written as ${written}`, async () => {
    assert.equal(await client.addOptOut(written), "+12025550168");
    assert.ok(await client.optedOut(written));
    const listed = [];
    for await (const phone of client.optOuts()) {
      listed.push(phone);
    }
    assert.deepEqual(listed, ["+12025550168"]);
    assert.equal(await client.removeOptOut(written), "+12025550168");
    assert.ok(!(await client.optedOut(written)));
  });
}

for (const noPhone of ["+1/202", "/", "..", ".", "%", "%2F", "?", "#", "a", "é", "\\"]) {
  test(`what is no phone is refused, and not taken for another path: ${noPhone}`, async () => {
    const error = await refusal(client.addOptOut(noPhone));
    assert.deepEqual([error.code, error.status], ["phone_invalid", 422]);
  });
}

test("an account is paused and resumed", async () => {
  assert.ok((await client.accounts()).some((one) => one.account === "default"));
  assert.ok((await client.pause("default", "new phone")).paused);
  assert.equal((await client.account()).pauses[0].note, "new phone");
  assert.ok(!(await client.resume()).paused);
  assert.deepEqual((await client.key()).scopes, ["admin"]);
});

test("a wrong secret is refused", async () => {
  const error = await refusal(new Client(API_URL, API_KEY, "was_wrong").accounts());
  assert.deepEqual([error.code, error.status], ["signature_invalid", 401]);
});

test("a lost answer and a 503 are repeated with the same key and a signature each", async () => {
  const accepted = { id: "1", status: "queued", duplicate: false, links: { self: "/messages/1" } };
  const { url, requests } = await serving([null, [503, { "Retry-After": "1" }, {}], [202, {}, accepted]]);
  assert.deepEqual(await new Client(url, "wak_1", "was_1").send(PHONE, "Hi"), accepted);
  assert.equal(requests.length, 3);
  assert.equal(new Set(requests.map((one) => JSON.parse(one.body).idempotency_key)).size, 1);
  for (const one of requests) {
    const made = sign("was_1", one["x-timestamp"], one.method, one.url, one.body);
    assert.equal(one["x-signature"], made);
  }
  assert.notEqual(requests[0]["x-signature"], requests[2]["x-signature"]);
});

test("a signature that was used before is made again in the next second", async () => {
  const replayed = [401, {}, { code: "signature_replayed", detail: "used before" }];
  const { url, requests } = await serving([replayed, [200, {}, { accounts: [] }]]);
  assert.deepEqual(await new Client(url, "wak_1", "was_1").accounts(), []);
  assert.ok(Number(requests[1]["x-timestamp"]) > Number(requests[0]["x-timestamp"]));
});

test("what asks to wait longer than the patience is an error at once", async () => {
  const full = { code: "daily_cap_reached", detail: "no place left", next_place_at: "2027-01-01T00:00:00Z" };
  const { url, requests } = await serving([[429, { "Retry-After": "7200" }, full]]);
  const error = await refusal(new Client(url, "wak_1", "was_1").send(PHONE, "Hi"));
  assert.deepEqual([error.code, error.retryAfterSeconds, requests.length], ["daily_cap_reached", 7200, 1]);
  assert.equal(error.problem.next_place_at, full.next_place_at);
});

test("a redirect is not followed", async () => {
  const { url, requests } = await serving([[302, { Location: "http://127.0.0.1:1/" }, {}]]);
  assert.equal((await refusal(new Client(url, "wak_1", "was_1").accounts())).code, "redirected");
  assert.equal(requests.length, 1);
});

test("an answer of something else is no answer of the API", async () => {
  const { url } = await serving([[200, {}, "hello"]]);
  assert.equal((await refusal(new Client(url, "wak_1", "was_1").accounts())).code, "unexpected_answer");
});

test("an API that is away is an error once the patience is over", async () => {
  const { url } = await serving([null]);
  const error = await refusal(new Client(url, "wak_1", "was_1", { patienceSeconds: 0.5 }).accounts());
  assert.deepEqual([error.code, error.status], ["api_unreachable", null]);
});

test("an API that does not answer in time is away", async () => {
  const server = createServer(() => {});
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  after(() => server.closeAllConnections());
  after(() => server.close());
  const patience = { timeoutSeconds: 0.2, patienceSeconds: 0.1 };
  const away = new Client(`http://127.0.0.1:${server.address().port}`, "wak_1", "was_1", patience);
  const error = await refusal(away.accounts());
  assert.equal(error.code, "api_unreachable");
  assert.match(error.message, /in time/);
});

for (const address of ["127.0.0.1:8080", "ftp://127.0.0.1", "http://127.0.0.1/?a=1", "nonsense"]) {
  test(`an address that is none: ${address}`, () => {
    assert.throws(() => new Client(address, "wak_1", "was_1"), { code: "configuration" });
  });
}

test("events come as they happen, and go on after a place", async () => {
  const { id } = await client.send(PHONE, "An event", { send_at: "2027-01-01T00:00:00Z" });
  let place;
  for await (const event of client.events({ after: "0-0", type: "message.*" })) {
    if (event.data.message_id === id) {
      assert.equal(event.type, "message.queued");
      place = event.place;
      break;
    }
  }
  const events = client.events({ account: "default", after: place });
  const next = events.next();
  await client.cancel(id);
  const { value } = await next;
  await events.return(); // else its connection keeps the process of these tests alive
  assert.deepEqual(value.data, { message_id: id, status: "cancelled" });
  assert.equal((await refusal(client.events({ type: "message.gone" }).next())).code, "query_invalid");
});

test("a stream that breaks in the middle of an event goes on after the last whole one", async () => {
  const block = (place) => {
    const data = { id: `evt_${place}`, type: "message.sent", timestamp: "t", account: "a", data: { message_id: place } };
    return `id: ${place}\nevent: message.sent\ndata: ${JSON.stringify(data)}\n\n`;
  };
  const texts = [
    `retry: 1\nid: 1-0\n\n${block("2-0")}${block("3-0").slice(0, -4)}`,
    `${block("3-0")}event: missed\ndata: {"account":"a","after":"3-0"}\n\nevent: end\ndata: {"reason":"closing"}\n\n`,
    block("4-0"),
  ];
  const asked = [];
  const server = createServer((request, response) => {
    const text = texts[asked.push(request.headers["last-event-id"]) - 1];
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write(text.slice(0, 30)); // in pieces of the network
    setTimeout(() => (response.write(text.slice(30)), setTimeout(() => request.socket.destroy(), 20)), 20);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  after(() => server.close());
  const listener = new Client(`http://127.0.0.1:${server.address().port}`, "wak_1", "was_1");
  const got = [];
  for await (const event of listener.events()) {
    got.push(`${event.type} ${event.place}`);
    if (event.place === "4-0") break;
  }
  assert.deepEqual(got, ["message.sent 2-0", "message.sent 3-0", "missed 3-0", "message.sent 4-0"]);
  assert.deepEqual(asked, [undefined, "2-0", "3-0"]);
});

test("the file of a received message is asked for by its chat and its id", async () => {
  const { url, requests } = await serving([[200, { "Content-Type": "application/octet-stream" }, "bytes"]]);
  const bytes = await new Client(url, API_KEY, API_SECRET).chatMedia("c1-default", "m1-default");
  assert.equal(Buffer.from(bytes).toString(), '"bytes"');
  assert.equal(requests[0].url, "/chats/c1-default/messages/m1-default/media");
});
