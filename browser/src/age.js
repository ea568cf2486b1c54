// The age format (docs/seal.md §3) as the browser needs it: typage seals, we know the length beforehand.

import { Encrypter } from "age-encryption";
import { bech32 } from "@scure/base";

export const CHUNK = 64 * 1024;
const TAG = 16;
const HEADER = 168; // intro, one X25519 stanza, MAC

/** The length of the age file of `size` bytes sealed to one X25519 recipient. */
export function sealedSize(size) {
  return HEADER + 16 + size + Math.max(1, Math.ceil(size / CHUNK)) * TAG;
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

/** The age file of `plain`, a stream of bytes, as a stream. */
export async function seal(plain, recipient) {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return encrypter.encrypt(plain);
}
