// The published keys of a consultation (docs/seal.md §2), checked as reglo.sealing.opening_keys does.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { isRecipient } from "./age.js";
import { canonicalBytes } from "./canonical.js";
import { Refused } from "./refused.js";

const FORMAT = "reglo-opening-keys/1";
export const COMMON = "*"; // the lot of what is common to all lots

/** Reads the text of `opening-keys.json`. Throws Refused (PAGE-01). */
export function readOpeningKeys(text) {
  let given;
  try {
    given = JSON.parse(text);
  } catch {
    throw wrong("ce n'est pas du JSON");
  }
  if (given?.format !== FORMAT) throw wrong(`son « format » n'est pas ${FORMAT}`);
  const compartments = Object.entries(given.compartments ?? {}).map(([name, each]) => [name, each?.recipient]);
  const custody = [given.committee, given.escrow].map(readCustody);
  if (typeof given.consultation !== "string" || typeof given.rules_sha256 !== "string") {
    throw wrong("une de ses parties manque");
  }
  if (compartments.length === 0) throw wrong("il ne contient aucune clé");
  for (const [name, recipient] of compartments) {
    if (!isRecipient(recipient)) throw wrong(`la clé de « ${name} » n'est pas une clé publique age`);
    if (!/^(candidacy|bid)\/.+$/u.test(name)) throw wrong(`« ${name} » n'est pas un compartiment`);
  }
  if (new Set(compartments.map(([, recipient]) => recipient)).size !== compartments.length) {
    throw wrong("deux compartiments partagent la même clé");
  }
  const canonicalForm = canonicalBytes({
    format: FORMAT,
    consultation: given.consultation,
    rules_sha256: given.rules_sha256,
    compartments: Object.fromEntries(compartments.map(([name, recipient]) => [name, { recipient }])),
    committee: custody[0],
    escrow: custody[1],
  });
  return {
    consultation: given.consultation,
    recipients: new Map(compartments),
    digest: bytesToHex(sha256(canonicalForm)),
    committee: custody[0],
    escrow: custody[1],
  };
}

function readCustody(given) {
  if (given === null || given === undefined) return null;
  const shaped = Number.isSafeInteger(given.threshold) && Array.isArray(given.holders);
  if (!shaped || !given.holders.every((each) => typeof each?.id === "string" && typeof each?.name === "string")) {
    throw wrong("la liste des porteurs n'a pas la bonne forme");
  }
  return { threshold: given.threshold, holders: given.holders.map(({ id, name }) => ({ id, name })) };
}

function wrong(why) {
  return new Refused("PAGE-01", { why });
}

/** The lots the keys name, in their natural order. */
export function lotsOf(keys) {
  const lots = [...keys.recipients.keys()].map((name) => name.slice(name.indexOf("/") + 1));
  return [...new Set(lots)].filter((lot) => lot !== COMMON).sort((a, b) => a.localeCompare(b, "fr", { numeric: true }));
}

/** The compartment of a document: of its lot when it has one, else the common one. `folder`: candidacy, bid. */
export function compartmentOf(keys, folder, lot) {
  const lots = lotsOf(keys);
  if (lots.length === 1) return `${folder}/${lots[0]}`;
  return `${folder}/${lot || COMMON}`;
}
