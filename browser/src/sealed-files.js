// A pli sealed elsewhere and what lies beside it: its key, the list of its documents, the address of its upload.

import { ed25519 } from "@noble/curves/ed25519.js";
import { base64 } from "@scure/base";
import { readHeader, seedOf } from "./pli.js";
import { onThisPlatform } from "./platform.js";
import { Refused } from "./refused.js";
import { sizeInWords } from "./words.js";

const BESIDE = { key: ".cle", list: ".documents.json", upload: ".depot" };
const MOST = 16 * 1024 * 1024;

/**
 * What the chosen files are, for the consultation `announced`: `{file, state}`, `state` as the store keeps it,
 * less its digest and its depositor. Throws Refused (PAGE-05, PAGE-12, PAGE-14 to 16).
 */
export async function readSealed(files, announced) {
  const beside = {};
  for (const [what, suffix] of Object.entries(BESIDE)) {
    const found = files.find(({ name }) => name.toLowerCase().endsWith(suffix));
    if (found) beside[what] = found.size > MOST ? "" : await found.text().catch(() => "");
  }
  const [file, ...others] = files.filter(({ name }) => !Object.values(BESIDE).some((suffix) => name.toLowerCase().endsWith(suffix)));
  if (!file || others.length) {
    throw new Refused("PAGE-15", file ? `Plusieurs plis sont choisis : ${[file, ...others].slice(0, 5).map(({ name }) => `« ${name} »`).join(", ")}.`
      : "Aucun pli n'est choisi.", "Choisissez un seul pli « .pli », avec les fichiers écrits à côté de lui : sa clé « .cle », sa liste « .documents.json ».");
  }
  const header = await readHeader(file);
  if (announced) checkFor(announced, header, file);
  const key = checkedKey(beside.key, header);
  return {
    file,
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
    throw new Refused("PAGE-12", `Ce pli est scellé pour « ${header.consultation} », cette page est ouverte pour « ${announced.reference} ».`,
      `Ouvrez la page de dépôt de « ${header.consultation} », ou choisissez le pli de cette consultation.`);
  }
  if (header.keys !== announced.opening_keys_sha256) {
    throw new Refused("PAGE-16", "Ce pli est scellé pour d'autres clés que celles publiées pour cette consultation : il ne s'ouvrirait pas.",
      "Scellez de nouveau vos documents, ici ou avec le fichier de clés publié.");
  }
  const { max_size: size, max_documents: blobs, max_document_size: blob } = announced.limits;
  const over = file.size > size ? [`Le pli fait ${sizeInWords(file.size)}`, sizeInWords(size)]
    : header.blobs.length > blobs ? [`Le pli compte ${header.blobs.length} fichiers scellés`, String(blobs)]
      : header.blobs.some((each) => each.size > blob) ? ["Un document du pli est trop grand", `${sizeInWords(blob)} par document`] : null;
  if (over) {
    throw new Refused("PAGE-14", `${over[0]}, la plateforme accepte ${over[1]}.`,
      "Réduisez les documents, ou demandez à l'acheteur avant l'heure limite un autre moyen de les remettre.");
  }
}

/** The private key given, when it is this pli's; "" when none is given. */
function checkedKey(text, header) {
  if (text === undefined) return "";
  try {
    if (base64.encode(ed25519.getPublicKey(seedOf(text))) === header.publicKey) return text;
  } catch {
    // not a key at all: told below
  }
  throw new Refused("PAGE-15", "Le fichier « .cle » choisi n'est pas la clé de ce pli.",
    "Prenez celui écrit à côté du pli lors du scellement ; à défaut, ne choisissez que le pli.");
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
  throw new Refused("PAGE-15", "Le fichier « .documents.json » choisi n'est pas la liste des documents de ce pli.",
    "Prenez celui écrit à côté du pli lors du scellement ; à défaut, ne choisissez que le pli.");
}

/** The address of an upload already begun, by this browser or by `reglo deposit`. */
function checkedUpload(text, header) {
  try {
    const { location, header_sha256: digest } = JSON.parse(text);
    if (digest === header.sha256 && onThisPlatform(location)) return location;
  } catch {
    // not an address at all: told below
  }
  throw new Refused("PAGE-15", "Le fichier « .depot » choisi n'est pas celui d'un envoi de ce pli à cette plateforme.",
    "Prenez celui écrit à côté du pli lors de l'envoi ; à défaut, ne le choisissez pas : l'envoi recommencera.");
}
