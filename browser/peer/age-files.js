// Opens and seals age files as the pages do, for a Python test that holds Debian's `age` on the other side.
// On standard input: {open: [{file, identity | passphrase}], seal: [{file, recipient, out}], lock: {identity, passphrase, out}}.

import { Decrypter } from "age-encryption";
import { bytesToHex } from "@noble/hashes/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { seal } from "../src/age.js";
import { blocksOf } from "../src/blocks.js";
import { lock, unlock } from "../src/custody.js";

const { openAsBlob, readFileSync, writeFileSync } = process.getBuiltinModule("node:fs"); // the bundle holds nothing of Node's

let text = "";
for await (const chunk of process.stdin) text += chunk;
const asked = JSON.parse(text);
const answer = { opened: [] };
for (const { file, identity, passphrase, locked } of asked.open) {
  const data = new Uint8Array(readFileSync(file));
  if (locked) {
    answer.opened.push(await unlock(data, passphrase));
    continue;
  }
  const decrypter = new Decrypter();
  if (identity) decrypter.addIdentity(identity);
  else decrypter.addPassphrase(passphrase);
  answer.opened.push(bytesToHex(sha256(await decrypter.decrypt(data))));
}
for (const { file, recipient, out } of asked.seal) {
  const blob = await openAsBlob(file);
  const next = blocksOf(blob);
  const pieces = [];
  await seal({ size: blob.size, read: (from, to) => next(to - from) }, recipient, async (bytes) => void pieces.push(bytes.slice()));
  writeFileSync(out, Buffer.concat(pieces));
}
for (const { identity, passphrase, out } of asked.lock) writeFileSync(out, await lock(identity, passphrase));
console.log(JSON.stringify(answer));
