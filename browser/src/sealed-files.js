// A pli sealed elsewhere and what lies beside it: its key, the list of its documents, the address of its upload.

import { ed25519 } from "@noble/curves/ed25519.js";
import { base64 } from "@scure/base";
import { readHeader, seedOf } from "./pli.js";
import { onThisPlatform } from "./platform.js";
import { Refused } from "./refused.js";
import { quoted, sizeInWords } from "./words.js";

const BESIDE = { key: ".cle", list: ".documents.json", upload: ".depot" };
const MOST = 16 * 1024 * 1024;

/**
 * What the chosen files are, for the consultation `announced`: `{file, blobs, state}`, `blobs` with their places in
 * the file, `state` as the store keeps it, less its envelope hash and its depositor. Throws Refused (PAGE-05, PAGE-12, PAGE-14 to 16, PAGE-19).
 */
export async function readSealed(files, announced) {
  const beside = {};
  for (const [what, suffix] of Object.entries(BESIDE)) {
    const found = files.find(({ name }) => name.toLowerCase().endsWith(suffix));
    if (found) beside[what] = found.size > MOST ? "" : await found.text().catch(() => "");
  }
  const [file, ...others] = files.filter(({ name }) => !Object.values(BESIDE).some((suffix) => name.toLowerCase().endsWith(suffix)));
  if (!file || others.length) {
    const found = file ? `plusieurs sont choisis (${quoted([file, ...others].map(({ name }) => name))})` : "aucun n'est choisi";
    throw new Refused("PAGE-15", { found });
  }
  const header = await readHeader(file);
  if (announced) checkFor(announced, header, file);
  const key = checkedKey(beside.key, header);
  return {
    file,
    blobs: header.blobs,
    state: {
      pli: header.pli,
      size: file.size,
      headerSha256: header.sha256,
      consultation: header.consultation,
      key,
      documents: checkedList(beside.list, header),
      sealedAt: new Date(file.lastModified).toISOString(),
      ...(beside.upload !== undefined && { upload: checkedUpload(beside.upload, header) }),
    },
  };
}

function checkFor(announced, header, file) {
  if (header.consultation !== announced.reference) {
    throw new Refused("PAGE-12", { pli: header.consultation, page: announced.reference });
  }
  if (header.keys !== announced.opening_keys_sha256) throw new Refused("PAGE-16");
  const { max_size: size, max_documents: blobs, max_document_size: blob } = announced.limits;
  const over = file.size > size ? [`Le pli fait ${sizeInWords(file.size)}`, sizeInWords(size)]
    : header.blobs.length > blobs ? [`Le pli compte ${header.blobs.length} fichiers scellés`, String(blobs)]
      : header.blobs.some((each) => each.size > blob) ? ["Un document du pli est trop grand", `${sizeInWords(blob)} par document`] : null;
  if (over) throw new Refused("PAGE-14", { what: over[0], limit: over[1] });
}

/** The private key given, when it is this pli's; "" when none is given. */
function checkedKey(text, header) {
  if (text === undefined) return "";
  try {
    if (base64.encode(ed25519.getPublicKey(seedOf(text))) === header.publicKey) return text;
  } catch {
    // not a key at all: told below
  }
  throw new Refused("PAGE-19", { suffix: BESIDE.key, what: "la clé de ce pli" });
}

function checkedList(text, header) {
  if (text === undefined) return [];
  const blobs = new Set(header.blobs.map(({ id }) => id));
  try {
    const list = JSON.parse(text);
    const texts = ["name", "sha256", "blob", "piece", "lot"];
    const shaped = (each) => texts.every((name) => typeof each[name] === "string") && Number.isSafeInteger(each.size) && blobs.has(each.blob);
    if (Array.isArray(list) && list.every(shaped)) return list;
  } catch {
    // not a list at all: told below
  }
  throw new Refused("PAGE-19", { suffix: BESIDE.list, what: "la liste des documents de ce pli" });
}

/** The address of an upload already begun, by this browser or by `reglo deposit`. */
function checkedUpload(text, header) {
  try {
    const { location, header_sha256: digest } = JSON.parse(text);
    if (digest === header.sha256 && onThisPlatform(location)) return location;
  } catch {
    // not an address at all: told below
  }
  throw new Refused("PAGE-19", { suffix: BESIDE.upload, what: "celui d'un envoi de ce pli à cette plateforme" });
}
