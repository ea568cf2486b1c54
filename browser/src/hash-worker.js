// SHA-256 in its own thread: hashing costs more than sealing, and the machine has other cores.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

let hash = sha256.create();

self.onmessage = ({ data }) => {
  if (data) {
    hash.update(data);
    self.postMessage(data.buffer, [data.buffer]);
    return;
  }
  self.postMessage(bytesToHex(hash.digest()));
  hash = sha256.create();
};
