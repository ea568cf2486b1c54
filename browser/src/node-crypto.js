// What slip39 takes from Node's crypto, on WebCrypto and @noble/hashes (build.js puts it in its place).

import { hmac } from "@noble/hashes/hmac.js";
import { pbkdf2 } from "@noble/hashes/pbkdf2.js";
import { sha256 } from "@noble/hashes/sha2.js";

export const randomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));

export const pbkdf2Sync = (password, salt, rounds, length) =>
  pbkdf2(sha256, password, salt, { c: rounds, dkLen: length });

export function createHmac(_, key) {
  const made = hmac.create(sha256, key);
  return { update: (data) => void made.update(data), digest: () => made.digest() };
}
