// Runs the nodes of a workflow of n8n, one after the other, with what n8n gives to each; prints the last output.
// The folder of the file, API_URL, API_KEY and API_SECRET come from test_n8n.py.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { nodes, connections } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const changes = JSON.parse(process.argv[3]);
const require = createRequire(import.meta.url);
const $env = process.env;
const $execution = { id: "77" };

/** The value of a parameter: a text that begins with "=" has expressions in it. */
function valueOf(text, $json, $itemIndex) {
  if (!String(text).startsWith("=")) return text;
  const given = { $json, $itemIndex, $execution };
  const evaluated = (code) => new Function(...Object.keys(given), `return (${code})`)(...Object.values(given));
  return text.slice(1).replace(/\{\{(.*?)\}\}/g, (_, code) => evaluated(code));
}

async function request({ parameters: p }, item, index) {
  const value = (text) => valueOf(text, item.json, index);
  const headers = Object.fromEntries(p.headerParameters.parameters.map(({ name, value: text }) => [name, value(text)]));
  if (p.sendBody) headers["Content-Type"] = p.rawContentType;
  const body = p.sendBody ? value(p.body) : undefined;
  const answer = await fetch(value(p.url), { method: p.method, headers, body });
  if (!answer.ok) throw new Error(await answer.text()); // as the node does
  return { json: await answer.json() };
}

const KINDS = {
  "n8n-nodes-base.manualTrigger": async () => [{ json: {} }],
  "n8n-nodes-base.set": async ({ parameters }, items) =>
    items.map(({ json }, index) => ({
      json: {
        ...Object.fromEntries(parameters.assignments.assignments.map(({ name, value }) => [name, valueOf(value, json, index)])),
        ...changes,
      },
    })),
  "n8n-nodes-base.code": async ({ parameters }, items) =>
    new Function("require", "$env", "$input", parameters.jsCode)(require, $env, { all: () => items }),
  "n8n-nodes-base.httpRequest": async (node, items) => Promise.all(items.map((item, index) => request(node, item, index))),
};

let items = [];
for (let name = "Start"; name; name = connections[name]?.main[0][0].node) {
  const node = nodes.find((one) => one.name === name);
  items = await KINDS[node.type](node, items);
}
console.log(JSON.stringify(items));
