// The deposit server, as this page speaks to it: what it announces, the upload (tus 1.0), the receipt.

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { base64 } from "@scure/base";
import { Upload } from "tus-js-client";
import { canonical, canonicalBytes } from "./canonical.js";
import { Refused } from "./refused.js";

const ROOT = new URL("../", document.baseURI); // the page is at <root>/deposer/
const CHUNK = 32 * 1024 * 1024; // acknowledged as durable one after the other
const WAITS = [0, 1, 2, 5, 10, 15, 30]; // seconds before the next try; the last one again and again

/** The consultation this page is opened for (`?consultation=…`), "" when none is. */
export const consultationName = new URLSearchParams(location.search).get("consultation") ?? "";

/** What the server announces, and the text of the published keys; null when there is no server to ask. */
export async function announced() {
  if (!consultationName || !location.protocol.startsWith("http")) return null;
  const address = new URL(`consultations/${encodeURIComponent(consultationName)}`, ROOT);
  const [said, keys] = await Promise.all([address, `${address}/cles`].map((each) => fetch(each)));
  if (!said.ok || !keys.ok) throw await refusalOf(said.ok ? keys : said);
  return { ...(await said.json()), keysText: await keys.text() };
}

/** The server's own finding, or what its answer amounts to. */
async function refusalOf(response) {
  return asRefusal(response.status, await response.text().catch(() => ""));
}

function asRefusal(status, body) {
  try {
    const { code, cause, mend } = JSON.parse(body).findings[0];
    return new Refused(code, cause, mend);
  } catch {
    return new Refused("PAGE-10", `La plateforme a répondu par l'erreur ${status}.`,
      "Réessayez dans quelques secondes ; votre pli est gardé dans ce navigateur.");
  }
}

/**
 * Sends a sealed file, from where the platform says it stopped, through any cut. Stops on `signal`.
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
      return;
    } catch (error) {
      if (signal.aborted || error instanceof Refused) throw error;
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

function sendOnce({ state, file, remember, tell, signal }) {
  return new Promise((resolve, reject) => {
    const upload = new Upload(file, {
      endpoint: new URL(`consultations/${encodeURIComponent(state.platform)}/depots`, ROOT).href,
      uploadUrl: state.upload ?? null,
      chunkSize: CHUNK,
      retryDelays: null, // ``send`` tries again, and says so
      storeFingerprintForResuming: false, // the store keeps the address
      metadata: { ...state.depositor, header_sha256: state.headerSha256 },
      onProgress: (sent) => tell(sent),
      onUploadUrlAvailable: () => {
        state.upload = upload.url;
        remember(state);
      },
      onSuccess: () => resolve(),
      onError: (error) => reject(meaning(error, state)),
    });
    signal.addEventListener("abort", () => {
      upload.abort();
      reject(signal.reason);
    }, { once: true });
    upload.start();
  });
}

/** A refusal when trying again changes nothing; otherwise an error that says what to wait for. */
function meaning(error, state) {
  const response = error.originalResponse;
  const status = response?.getStatus() ?? 0;
  if (status === 0) return new Error(navigator.onLine ? "la plateforme ne répond pas" : "le réseau est coupé");
  const refused = asRefusal(status, response.getBody());
  if ([404, 410].includes(status) && state.upload) {
    delete state.upload; // this upload is over: the next try begins another
    return new Error(refused.message);
  }
  if (status >= 500 || [408, 409, 423, 429, 460].includes(status)) return new Error(refused.message);
  return refused;
}

/** The receipt of a deposit, completed with the names the platform never knew, and signed. */
export async function receiptOf(state) {
  const response = await fetch(`${state.upload}/recu`);
  if (!response.ok) throw await refusalOf(response);
  return completed(await response.text(), state);
}

/** The depositor's copy of a receipt: `docs/seal.md` §7. Throws Refused (PAGE-11) when it is another pli's. */
export function completed(text, state) {
  const receipt = JSON.parse(text);
  const { pli, sha256: digest, size } = receipt.receipt;
  if (pli !== state.pli || digest !== state.sha256 || size !== state.size) {
    throw new Refused("PAGE-11", "Le reçu de la plateforme ne porte pas sur le pli scellé ici.",
      "Gardez ce pli et signalez-le à l'acheteur avant l'heure limite.");
  }
  const list = state.documents.map(({ name, size, sha256, blob, piece, lot }) => ({ name, size, sha256, blob, piece, lot }));
  const signed = canonicalBytes({
    format: "reglo-receipt-documents/1",
    receipt_sha256: bytesToHex(sha256(canonicalBytes(receipt.receipt))),
    list,
  });
  const signature = ed25519.sign(signed, seedOf(state.key));
  return canonical({ ...receipt, documents: { list, ed25519: base64.encode(signature) } });
}

/** The 32 bytes of the private key of a pli, from its PEM file. */
function seedOf(pem) {
  return base64.decode(pem.split("\n")[1]).slice(-32);
}
