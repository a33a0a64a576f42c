// Reads JSON documents of Kubernetes, an array, from standard input and prints what Kubernetes'
// own schemas have against them, a line each: missing and mistyped fields, and unknown ones.
"use strict";

// A copy of a tree that notes which of its fields are looked at: a validator looks at those that it
// knows.
function watched(tree, path, seen) {
  if (tree === null || typeof tree !== "object") return tree;
  const inner = Array.isArray(tree) ? [] : {};
  for (const [key, value] of Object.entries(tree)) {
    inner[key] = watched(value, `${path}/${key}`, seen);
  }
  return new Proxy(inner, {
    get(target, key) {
      if (typeof key === "string") seen.add(`${path}/${key}`);
      return target[key];
    },
  });
}

function* leaves(tree, path = "") {
  for (const [key, value] of Object.entries(tree)) {
    yield `${path}/${key}`;
    if (value !== null && typeof value === "object") yield* leaves(value, `${path}/${key}`);
  }
}

for (const document of JSON.parse(require("node:fs").readFileSync(0, "utf8"))) {
  const name = `${document.kind} ${document.metadata?.name}`;
  const models = require(`kubernetes-models/${document.apiVersion}`);
  if (models[document.kind] === undefined) {
    console.log(`${name}: there is no such kind in ${document.apiVersion}`);
    continue;
  }
  const seen = new Set();
  try {
    models[document.kind].prototype.validate.call(watched(document, "", seen));
  } catch (error) {
    console.log(`${name}: ${error.message}`);
  }
  for (const path of leaves(document)) {
    if (!seen.has(path)) console.log(`${name}: unknown field ${path}`);
  }
}
