// The age format (docs/seal.md §3) as the browser needs it: typage makes the header and draws the key, the
// payload is encrypted here, chunk by chunk into one buffer. A stream would leave each chunk to the garbage
// collector, which a browser runs too rarely for a file of 4 GB.

import { Encrypter } from "age-encryption";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bech32 } from "@scure/base";

export const CHUNK = 64 * 1024;
export const BLOCK = 16 * CHUNK; // read at once
const TAG = 16;
const NONCE = 16;
const HEADER = 168; // intro, one X25519 stanza, MAC
const PAYLOAD = new TextEncoder().encode("payload");

/** The length of the age file of `size` bytes sealed to one X25519 recipient. */
export function sealedSize(size) {
  return HEADER + NONCE + size + Math.max(1, Math.ceil(size / CHUNK)) * TAG;
}

/** Whether `text` is an `age1…` X25519 public key, its checksum right. */
export function isRecipient(text) {
  try {
    const { prefix, bytes } = bech32.decodeToBytes(text);
    return prefix === "age" && bytes.length === 32;
  } catch {
    return false;
  }
}

/**
 * Seals `size` bytes to one recipient. `read(from, to)` gives the bytes asked, at most BLOCK of them, in order;
 * `put(bytes)` takes the age file, in pieces that are no longer valid once it has answered.
 */
export async function seal({ size, read }, recipient, put) {
  const { header, fileKey } = await begun(recipient);
  const salt = crypto.getRandomValues(new Uint8Array(NONCE));
  const key = hkdf(sha256, fileKey, salt, PAYLOAD, 32);
  await put(header);
  await put(salt);
  const sealed = new Uint8Array(CHUNK + TAG);
  const nonce = new Uint8Array(12); // a counter of 11 bytes, then whether the chunk is the last
  const counter = new DataView(nonce.buffer);
  let chunk = 0;
  for (let at = 0; at < size || chunk === 0; at += BLOCK) {
    const block = await read(at, Math.min(at + BLOCK, size));
    for (let from = 0; from < block.length || chunk === 0; from += CHUNK) {
      const plain = block.subarray(from, from + CHUNK);
      counter.setUint32(7, chunk);
      nonce[11] = at + from + plain.length === size ? 1 : 0;
      await put(chacha20poly1305(key, nonce).encrypt(plain, sealed.subarray(0, plain.length + TAG)));
      chunk += 1;
    }
  }
}

/** The header of a new age file, as typage writes it, and the file key it wraps. */
async function begun(recipient) {
  let fileKey;
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  encrypter.addRecipient({ wrapFileKey: (drawn) => ((fileKey = drawn.slice()), []) }); // writes no stanza
  const empty = await encrypter.encrypt(new Uint8Array(0));
  return { header: empty.subarray(0, HEADER), fileKey };
}
