// Seals in its own thread, into the browser's private storage: the page stays alive, memory stays flat.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { ThreadedHash } from "./hashing.js";
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
  const hashes = { document: new ThreadedHash(), whole: new ThreadedHash() };
  try {
    handle.truncate(planned.size);
    let at = 0;
    const write = (bytes) => {
      if (handle.write(bytes, { at }) !== bytes.length) throw outOfRoom();
      at += bytes.length;
    };
    const done = await sealAll({ planned, keys, write, hashes, progress: reporter() });
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
    hashes.document.end();
    hashes.whole.end();
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
