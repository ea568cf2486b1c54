// The vectors of tests/vectors/seal, which the Python side reads too: the same bytes from both.

import assert from "node:assert/strict";
import { openAsBlob, readFileSync } from "node:fs";
import { test } from "node:test";
import { Decrypter } from "age-encryption";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { sealedSize } from "../src/age.js";
import { canonical } from "../src/canonical.js";
import { safeName } from "../src/names.js";
import { readOpeningKeys } from "../src/opening-keys.js";
import { header, manifest, paddedTotal, paddingFor, privateKeyPem, readHeader } from "../src/pli.js";
import { archiveSize, entryHeader } from "../src/tar.js";

const folder = new URL("../../tests/vectors/seal/", import.meta.url);
const vectors = JSON.parse(readFileSync(new URL("format.json", folder)));
const keys = readOpeningKeys(readFileSync(new URL("opening-keys.json", folder), "utf8"));

for (const [name, act] of Object.entries({
  safe_name: safeName,
  sealed_size: sealedSize,
  padded_total: paddedTotal,
  padding_for: paddingFor,
  canonical: (text) => canonical(JSON.parse(text)),
})) {
  test(name, () => {
    for (const [given, expected] of vectors[name]) assert.deepEqual([given, act(given)], [given, expected]);
  });
}

test("the length of the archive", () => {
  for (const [head, blobs, expected] of vectors.pli_size) assert.equal(archiveSize([head, ...blobs]), expected);
});

test("the header block of an archive's entry", () => {
  for (const [name, size, expected] of vectors.tar_header) {
    assert.equal(bytesToHex(entryHeader(name, size)), expected.padEnd(1024, "0"));
  }
});

test("the published keys have the same digest", () => {
  assert.equal(keys.digest, vectors.opening_keys_sha256);
});

test("a private key is written as openssl reads it", () => {
  const [seed, expected] = vectors.private_key_pem;
  assert.equal(privateKeyPem(hexToBytes(seed)), expected);
});

test("the clear header of a pli", () => {
  const { pli, public_key, blobs, text } = vectors.header;
  const written = header({
    keys, pli, publicKey: hexToBytes(public_key), blobs: blobs.map(([id, sealed]) => ({ id, sealed })),
  });
  assert.equal(new TextDecoder().decode(written), text);
});

test("a manifest", () => {
  const { text, ...given } = vectors.manifest;
  assert.equal(new TextDecoder().decode(manifest({ keys, ...given })), text);
});

test("a pli sealed by Python is read and opened", async () => {
  const expected = JSON.parse(readFileSync(new URL("alice.json", folder)));
  const file = await openAsBlob(new URL("alice.pli", folder));
  const head = await readHeader(file);
  assert.deepEqual([bytesToHex(sha256(new Uint8Array(await file.arrayBuffer()))), file.size, head.pli], [expected.sha256, expected.size, expected.pli]);
  for (const document of expected.documents) {
    const blob = head.blobs.find(({ id }) => id === document.blob);
    const decrypter = new Decrypter();
    decrypter.addIdentity(expected.identities[document.compartment]);
    const plain = await decrypter.decrypt(new Uint8Array(await file.slice(blob.offset, blob.offset + blob.size).arrayBuffer()));
    assert.equal(bytesToHex(sha256(plain)), document.sha256);
  }
});

test("a pli cut anywhere is refused", async () => {
  const file = await openAsBlob(new URL("alice.pli", folder));
  for (const cut of [0, 1, 511, 512, 700, 5000, file.size >> 1]) {
    await assert.rejects(readHeader(file.slice(0, cut)), { code: "PAGE-05" });
  }
});
