// The sealed plis this browser keeps, so that a reload loses nothing.
//
// The sealed files are in its private file storage (plis/<id>), what is needed to send and prove them in a
// small database of the same origin. Nothing of it leaves the browser but by an act of the person.

import { Refused } from "./refused.js";
import { sizeInWords } from "./words.js";

const SLOW = 20; // seconds; browsers are known to leave their storage without an answer for ever

function answered(asked) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("l'espace de stockage de ce navigateur ne répond pas")), SLOW * 1000);
  });
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}

/** Whether this browser, in this window, has the storage. Throws Refused (PAGE-07) otherwise. */
export async function checkStorage() {
  try {
    if (!globalThis.isSecureContext) throw new Error("contexte non sûr");
    await plis();
    await states("readonly", (store) => store.count());
  } catch {
    throw noStorage();
  }
}

/** Asks that the plis be kept when the disk fills up. Some browsers ask the person, who may never answer: nothing waits for it. */
export function askToKeep() {
  navigator.storage?.persist?.().catch(() => {});
}

function noStorage() {
  return new Refused("PAGE-07");
}

/**
 * A new file of `size` bytes for a pli, in a Worker: `fill(write)` writes it from end to end and answers with
 * the state to keep. Throws Refused (PAGE-06, PAGE-07; PAGE-13 when another tab has this very pli); a file half written is
 * removed by the next one, or when the page starts again.
 */
export async function intoStorage(pli, size, fill) {
  await checkStorage();
  await sweep();
  const { quota = Infinity, usage = 0 } = (await navigator.storage.estimate?.()) ?? {}; // Safari before 17 does not say
  if (quota - usage < size) throw outOfRoom(size, quota - usage);
  return alone(pli, async (free) => {
    if (!free || (await isKept(pli))) throw new Refused("PAGE-13");
    const file = await (await plis()).getFileHandle(pli, { create: true });
    if (!file.createSyncAccessHandle) throw noStorage();
    const handle = await file.createSyncAccessHandle();
    try {
      handle.truncate(size);
      let at = 0;
      const state = await fill((bytes) => {
        if (handle.write(bytes, { at }) !== bytes.length) throw outOfRoom();
        at += bytes.length;
      });
      handle.flush();
      await saveState(state);
      return state;
    } catch (error) {
      throw error.name === "QuotaExceededError" ? outOfRoom() : error;
    } finally {
      handle.close();
    }
  });
}

function outOfRoom(size, left) {
  const room = size ? ` : il faut ${sizeInWords(size)}, il en accorde ${sizeInWords(Math.max(left, 0))}` : "";
  return new Refused("PAGE-06", { room });
}

function plis() {
  return answered(navigator.storage.getDirectory().then((root) => root.getDirectoryHandle("plis", { create: true })));
}

export async function pliFile(pli) {
  return (await (await plis()).getFileHandle(pli)).getFile();
}

export async function saveState(state) {
  await states("readwrite", (store) => store.put(state));
}

export async function forget(pli) {
  await states("readwrite", (store) => store.delete(pli));
  await (await plis()).removeEntry(pli).catch(() => {});
}

/** Runs `act` while no other tab may touch this pli; `act(false)` at once when one does. */
export function alone(pli, act) {
  return navigator.locks.request(`pli-${pli}`, { ifAvailable: true }, (lock) => act(lock !== null));
}

/** The states of the plis kept, oldest first. */
export async function keptPlis() {
  await sweep();
  const kept = await states("readonly", (store) => store.getAll());
  return kept.sort((a, b) => a.sealedAt.localeCompare(b.sealedAt));
}

/** The state of one pli as the last tab left it; undefined when one has effaced it. */
export function keptPli(pli) {
  return states("readonly", (store) => store.get(pli));
}

const isKept = (pli) => states("readonly", (store) => store.count(pli));

/** A sealing cut short left a file without state: it is removed. */
async function sweep() {
  const folder = await plis();
  for await (const pli of folder.keys()) {
    await alone(pli, async (free) => {
      if (free && !(await isKept(pli))) await folder.removeEntry(pli).catch(() => {});
    });
  }
}

/** The answer of one request on the states, once its transaction is complete. */
function states(mode, ask) {
  return answered(asked(mode, ask));
}

async function asked(mode, ask) {
  const database = await new Promise((resolve, reject) => {
    const opening = indexedDB.open("reglo", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("plis", { keyPath: "pli" });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction("plis", mode, { durability: "strict" });
      const request = ask(transaction.objectStore("plis"));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}
