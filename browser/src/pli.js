// Sealing a bid in the browser: docs/seal.md §3, §4, §6, byte for byte what reglo.sealing.bid_sealing writes.

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { base64 } from "@scure/base";
import { BLOCK, seal, sealedSize } from "./age.js";
import { blocksOf } from "./blocks.js";
import { canonicalBytes } from "./canonical.js";
import { Refused } from "./refused.js";
import { archiveSize, entries, entryHeader, inBlocks } from "./tar.js";

export const MAX_BLOB = 8 * 1024 ** 3 - 1; // what a ustar entry can hold
const MANIFEST_STEP = 4096;
const MAX_BLOBS = 50_000;
const UNKNOWN_HASH = "0".repeat(64);

// --- Sizes ------------------------------------------------------------------------------------

/** The next length of the Padmé series: at most 12 % more, and few lengths to tell apart. */
export function paddedTotal(size) {
  if (size < 2) return size;
  const exponent = bitLength(size) - 1;
  const step = 2 ** (exponent - bitLength(exponent));
  return Math.ceil(size / step) * step;
}

function bitLength(number) {
  return BigInt(number).toString(2).length;
}

/** The plain size of the padding blob that brings `total` sealed bytes to the series. */
export function paddingFor(total) {
  const smallest = sealedSize(0);
  const need = paddedTotal(total + smallest) - total;
  let plain = need - smallest;
  while (sealedSize(plain) > need) plain -= sealedSize(plain) - need;
  return Math.max(plain, 0);
}

// --- Parts ------------------------------------------------------------------------------------

/** The header of a pli, in clear: no name, no kind. `blobs`: `{id, sealed}` in their order. */
export function header({ keys, pli, publicKey, blobs }) {
  return canonicalBytes({
    format: "reglo-pli/1",
    consultation: keys.consultation,
    opening_keys_sha256: keys.digest,
    pli,
    pli_key: base64.encode(publicKey),
    blobs: blobs.map(({ id, sealed }) => ({ id, size: sealed })),
  });
}

/** The manifest of a compartment, spaces added up to a step so that its length says little. */
export function manifest({ keys, pli, compartment, bidder, documents, padding }) {
  const text = canonicalBytes({
    format: "reglo-manifest/1",
    consultation: keys.consultation,
    compartment,
    pli,
    bidder,
    documents: documents.map(({ blob, piece, lot, member, name, type, size, sha256 }) => ({
      blob, piece, lot, member, name, type, size, sha256,
    })),
    padding,
  });
  const padded = new Uint8Array(Math.ceil(text.length / MANIFEST_STEP) * MANIFEST_STEP).fill(0x20);
  padded.set(text);
  return padded;
}

/** The private key of a pli as a PEM file (PKCS#8), which `openssl` and `reglo` read. */
export function privateKeyPem(seed) {
  const prefix = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
  const body = base64.encode(new Uint8Array([...prefix, ...seed]));
  return `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`;
}

/** The 32 bytes of the private key of a pli, from its PEM file. */
export function seedOf(pem) {
  return base64.decode(pem.split("\n")[1].trim()).slice(-32);
}

export function randomId() {
  return bytesToHex(crypto.getRandomValues(new Uint8Array(16)));
}

/** The list in an order drawn at random: neither order nor name says which document is which. */
function shuffled(list) {
  const order = [...list];
  for (let left = order.length; left > 1; left -= 1) {
    const other = below(left);
    [order[left - 1], order[other]] = [order[other], order[left - 1]];
  }
  return order;
}

/** A number drawn evenly in [0, bound[. */
function below(bound) {
  const limit = Math.floor(2 ** 32 / bound) * bound;
  for (;;) {
    const [drawn] = crypto.getRandomValues(new Uint32Array(1));
    if (drawn < limit) return drawn % bound;
  }
}

// --- Sealing ----------------------------------------------------------------------------------

/**
 * What a pli will hold and in which order, its length and its header, before the first byte is sealed.
 *
 * `documents`: `{file, size, name, compartment, piece, lot, member, type}`, `file` being a Blob. The hash of a
 * document has a known length, so that the length of its manifest is known before the document is read.
 */
export function plan({ keys, documents, bidder }) {
  const pli = randomId();
  const known = shuffled(documents).map((document) => {
    if (!keys.recipients.has(document.compartment)) {
      throw new Refused("PAGE-02", { compartment: document.compartment, name: document.name });
    }
    if (sealedSize(document.size) > MAX_BLOB) throw new Refused("PAGE-03", { what: `« ${document.name} » dépasse 8 Gio` });
    return { ...document, blob: randomId(), sha256: UNKNOWN_HASH };
  });
  const padding = { id: randomId(), kind: "padding" };
  const manifests = [...new Set(known.map((each) => each.compartment))].sort().map((compartment, place) => ({
    id: randomId(),
    kind: "manifest",
    compartment,
    documents: known.filter((each) => each.compartment === compartment),
    padding: place === 0 ? [padding.id] : [],
  }));
  const text = (each) => manifest({ keys, pli, bidder, ...each });
  const blobs = known.map((document) => ({
    id: document.blob, kind: "document", compartment: document.compartment, plain: document.size, document,
  }));
  for (const each of manifests) blobs.push(Object.assign(each, { plain: text(each).length }));
  padding.compartment = manifests[0]?.compartment ?? keys.recipients.keys().next().value;
  padding.plain = paddingFor(blobs.reduce((total, blob) => total + sealedSize(blob.plain), 0));
  blobs.push(padding);
  if (blobs.length > MAX_BLOBS) {
    throw new Refused("PAGE-03", { what: `il compterait ${blobs.length} fichiers scellés, la limite est ${MAX_BLOBS}` });
  }
  for (const blob of blobs) blob.sealed = sealedSize(blob.plain);
  const seed = crypto.getRandomValues(new Uint8Array(32));
  const head = header({ keys, pli, publicKey: ed25519.getPublicKey(seed), blobs });
  const size = archiveSize([head.length, ...blobs.map((blob) => blob.sealed)]);
  return { pli, seed, head, blobs, size, documents: known, text };
}

/**
 * Seals as planned. `write(bytes)` takes them in order, a megabyte at a time but the last; memory stays
 * constant whatever the sizes. `hashes`: two ThreadedHash, of the document under way and of its blob.
 *
 * `progress(done, total)`: plain bytes. Manifests follow the documents, whose hashes they hold. Returns the
 * documents with their hashes, and the envelope hash.
 */
export async function sealAll({ planned, keys, write, hashes, progress = () => {} }) {
  const block = new Uint8Array(BLOCK);
  let held = 0;
  let at = 0;
  let unhashed = -1; // where in the block the bytes of the blob under way begin that no hash has; -1: no blob
  const hash = async () => {
    if (unhashed >= 0 && unhashed < held) await hashes.blob.update(block.subarray(unhashed, held));
  };
  const empty = async () => {
    await hash();
    write(block.subarray(0, held));
    unhashed = Math.min(unhashed, 0);
    held = 0;
  };
  const put = async (data) => {
    for (let from = 0; from < data.length; ) {
      const length = Math.min(BLOCK - held, data.length - from);
      block.set(data.subarray(from, from + length), held);
      held += length;
      from += length;
      if (held === BLOCK) await empty();
    }
    at += data.length;
  };
  const fill = () => put(new Uint8Array(inBlocks(at) - at));
  await put(entryHeader("pli.json", planned.head.length));
  await put(planned.head);
  await fill();
  const total = planned.blobs.reduce((sum, blob) => sum + blob.plain, 0);
  let done = 0;
  for (const blob of planned.blobs) {
    await put(entryHeader(blobName(blob.id), blob.sealed));
    const from = done;
    const plain = blob.document ? reading(blob.document, hashes.document) : made(blob.kind === "manifest" ? planned.text(blob) : null);
    const read = (at, to) => (progress(from + at, total), plain(at, to));
    unhashed = held;
    await seal({ size: blob.plain, read }, keys.recipients.get(blob.compartment), put);
    await hash();
    unhashed = -1;
    blob.sha256 = await hashes.blob.digest();
    if (blob.document) blob.document.sha256 = await hashes.document.digest();
    done += blob.plain;
    await fill();
  }
  progress(total, total);
  await put(new Uint8Array(planned.size - at));
  await empty();
  return { documents: planned.documents, envelope: envelopeHash(bytesToHex(sha256(planned.head)), planned.blobs) };
}

export function changed(name) {
  return new Refused("PAGE-04", { name });
}

/** Reads a document in order, hashed on the way. */
function reading(document, hash) {
  const next = blocksOf(document.file);
  return async (from, to) => {
    const block = await next(to - from).catch(() => null);
    if (block?.length !== to - from) throw changed(document.name);
    await hash.update(block);
    return block;
  };
}

/** Reads what is in memory already: a manifest, or the zeros of the padding. */
function made(text) {
  const zeros = text ? null : new Uint8Array(BLOCK);
  return (from, to) => (text ? text.subarray(from, to) : zeros.subarray(0, to - from));
}

const blobName = (id) => `blobs/${id}.age`;

/** The envelope hash (docs/seal.md §3): of the list that `sha256sum` prints of `pli.json` and each blob `{id, sha256}`. */
export function envelopeHash(headerSha256, blobs) {
  const lines = [`${headerSha256}  pli.json\n`, ...blobs.map(({ id, sha256: digest }) => `${digest}  ${blobName(id)}\n`)];
  return bytesToHex(sha256(new TextEncoder().encode(lines.join(""))));
}

// --- Reading ----------------------------------------------------------------------------------

/** The clear part of a pli (its own `sha256` with it), every declared size held against the archive. Throws Refused (PAGE-05). */
export async function readHeader(file) {
  const refuse = (why) => new Refused("PAGE-05", { name: file.name, why });
  let found;
  try {
    found = await entries(file);
  } catch {
    throw refuse("ce n'est pas l'archive attendue");
  }
  const [first, ...blobs] = found;
  if (first?.name !== "pli.json" || first.size > 16 * 1024 * 1024) throw refuse("sa première entrée n'est pas pli.json");
  let given;
  try {
    given = JSON.parse(await file.slice(first.offset, first.offset + first.size).text());
  } catch {
    throw refuse("son en-tête ne se lit pas");
  }
  if (given?.format !== "reglo-pli/1" || !Array.isArray(given.blobs) || !/^[0-9a-f]{32}$/.test(given.pli)) {
    throw refuse("son en-tête est d'un autre format");
  }
  const same = blobs.length === given.blobs.length && blobs.every(({ name, size }, place) =>
    name === blobName(given.blobs[place].id) && size === given.blobs[place].size);
  if (!same) throw refuse("ses blobs ne sont pas ceux que son en-tête déclare");
  const placed = blobs.map(({ size, offset }, place) => ({ id: given.blobs[place].id, size, offset }));
  const head = await file.slice(first.offset, first.offset + first.size).arrayBuffer();
  return {
    pli: given.pli,
    consultation: given.consultation,
    keys: given.opening_keys_sha256,
    publicKey: given.pli_key,
    sha256: bytesToHex(sha256(new Uint8Array(head))),
    blobs: placed,
  };
}
