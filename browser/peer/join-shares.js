// Joins the SLIP-39 shares given as JSON on standard input: a Python test compares the seed.

import "../src/node-buffer.js";
import slip39 from "slip39";

let text = "";
for await (const chunk of process.stdin) text += chunk;
console.log(slip39.recoverSecret(JSON.parse(text), "").map((byte) => byte.toString(16).padStart(2, "0")).join(""));
