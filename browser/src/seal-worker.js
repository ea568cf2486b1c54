// Seals in its own thread, into the browser's private storage: the page stays alive, memory stays flat.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { readOpeningKeys } from "./opening-keys.js";
import { plan, privateKeyPem, sealAll } from "./pli.js";
import { Refused } from "./refused.js";
import { alone, newPliFile, saveState } from "./store.js";
import { sizeInWords } from "./words.js";

const EVERY = 100; // milliseconds between two reports

self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ sealed: await sealed(data) });
  } catch (error) {
    const { code = "PAGE-09", message, mend = "Rechargez la page et recommencez ; vos fichiers n'ont pas été modifiés." } =
      error.name === "QuotaExceededError" ? outOfRoom() : error;
    self.postMessage({ refused: { code, message, mend } });
  }
};

async function sealed({ keysText, documents, bidder, depositor, maxSize }) {
  const keys = readOpeningKeys(keysText);
  const planned = plan({ keys, documents, bidder });
  if (planned.size > maxSize) {
    throw new Refused("PAGE-14", `Le pli ferait ${sizeInWords(planned.size)}, la plateforme accepte ${sizeInWords(maxSize)}.`,
      "Réduisez les documents, ou demandez à l'acheteur avant l'heure limite un autre moyen de les remettre.");
  }
  await checkRoom(planned.size);
  return alone(planned.pli, () => intoStorage(keys, planned, depositor));
}

async function intoStorage(keys, planned, depositor) {
  const file = await newPliFile(planned.pli);
  const handle = await file.createSyncAccessHandle();
  try {
    handle.truncate(planned.size);
    const sink = new Buffered(handle);
    const done = await sealAll({ planned, keys, write: (bytes) => sink.write(bytes), progress: reporter() });
    sink.empty();
    handle.flush();
    const state = {
      pli: planned.pli,
      size: planned.size,
      sha256: done.sha256,
      headerSha256: bytesToHex(sha256(planned.head)),
      consultation: keys.consultation,
      key: privateKeyPem(planned.seed),
      documents: done.documents.map(({ file: _, ...said }) => said),
      depositor,
      sealedAt: new Date().toISOString(),
    };
    await saveState(state);
    return state;
  } finally {
    handle.close();
  }
}

/** Writes in order, a megabyte at a time: each write of a file costs a turn by another process. */
class Buffered {
  constructor(handle) {
    this.handle = handle;
    this.block = new Uint8Array(1024 * 1024);
    this.held = 0;
    this.at = 0;
  }

  write(bytes) {
    for (let from = 0; from < bytes.length; ) {
      const length = Math.min(this.block.length - this.held, bytes.length - from);
      this.block.set(bytes.subarray(from, from + length), this.held);
      this.held += length;
      from += length;
      if (this.held === this.block.length) this.empty();
    }
  }

  empty() {
    if (this.handle.write(this.block.subarray(0, this.held), { at: this.at }) !== this.held) throw outOfRoom();
    this.at += this.held;
    this.held = 0;
  }
}

function reporter() {
  let last = 0;
  return (done, total) => {
    const now = performance.now();
    if (now - last < EVERY && done < total) return;
    last = now;
    self.postMessage({ progress: { done, total } });
  };
}

async function checkRoom(size) {
  const { quota, usage } = await navigator.storage.estimate();
  if (quota - usage < size) throw outOfRoom(size, quota - usage);
}

function outOfRoom(size, left) {
  const facts = size ? ` : il faut ${sizeInWords(size)}, il en accorde ${sizeInWords(Math.max(left, 0))}` : "";
  return new Refused("PAGE-06", `Ce navigateur n'a plus de place pour garder le pli${facts}.`,
    "Libérez de la place sur le disque, effacez d'anciens plis sur cette page, quittez la navigation privée, " +
    "ou scellez avec « reglo seal ».");
}
