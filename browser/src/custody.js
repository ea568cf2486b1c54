// The custody of the opening keys (docs/seal.md §9): ceremony, packages, what holders keep.
// The same files as reglo.sealing.custody writes, byte forms included; tests/vectors/custody holds both.

import { bech32 } from "@scure/base";
import { entropyToMnemonic, mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/french.js";
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import "./node-buffer.js";
import slip39 from "slip39";
import { isRecipient } from "./age.js";
import { deadlinesInForce } from "./amendments.js";
import { canonicalBytes } from "./canonical.js";
import { Refused } from "./refused.js";

export const REHEARSAL = "rehearsal"; // the dummy compartment: no bid is sealed to it
const KEY_OF_REHEARSAL = /^(.*)\/([1-9]\d{0,2})$/u; // "age1…/2": the key of the second rehearsal
const CANARIES = 16;
const WORDS = 24;
const SIDES = { committee: "Comité", escrow: "Séquestre" };
const PASSPHRASE_LENGTH = 12;
const WORK_FACTOR = 18;

/**
 * Draws a key for each compartment and for the rehearsal, splits each k of n, twice; no key leaves.
 * `committee`, `escrow` (or null): { threshold, holders: [{ id, holder, alternate }] }, a person being
 * { name, recipient, protection: "sheet" | "passphrase" | "key" }. `deadlines`: compartment -> the instant, in the
 * form of the journal, that its rules keep it shut until.
 * Gives { openingKeys, record, packages }: bytes of the two public files, and of a package by holder id.
 */
export async function ceremony({ consultation, rulesSha256, compartments, deadlines = {}, committee, escrow = null }) {
  const splits = escrow === null ? { committee } : { committee, escrow };
  refuseFaults(splits);
  const seeds = new Map([...compartments, REHEARSAL].map((name) => [name, random(32)]));
  const recipients = {};
  const kept = {};
  const packages = new Map();
  try {
    for (const [name, seed] of seeds) recipients[name] = await identityToRecipient(secretOf(seed));
    for (const [side, split] of Object.entries(splits)) {
      const shares = new Map([...seeds].map(([name, seed]) => [name, sharesOf(seed, split)]));
      const holders = [];
      for (const [place, each] of split.holders.entries()) {
        const own = Object.fromEntries([...shares].map(([name, parts]) => [name, parts[place]]));
        const canaries = Array.from({ length: CANARIES }, () => bytesToHex(random(16)));
        const data = await sealJson(packageOf(consultation, side, each.id, own, deadlines, canaries), people(each));
        packages.set(each.id, data);
        holders.push({
          id: each.id,
          holder: personOf(each.holder),
          alternate: each.alternate ? personOf(each.alternate) : null,
          package_sha256: bytesToHex(sha256(data)),
          shares: mapValues(own, fingerprint),
          canaries: canaries.map(fingerprint),
        });
      }
      kept[side] = { threshold: split.threshold, holders };
    }
  } finally {
    for (const seed of seeds.values()) seed.fill(0); // best effort: the libraries worked on copies
  }
  const announced = (split) => split && {
    threshold: split.threshold,
    holders: split.holders.map(({ id, holder }) => ({ id, name: holder.name })),
  };
  return {
    packages,
    openingKeys: canonicalBytes({
      format: "reglo-opening-keys/1",
      consultation,
      rules_sha256: rulesSha256,
      compartments: Object.fromEntries(compartments.map((name) => [name, { recipient: recipients[name] }])),
      committee: announced(committee),
      escrow: announced(escrow),
    }),
    record: canonicalBytes({
      format: "reglo-custody/1", consultation, compartments: recipients, deadlines, splits: kept,
    }),
  };
}

/** What a package holds, each share compared with its hash. Throws Refused (GARDE-10, GARDE-43). */
export async function openPackage(data, identity) {
  const given = await openJson(data, identity);
  if (given?.format !== "reglo-holder-package/1") throw notAPackage("son « format » n'est pas reglo-holder-package/1");
  for (const [name, each] of Object.entries(given.shares ?? {})) {
    if (typeof each?.share !== "string" || fingerprint(each.share) !== each.sha256) {
      throw notAPackage(`la part de « ${name} » ne répond pas à son empreinte`);
    }
  }
  return given;
}

/** What the president's machine shows: `{recipient, number}`, `number` that of a rehearsal, 0 for an opening. */
export function askedBy(typed) {
  const [, recipient, number] = KEY_OF_REHEARSAL.exec(typed) ?? [null, typed, 0];
  if (!isRecipient(recipient)) throw notARecipient(recipient);
  return { recipient, number: Number(number) };
}

/**
 * The shares of `compartments`, sealed to the opening machine alone. Throws Refused (GARDE-23, GARDE-26), and GARDE-27
 * before the deadline, that of the ceremony or of the `acts` since: a holder's own program gives no share early, whoever asks.
 */
export function sealShares(opened, compartments, recipient, now = Date.now(), acts = []) {
  const limits = deadlinesInForce(opened, acts);
  for (const name of compartments) {
    if (name === REHEARSAL || !(name in opened.shares)) {
      throw new Refused("GARDE-23", { compartment: name, known: real(opened).join(", ") });
    }
    if (!limits[name]) throw new Refused("GARDE-26", { compartment: name });
    if (now <= limits[name].at) {
      throw new Refused("GARDE-27", { compartment: name, deadline: shown(limits[name].at), now: shown(now) });
    }
  }
  return sealContribution(opened, compartments, recipient);
}

/** An instant on this machine's clock, to the second. */
export const shown = (at) => new Date(at).toLocaleString("fr-FR", { dateStyle: "short", timeStyle: "medium" });

/** The compartments of bids that a package has a share of, candidacies first: all but the one of rehearsals. */
export const real = (opened) => Object.keys(opened.shares).filter((name) => name !== REHEARSAL)
  .sort((a, b) => Number(b.startsWith("candidacy/")) - Number(a.startsWith("candidacy/")) || a.localeCompare(b, "fr", { numeric: true }));

function sealContribution(opened, compartments, recipient, canary = "") {
  const { consultation, split, holder } = opened;
  const shares = Object.fromEntries(compartments.map((name) => [name, opened.shares[name].share]));
  return sealJson({ format: "reglo-contribution/1", consultation, split, holder, shares, canary }, [recipient]);
}

/** What a holder brings to the rehearsal of this number: the dummy share and a canary not yet revealed. */
export function sealRehearsal(opened, recipient, number) {
  return sealContribution(opened, [REHEARSAL], recipient, opened.canaries[(number - 1) % opened.canaries.length]);
}

// --- What a person keeps ------------------------------------------------------------------------

/** A new age identity, "AGE-SECRET-KEY-1…". */
export const newIdentity = generateX25519Identity;

/** The 24 French words of an identity. */
export function toWords(identity) {
  return entropyToMnemonic(seedOf(identity), wordlist).normalize("NFC").split(/\s+/u);
}

/** The identity of 24 words: accents and capitals do not matter, four letters are enough. Throws Refused. */
export function fromWords(text) {
  const typed = bare(text).split(/\s+/u).filter(Boolean);
  if (typed.length !== WORDS) throw wrongWords(`${typed.length} au lieu de ${WORDS}`);
  const words = typed.map((word) => (word.length < 4 ? undefined : LISTED.get(word.slice(0, 4))));
  const unknown = typed.flatMap((word, at) => (words[at] && bare(words[at]).startsWith(word) ? [] : [at + 1]));
  if (unknown.length) throw wrongWords(`hors de la liste : n° ${unknown.join(", ")}`);
  try {
    return secretOf(mnemonicToEntropy(words.join(" "), wordlist));
  } catch {
    throw wrongWords("somme de contrôle fausse");
  }
}

/** The identity sealed with a passphrase, as `age -p` does. Throws Refused (GARDE-42) on a short one. */
export async function lock(identity, passphrase, work = WORK_FACTOR) {
  const typed = passphrase.trim().normalize("NFC");
  if (typed.length < PASSPHRASE_LENGTH) {
    throw new Refused("GARDE-42", { length: typed.length, least: PASSPHRASE_LENGTH });
  }
  const encrypter = new Encrypter();
  encrypter.setPassphrase(typed);
  encrypter.setScryptWorkFactor(work);
  return encrypter.encrypt(`${identity}\n`);
}

/** The identity `lock` or `age -p` sealed. Throws Refused (GARDE-41). */
export async function unlock(data, passphrase) {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase.trim().normalize("NFC"));
  try {
    return identityIn(await decrypter.decrypt(data, "text"));
  } catch {
    throw new Refused("GARDE-41", { name: "le fichier « .cle.age » choisi" });
  }
}

/** The identity of a text: a key, alone or in a file of `age-keygen`. Throws Refused (SCEAU-04). */
export function identityIn(text) {
  const [found] = text.toUpperCase().replace(/^#.*$/gmu, "").replace(/\s/gu, "").match(/AGE-SECRET-KEY-1[0-9A-Z]+/u) ?? [];
  try {
    if (seedOf(found).length === 32) return found;
  } catch {
    // told below
  }
  throw new Refused("SCEAU-04", { shown: "…", what: "une clé age (« AGE-SECRET-KEY-1… »)" });
}

/** What to think of a passphrase, in words: `{ good, advice }`. An advice, not a lock: only length is demanded. */
export function judged(passphrase) {
  const typed = passphrase.trim().normalize("NFC");
  const words = new Set(bare(typed).split(/[^a-z0-9]+/u).filter((word) => word.length > 2)).size;
  const letters = new Set(bare(typed)).size;
  if (typed.length < PASSPHRASE_LENGTH) {
    return { good: false, advice: `${typed.length} caractères sur ${PASSPHRASE_LENGTH} au moins. Le plus sûr et le plus facile : quatre ou cinq mots sans rapport entre eux.` };
  }
  if (letters < 7 || /(.)\1{4}|12345|azerty|qwerty|motdepasse|password/u.test(bare(typed).replace(/\s/gu, ""))) {
    return { good: false, advice: "Assez longue, mais facile à deviner : prenez quatre ou cinq mots sans rapport entre eux." };
  }
  if (words >= 4 || typed.length >= 20) return { good: true, advice: "Bonne phrase, si elle n'est ni une citation ni un refrain. Qui l'oublie compte sur son suppléant : elle ne se retrouve pas." };
  return { good: false, advice: "Acceptable. Un ou deux mots de plus la rendraient sûre." };
}

const LISTED = new Map(wordlist.map((word) => [bare(word).slice(0, 4), word]));

function bare(text) {
  return text.toLowerCase().normalize("NFKD").replaceAll(/\p{M}/gu, "");
}

// --- Pieces --------------------------------------------------------------------------------------

function sharesOf(seed, { threshold, holders }) {
  const options = { passphrase: "", threshold: 1, groups: [[threshold, holders.length, ""]], iterationExponent: 0 };
  const made = slip39.fromArray([...seed], options);
  return holders.map((_, place) => made.fromPath(`r/0/${place}`).mnemonics[0]);
}

function packageOf(consultation, split, holder, own, deadlines, canaries) {
  const shares = mapValues(own, (share, name) => ({
    share, sha256: fingerprint(share), ...(name in deadlines && { deadline: deadlines[name] }),
  }));
  return { format: "reglo-holder-package/1", consultation, split, holder, shares, canaries };
}

function refuseFaults(splits) {
  const seen = new Map();
  const named = new Map();
  const single = splits.committee.holders.length === 1; // whose sheet may be her own
  for (const [side, { threshold, holders }] of Object.entries(splits)) {
    const why = quorumFault(threshold, holders.length);
    if (why) {
      throw new Refused("GARDE-01", { split: SIDES[side], threshold, count: holders.length, why });
    }
    const people = holders.flatMap((each) => [
      { ...each.holder, place: `${each.id}, porteur` },
      ...(each.alternate ? [{ ...each.alternate, place: `${each.id}, suppléant` }] : []),
    ]);
    for (const { name, recipient, place } of people) {
      if (!isRecipient(recipient)) {
        throw notARecipient(recipient);
      }
      if (seen.has(recipient)) throw new Refused("GARDE-02", { first: seen.get(recipient), second: name });
      seen.set(recipient, name);
      const plain = name.toLowerCase().split(/\s+/u).filter(Boolean).join(" ");
      if (named.has(plain) && !single) {
        throw new Refused("GARDE-04", { name, first: named.get(plain), second: place });
      }
      named.set(plain, place);
    }
  }
  const [alone, ...others] = splits.committee.holders;
  if (others.length === 0 && ![alone.holder, alone.alternate].some((each) => each?.protection === "sheet")) {
    throw new Refused("GARDE-03", { name: alone.holder.name });
  }
}

function quorumFault(threshold, count) {
  if (!(threshold >= 1 && threshold <= count)) return "le seuil va de 1 au nombre de porteurs";
  if (count > 16) return "il y a 16 porteurs au plus";
  return threshold === 1 && count > 1 ? "n'importe quel porteur ouvrirait seul" : "";
}

async function sealJson(value, recipients) {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return encrypter.encrypt(canonicalBytes(value));
}

async function openJson(data, identity) {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  let plain;
  try {
    plain = await decrypter.decrypt(data);
  } catch {
    throw new Refused("GARDE-43", { file: "le paquet choisi" });
  }
  try {
    return JSON.parse(new TextDecoder().decode(plain));
  } catch {
    return null;
  }
}

function notAPackage(why) {
  return new Refused("GARDE-10", { file: "le fichier choisi", what: "un paquet de porteur", why });
}

function notARecipient(text) {
  return new Refused("SCEAU-04", { shown: text.slice(0, 24), what: "une clé publique age (« age1… »)" });
}

function wrongWords(why) {
  return new Refused("GARDE-40", { why, advice: "Relisez la feuille à cette place." });
}

const people = ({ holder, alternate }) => [holder, ...(alternate ? [alternate] : [])].map((each) => each.recipient);
const personOf = ({ name, recipient, protection }) => ({ name, recipient, protection });
const mapValues = (given, act) => Object.fromEntries(Object.entries(given).map(([name, each]) => [name, act(each, name)]));
const fingerprint = (text) => bytesToHex(sha256(new TextEncoder().encode(text)));
const random = (length) => crypto.getRandomValues(new Uint8Array(length));
const secretOf = (seed) => bech32.encodeFromBytes("AGE-SECRET-KEY-", seed).toUpperCase();
const seedOf = (identity) => bech32.decodeToBytes(identity).bytes;
