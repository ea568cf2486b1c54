// The deposit server, as this page speaks to it: what it announces, the upload (tus 1.0), the receipt.

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { base64 } from "@scure/base";
import { Upload } from "tus-js-client";
import { canonical, canonicalBytes } from "./canonical.js";
import { seedOf } from "./pli.js";
import { Refused, told } from "./refused.js";

const ROOT = new URL("../", document.baseURI); // the page is at <root>/deposer/
const CHUNK = 32 * 1024 * 1024; // acknowledged as durable one after the other
const WAITS = [0, 1, 2, 5, 10, 15, 30]; // seconds before the next try; the last one again and again
const SILENCE = 60; // seconds without a byte or a word: a network may fall silent without a cut, no browser ends that

/** The consultation this page is opened for (`?consultation=…`), "" when none is. */
export const consultationName = new URLSearchParams(location.search).get("consultation") ?? "";

/** What the server announces, `at` which instant of this page, and the text of the published keys; null when there is no server to ask. */
export async function announced() {
  if (!consultationName || !location.protocol.startsWith("http")) return null;
  const address = new URL(`consultations/${encodeURIComponent(consultationName)}`, ROOT);
  const [said, keys] = await Promise.all([address, `${address}/cles`].map((each) => reached(each)));
  if (!said.ok || !keys.ok) throw refusalOf(said.ok ? keys : said);
  return { ...spoken(said), at: said.at, keysText: keys.text };
}

/** The whole answer of the platform, `{ok, status, at, text}`, or `blob` when asked to `read` one it has; throws Refused (PAGE-10) when there is none. */
async function reached(address, { read = "text", ...options } = {}) {
  const waited = new AbortController();
  const timer = setTimeout(() => waited.abort(), SILENCE * 1000);
  try {
    const answer = await fetch(address, { ...options, signal: waited.signal });
    const at = performance.now(); // what it says of the hour was true then
    const kind = answer.ok ? read : "text";
    return { ok: answer.ok, status: answer.status, at, [kind]: await answer[kind]() };
  } catch {
    throw away(navigator.onLine ? "La plateforme ne répond pas" : "Votre réseau est coupé");
  } finally {
    clearTimeout(timer);
  }
}

const away = (what) => Object.assign(new Refused("PAGE-10", { what }), { final: false });

/** What an answer says. Throws Refused (PAGE-10): a network may answer in the place of the platform, until one signs in. */
function spoken({ text }) {
  try {
    return JSON.parse(text);
  } catch {
    throw away("Ce qui répond à cette adresse n'est pas la plateforme");
  }
}

/** Whether an address is that of an upload to this very platform. */
export function onThisPlatform(address) {
  const { href } = new URL("depots/", ROOT);
  return typeof address === "string" && address.startsWith(href) && /^[\w-]{20,}$/.test(address.slice(href.length));
}

/** The server's own finding, or what its answer amounts to. */
function refusalOf({ status, text }) {
  return asRefusal(status, text);
}

/** `final`: asking again would change nothing. */
function asRefusal(status, body) {
  const final = status >= 300 && status < 500 && ![408, 409, 423, 429, 460].includes(status); // a success is not the platform's word
  try {
    const { code, cause, mend } = JSON.parse(body).findings[0];
    return Object.assign(told({ code, message: cause, mend }), { final });
  } catch {
    return Object.assign(new Refused("PAGE-10", { what: `La plateforme a répondu par l'erreur ${status}` }), { final });
  }
}

/**
 * Sends a sealed file, from where the platform says it stopped, through any cut; the receipt. Stops on `signal`.
 *
 * `state`: of the store; its `upload` address is set as soon as the platform gives it (`remember` keeps it).
 * `tell`: `{sent, total}` as bytes leave, `{waiting, why}` before a new try. Throws Refused when trying again
 * would change nothing.
 */
export async function send({ state, file, remember, tell, signal }) {
  for (let tries = 0; ; ) {
    try {
      await sendOnce({ state, file, remember, signal, tell: (sent) => {
        tries = 0;
        tell({ sent, total: file.size });
      } });
      return await receiptOf(state);
    } catch (error) {
      if (signal.aborted || (error instanceof Refused && error.final !== false)) throw error;
      const waiting = WAITS[Math.min(tries, WAITS.length - 1)];
      tries += 1;
      tell({ waiting, why: error.message });
      await pause(waiting, signal);
    }
  }
}

/** Waits; comes back at once when the network does. */
function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    const over = (act) => () => {
      clearTimeout(timer);
      removeEventListener("online", resume);
      act();
    };
    const resume = over(resolve);
    const timer = setTimeout(resume, seconds * 1000);
    addEventListener("online", resume);
    signal.addEventListener("abort", over(() => reject(signal.reason)), { once: true });
  });
}

/** One try, ended by the last byte, a fault, a silence or `signal`. */
async function sendOnce({ state, file, remember, tell, signal }) {
  signal.throwIfAborted();
  let upload;
  let silence;
  try {
    await new Promise((resolve, reject) => {
      const heard = () => {
        clearTimeout(silence);
        silence = setTimeout(() => reject(new Error(`rien n'avance depuis ${SILENCE} s`)), SILENCE * 1000);
      };
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      upload = new Upload(file, {
        endpoint: new URL(`consultations/${encodeURIComponent(state.platform)}/depots`, ROOT).href,
        uploadUrl: state.upload ?? null,
        chunkSize: CHUNK,
        retryDelays: null, // ``send`` tries again, and says so
        storeFingerprintForResuming: false, // the store keeps the address
        metadata: {
          ...state.depositor,
          header_sha256: state.headerSha256,
          ...(state.replaces && { replaces: state.replaces.split("/").at(-1) }),
        },
        onProgress: (sent) => {
          heard();
          tell(sent);
        },
        onUploadUrlAvailable: () => {
          heard();
          state.upload = upload.url;
          remember(state);
        },
        onSuccess: resolve,
        onError: (error) => reject(meaning(error, state)),
      });
      heard();
      upload.start();
    });
  } finally {
    clearTimeout(silence);
    upload.abort();
  }
}

/** A refusal when trying again changes nothing; otherwise an error that says what to wait for. */
function meaning(error, state) {
  const response = error.originalResponse;
  const status = response?.getStatus() ?? 0;
  if (status === 0) return new Error(navigator.onLine ? "la plateforme ne répond pas" : "le réseau est coupé");
  const refused = asRefusal(status, response.getBody());
  if ([404, 410].includes(status) && state.upload) {
    delete state.upload; // this upload is over: the next try begins another
    return Object.assign(refused, { final: false });
  }
  if (status === 409 && !state.upload) refused.final = true; // nothing is under way: the deposit to replace is not one
  return refused;
}

/** The receipt of a deposit, completed with the names the platform never knew, and signed. */
export async function receiptOf(state) {
  const response = await reached(`${state.upload}/recu`);
  if (!response.ok) throw refusalOf(response);
  return completed(spoken(response), state);
}

/** The platform's copy of a receipt as pages to print (PDF/A, its JSON inside), without the names it never knew. Throws Refused. */
export async function printedReceiptOf({ upload }) {
  const response = await reached(`${upload}/recu.pdf`, { read: "blob" });
  if (!response.ok) throw refusalOf(response);
  return response.blob;
}

/**
 * Where the platform says an upload stands: `{state, received}`, `state` "open", "received", "late", "replaced",
 * "withdrawn", or "" when it does not say; `received` in bytes.
 */
export async function standingOf({ upload }) {
  try {
    const response = await reached(upload);
    if (response.ok) return spoken(response);
  } catch {
    // it does not say
  }
  return { state: "", received: 0 };
}

/** Withdraws a deposit, by the key of its pli (docs/seal.md §4); the proof of it, the same when asked again. Throws Refused. */
export async function withdraw(state) {
  const { id, pli } = JSON.parse(state.receipt).receipt;
  const signature = ed25519.sign(canonicalBytes({ format: "reglo-withdrawal/1", receipt: id, pli }), seedOf(state.key));
  const response = await reached(`${state.upload}/retrait`, { method: "POST", body: base64.encode(signature) });
  if (!response.ok) throw refusalOf(response);
  return response.text;
}

/** The depositor's copy of a receipt, names added and signed (docs/seal.md §7). Throws Refused (PAGE-11) when it is another pli's. */
export function completed(receipt, state) {
  const { pli, envelope_sha256: envelope, size } = receipt.receipt;
  if (pli !== state.pli || envelope !== state.envelope || size !== state.size) {
    throw new Refused("PAGE-11");
  }
  if (!state.key || state.documents.length === 0) return canonical(receipt); // sealed elsewhere: names or key are not here
  const list = state.documents.map(({ name, size, sha256, blob, piece, lot }) => ({ name, size, sha256, blob, piece, lot }));
  const signed = canonicalBytes({
    format: "reglo-receipt-documents/1",
    receipt_sha256: bytesToHex(sha256(canonicalBytes(receipt.receipt))),
    list,
  });
  const signature = ed25519.sign(signed, seedOf(state.key));
  return canonical({ ...receipt, documents: { list, ed25519: base64.encode(signature) } });
}
