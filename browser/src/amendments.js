// The acts that put a deadline back, or set the one bids did not have yet, after the keys were born (docs/seal.md §9).
// A holder's answer is held against the later hour; the same rules as reglo.sealing.amendments.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { canonical } from "./canonical.js";
import { Refused } from "./refused.js";

const HOW = "Demandez au président tous les rectificatifs de cette consultation, tels quels.";
const refused = (why) => new Refused("GARDE-50", { why, how: HOW });

/** The act a file holds, with its `digest`. Throws Refused (GARDE-50). */
export function readAct(bytes, file) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const act = JSON.parse(text);
    const limits = Object.values(act.deadlines);
    const sound = act.format === "reglo-amendment/1" && canonical(act) === text && Number.isSafeInteger(act.number)
      && [act.at, ...limits].every((at) => Number.isFinite(Date.parse(at)));
    if (sound) return { ...act, digest: bytesToHex(sha256(bytes)) };
  } catch {
    // said below, as what does not hold together
  }
  throw refused(`« ${file} » n'est pas un acte de rectificatif`);
}

/**
 * Until when each compartment of an opened package is shut, by name: `{at, act}`, `act` null when the hour is that of the
 * ceremony. Throws Refused (GARDE-50) when the acts are of something else, do not follow, or bring a deadline forward.
 */
export function deadlinesInForce(opened, given) {
  const acts = [...given].sort((a, b) => a.number - b.number);
  const born = Object.entries(opened.shares).filter(([, { deadline }]) => deadline);
  const found = Object.fromEntries(born.map(([name, { deadline }]) => [name, { at: Date.parse(deadline), act: null }]));
  const said = {};
  for (const [place, act] of acts.entries()) {
    const called = `le rectificatif n° ${act.number}`;
    const before = acts[place - 1];
    if (act.consultation !== opened.consultation) throw refused(`${called} est de la consultation « ${act.consultation} »`);
    if (act.recipients_sha256 !== acts[0].recipients_sha256) throw refused(`${called} est d'autres clés que celles-ci`);
    if (act.number !== place + 1 || (before && act.before !== before.rules_sha256)) throw refused(`${called} ne suit pas ce qui précède`);
    for (const [name, limit] of Object.entries(act.deadlines)) {
      const at = Date.parse(limit);
      if (at < said[name]) throw refused(`${called} avance une heure limite`);
      if (!found[name] && at <= Date.parse(act.at)) throw refused(`${called} fixe une heure déjà passée ce jour-là`);
      said[name] = at;
      if (!found[name] || at > found[name].at) found[name] = { at, act };
    }
  }
  return found;
}
