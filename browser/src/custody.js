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
import { canonicalBytes } from "./canonical.js";
import { Refused } from "./refused.js";

export const REHEARSAL = "rehearsal"; // the dummy compartment: no bid is sealed to it
const CANARIES = 16;
const WORDS = 24;
const SIDES = { committee: "Comité", escrow: "Séquestre" };
const PASSPHRASE_LENGTH = 12;
const WORK_FACTOR = 18;

/**
 * Draws a key for each compartment and for the rehearsal, splits each k of n, twice; no key leaves.
 * `committee`, `escrow` (or null): { threshold, holders: [{ id, holder, alternate }] }, a person being
 * { name, recipient, protection: "sheet" | "passphrase" | "key" }.
 * Gives { openingKeys, record, packages }: bytes of the two public files, and of a package by holder id.
 */
export async function ceremony({ consultation, rulesSha256, compartments, committee, escrow = null }) {
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
        const data = await sealJson(packageOf(consultation, side, each.id, own, canaries), people(each));
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
      format: "reglo-custody/1", consultation, compartments: recipients, splits: kept,
    }),
  };
}

/** What a package holds, each share compared with its hash. Throws Refused (GARDE-10, GARDE-43). */
export async function openPackage(data, identity) {
  const given = await openJson(data, identity);
  if (given?.format !== "reglo-holder-package/1") throw notA("un paquet de porteur");
  for (const [name, each] of Object.entries(given.shares ?? {})) {
    if (typeof each?.share !== "string" || fingerprint(each.share) !== each.sha256) {
      throw notA(`un paquet de porteur : la part de « ${name} » ne répond pas à son empreinte`);
    }
  }
  return given;
}

/** The shares of `compartments`, sealed to the opening machine alone; `canary` when rehearsing. */
export async function sealContribution(opened, compartments, recipient, canary = "") {
  const unknown = compartments.find((name) => !(name in opened.shares));
  if (unknown !== undefined) {
    throw new Refused("GARDE-23", `Le compartiment « ${unknown} » n'a pas de clé dans cette garde.`,
      "Demandez un compartiment de la consultation.");
  }
  const { consultation, split, holder } = opened;
  const shares = Object.fromEntries(compartments.map((name) => [name, opened.shares[name].share]));
  return sealJson({ format: "reglo-contribution/1", consultation, split, holder, shares, canary }, [recipient]);
}

/** What a holder brings to a rehearsal: the dummy share and a canary not yet revealed, `already` having been. */
export function rehearsalContribution(opened, recipient, already) {
  return sealContribution(opened, [REHEARSAL], recipient, opened.canaries[already % opened.canaries.length]);
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
    throw new Refused("GARDE-42", `La phrase de passe a ${typed.length} caractères, il en faut ${PASSPHRASE_LENGTH} au moins.`,
      "Prenez quatre ou cinq mots sans rapport entre eux.");
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
    throw new Refused("GARDE-41", "La phrase de passe n'ouvre pas cette clé.",
      "Vérifiez les majuscules, les accents et le clavier, et que le fichier « .cle.age » est bien le vôtre ; un suppléant a les siens.");
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
  throw new Refused("SCEAU-04", "Ce texte n'est pas une clé age (« AGE-SECRET-KEY-1… »).",
    "Recopiez-la entière ; une lettre fausse se reconnaît à la somme de contrôle.");
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

function packageOf(consultation, split, holder, own, canaries) {
  const shares = mapValues(own, (share) => ({ share, sha256: fingerprint(share) }));
  return { format: "reglo-holder-package/1", consultation, split, holder, shares, canaries };
}

function refuseFaults(splits) {
  const seen = new Map();
  for (const [side, { threshold, holders }] of Object.entries(splits)) {
    const why = quorumFault(threshold, holders.length);
    if (why) {
      throw new Refused("GARDE-01", `${SIDES[side]} : ${threshold} sur ${holders.length} n'est pas un partage possible ; ${why}.`,
        "Choisissez par exemple 2 sur 3 ; ou 1 sur 1 avec une feuille de secours.");
    }
    for (const { name, recipient } of holders.flatMap((each) => [each.holder, each.alternate ?? []].flat())) {
      if (!isRecipient(recipient)) {
        throw new Refused("SCEAU-04", `« ${recipient.slice(0, 24)} » n'est pas une clé publique age (« age1… »).`,
          "Recopiez-la entière ; une lettre fausse se reconnaît à la somme de contrôle.");
      }
      if (seen.has(recipient)) {
        throw new Refused("GARDE-02", `${seen.get(recipient)} et ${name} ont la même clé : une seule personne compterait deux fois.`,
          "Donnez à chaque porteur et à chaque suppléant sa propre clé.");
      }
      seen.set(recipient, name);
    }
  }
  const [alone, ...others] = splits.committee.holders;
  if (others.length === 0 && ![alone.holder, alone.alternate].some((each) => each?.protection === "sheet")) {
    throw new Refused("GARDE-03", `La clé est confiée à une seule personne, « ${alone.holder.name} », et aucune feuille de secours n'est prévue.`,
      "Prévoyez une feuille imprimée pour elle ou son suppléant ; sinon, un oubli perd tous les plis.");
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
    throw new Refused("GARDE-43", "La clé donnée n'ouvre pas ce paquet.",
      "Ce paquet est à un autre porteur, ou a été remplacé depuis ; prenez celui qui va avec la clé.");
  }
  try {
    return JSON.parse(new TextDecoder().decode(plain));
  } catch {
    return null;
  }
}

function notA(what) {
  return new Refused("GARDE-10", `Ce fichier n'est pas ${what}.`,
    "Prenez le fichier remis à la cérémonie, sans l'avoir modifié.");
}

function wrongWords(why) {
  return new Refused("GARDE-40", `Les mots ne redonnent pas la clé de la feuille (${why}).`,
    "Relisez la feuille à cette place.");
}

const people = ({ holder, alternate }) => [holder, ...(alternate ? [alternate] : [])].map((each) => each.recipient);
const personOf = ({ name, recipient, protection }) => ({ name, recipient, protection });
const mapValues = (given, act) => Object.fromEntries(Object.entries(given).map(([name, each]) => [name, act(each)]));
const fingerprint = (text) => bytesToHex(sha256(new TextEncoder().encode(text)));
const random = (length) => crypto.getRandomValues(new Uint8Array(length));
const secretOf = (seed) => bech32.encodeFromBytes("AGE-SECRET-KEY-", seed).toUpperCase();
const seedOf = (identity) => bech32.decodeToBytes(identity).bytes;
