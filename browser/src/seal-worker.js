// Seals in its own thread, into the browser's private storage: the page stays alive, memory stays flat.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { ThreadedHash } from "./hashing.js";
import { readOpeningKeys } from "./opening-keys.js";
import { plan, privateKeyPem, sealAll } from "./pli.js";
import { answering, reporter } from "./worker.js";
import { Refused, unreadable } from "./refused.js";
import { intoStorage } from "./store.js";
import { sizeInWords } from "./words.js";

const hashes = { document: new ThreadedHash(), blob: new ThreadedHash() };

answering(async ({ keysText, documents, bidder, depositor, maxSize, replaces }) => {
  const keys = readOpeningKeys(keysText);
  await checkReadable(documents);
  const planned = plan({ keys, documents, bidder });
  if (planned.size > maxSize) {
    throw new Refused("PAGE-14", { what: `Le pli ferait ${sizeInWords(planned.size)}`, limit: sizeInWords(maxSize) });
  }
  return intoStorage(planned.pli, planned.size, async (write) => {
    try {
      const done = await sealAll({ planned, keys, write, hashes, progress: reporter() });
      return {
        pli: planned.pli,
        size: planned.size,
        envelope: done.envelope,
        headerSha256: bytesToHex(sha256(planned.head)),
        consultation: keys.consultation,
        key: privateKeyPem(planned.seed),
        documents: done.documents.map(({ file: _, ...said }) => said),
        depositor,
        replaces,
        sealedAt: new Date().toISOString(),
      };
    } finally {
      await Promise.all([hashes.document.digest(), hashes.blob.digest()]); // what a failure left in them goes
    }
  });
});

/** All the documents that cannot be read, told at once before the first is sealed. Throws Refused (PAGE-18). */
async function checkReadable(documents) {
  const TOGETHER = 64;
  const faulty = [];
  for (let from = 0; from < documents.length; from += TOGETHER) {
    await Promise.all(documents.slice(from, from + TOGETHER).map(async ({ file, size, name }) => {
      const read = await (size ? file.slice(0, 1) : file).arrayBuffer().catch(() => null); // a slice of nothing reads nothing
      if (file.size !== size || read?.byteLength !== Math.min(size, 1)) faulty.push(name);
    }));
  }
  if (faulty.length) throw unreadable(faulty.sort());
}
