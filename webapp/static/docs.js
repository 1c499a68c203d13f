// Renders /openapi.json. Everything is set as text, never as markup.
"use strict";

const METHODS = ["get", "post", "put", "delete"];

function el(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

// `code` and blank lines are all the markup that descriptions use.
function prose(text) {
  return (text || "").split(/\n\s*\n/).filter(Boolean).map((part) => el("p", {}, ...inline(part)));
}

function inline(text) {
  return text.replace(/``/g, "`").split("`").map((piece, i) => (i % 2 ? el("code", {}, piece) : piece));
}

function refName(schema) {
  return schema && schema.$ref ? schema.$ref.split("/").pop() : null;
}

function typeOf(schema) {
  if (!schema) return [""];
  const name = refName(schema);
  if (name) return [el("a", { href: `#schema-${name}` }, name)];
  if (schema.anyOf) return join(schema.anyOf.map(typeOf), " or ");
  if (schema.enum) return [schema.enum.map((value) => JSON.stringify(value)).join(", ")];
  if (schema.type === "array") return ["list of ", ...typeOf(schema.items)];
  if (schema.type === "object" && typeof schema.additionalProperties === "object") {
    return ["object of ", ...typeOf(schema.additionalProperties)];
  }
  return [schema.format ? `${schema.type} (${schema.format})` : schema.type || "any"];
}

function join(lists, separator) {
  return lists.flatMap((list, i) => (i ? [separator, ...list] : list));
}

function limits(schema) {
  const said = [];
  for (const part of [schema, ...(schema.anyOf || [])]) {
    if (part.minimum !== undefined || part.maximum !== undefined) said.push(`${part.minimum ?? "…"} to ${part.maximum ?? "…"}`);
    if (part.maxLength !== undefined) said.push(`${part.minLength ?? 0} to ${part.maxLength} characters`);
    if (part.maxItems !== undefined) said.push(`${part.minItems ?? 0} to ${part.maxItems} items`);
    if (part.pattern) said.push(`matches ${part.pattern}`);
  }
  if (schema.default !== undefined && schema.default !== null) said.push(`default ${JSON.stringify(schema.default)}`);
  return said.length ? el("span", { class: "soft" }, ` ${said.join("; ")}`) : null;
}

function table(heads, rows) {
  return el("table", {},
    el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))),
    el("tbody", {}, ...rows));
}

function fieldsOf(schema) {
  const required = new Set(schema.required || []);
  return table(["Field", "Type", ""], Object.entries(schema.properties || {}).map(([name, about]) =>
    el("tr", {},
      el("td", {}, el("code", {}, name), required.has(name) ? "" : el("span", { class: "soft" }, " optional")),
      el("td", {}, ...typeOf(about)),
      el("td", {}, ...inline(about.description || ""), limits(about)))));
}

function operation(path, method, about, schemas) {
  const verb = method.toUpperCase();
  const node = el("section", { class: "op", id: about.operationId },
    el("div", { class: "line" }, el("h3", {}, about.summary), el("span", { class: `method ${verb}` }, verb), el("code", {}, path)),
    ...prose(about.description));
  if (about.parameters.length) {
    node.append(el("h4", {}, "Parameters"), table(["Name", "In", ""], about.parameters.map((p) =>
      el("tr", {}, el("td", {}, el("code", {}, p.name)), el("td", {}, p.in),
        el("td", {}, ...inline(p.description || ""), limits(p.schema))))));
  }
  if (about.requestBody && about.requestBody.content["application/octet-stream"]) {
    node.append(el("h4", {}, "Body"), el("p", {}, "the bytes of the file, as they are"));
  }
  const body = about.requestBody && about.requestBody.content["application/json"];
  if (body) {
    node.append(el("h4", {}, "Body"), el("p", {}, ...typeOf(body.schema), about.requestBody.required ? "" : " (may be left out)"));
    const fields = schemas[refName(body.schema)];
    if (Object.keys(fields.properties || {}).length) node.append(fieldsOf(fields));
    for (const [name, example] of Object.entries(body.examples || {})) {
      node.append(el("p", { class: "soft" }, `Example: ${name}`), el("pre", {}, el("code", {}, JSON.stringify(example.value, null, 2))));
    }
  }
  node.append(el("h4", {}, "Answers"), table(["Status", "Content", ""], Object.entries(about.responses).map(([status, response]) => {
    const problem = response.content && response.content["application/problem+json"];
    const said = problem
      ? join(response.description.split(", ").map((code) => [el("a", { href: `#${code}` }, el("code", {}, code))]), " ")
      : inline(response.description);
    const kinds = problem ? [el("a", { href: "#schema-Problem" }, "Problem")]
      : join(Object.entries(response.content || {}).map(([kind, c]) => (c.schema ? typeOf(c.schema) : [kind])), ", ");
    return el("tr", {}, el("td", {}, el("code", {}, status)), el("td", {}, ...kinds), el("td", {}, ...said));
  })));
  return node;
}

function render(doc) {
  document.title = `${doc.info.title}: API`;
  const nav = document.getElementById("nav");
  const main = document.getElementById("main");
  const entry = (href, text) => el("li", {}, el("a", { href }, text));
  const top = el("ul", {}, entry("#main", "Introduction"));
  nav.replaceChildren(top);
  main.replaceChildren(el("h1", {}, `${doc.info.title} ${doc.info.version}`),
    el("p", { class: "soft" }, "The same as a document: ", el("a", { href: "/openapi.json" }, "openapi.json"), " (OpenAPI ", doc.openapi, ")"),
    ...prose(doc.info.description));
  for (const { name } of doc.tags) {
    const list = el("ul", {});
    nav.append(el("h2", {}, name), list);
    main.append(el("h2", { id: `tag-${name}` }, name));
    for (const [path, item] of Object.entries(doc.paths)) {
      for (const method of METHODS.filter((m) => item[m] && item[m].tags.includes(name))) {
        main.append(operation(path, method, item[method], doc.components.schemas));
        list.append(entry(`#${item[method].operationId}`, item[method].summary));
      }
    }
  }
  main.append(el("h2", { id: "problems" }, "Problem codes"), table(["Code", "Status", "Title"],
    Object.entries(doc["x-problem-codes"]).map(([code, kind]) => el("tr", { id: code },
      el("td", {}, el("code", {}, code)), el("td", {}, String(kind.status)), el("td", {}, kind.title)))));
  main.append(el("h2", { id: "schemas" }, "Schemas"));
  for (const [name, schema] of Object.entries(doc.components.schemas)) {
    main.append(el("section", { class: "op", id: `schema-${name}` }, el("h3", {}, name), ...prose(schema.description),
      schema.properties ? fieldsOf(schema) : el("p", {}, ...typeOf(schema))));
  }
  nav.append(el("h2", {}, "Reference"), el("ul", {}, entry("#problems", "Problem codes"), entry("#schemas", "Schemas")));
  // The target of the address exists only now.
  const wanted = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (wanted) location.replace(location.hash);
}

fetch("/openapi.json")
  .then((response) => { if (!response.ok) throw new Error(`it was answered with ${response.status}`); return response.json(); })
  .then(render)
  .catch((error) => { document.getElementById("main").replaceChildren(el("p", {}, `The document could not be shown: ${error.message}`)); });
