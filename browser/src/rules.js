// The little that the ceremony needs of a rules file: its reference, its lots, its deadlines (docs/rules-file.md). No reader
// of YAML comes to the page for that: a file that has passed `reglo check` writes each on its own line, in one form.

import { Refused } from "./refused.js";

/** The reference written at the head of a rules file; "" when it is not found. */
export function referenceOf(text) {
  const [, quote, found = ""] = /^reference:[ \t]*(["']?)([^\r\n]*?)\1[ \t]*(?:#[^\r\n]*)?$/mu.exec(text) ?? [];
  return quote === undefined ? "" : found.trim();
}

/** The identifiers of the lots a rules file lists; none when they are not found. */
export function lotsOf(text) {
  const [, listed = ""] = /^lots:[^\n]*\n((?:[ \t]+[^\n]*\n|[ \t]*(?:#[^\n]*)?\n|-[^\n]*\n)*)/mu.exec(text.replaceAll("\r", "")) ?? [];
  const found = [...listed.matchAll(/^([ \t]*)-[ \t]+(?:\{[ \t]*)?id:[ \t]*["']?([^"',}#\s]+)/gmu)];
  return found.filter(([, indent]) => indent === found[0][1]).map(([, , id]) => id);
}

/**
 * The deadlines a rules file announces: `{candidacy, bid}`, each `{at, zone}`, `at` an instant in milliseconds;
 * candidacies have their own in two-phase procedures, and bids may have none yet. Throws Refused (PAGE-26).
 */
export function deadlinesOf(text) {
  const submission = deadlineIn(text, "submission_deadline");
  const candidacy = deadlineIn(text, "candidacy_deadline") ?? submission;
  if (!candidacy) throw new Refused("PAGE-26", { why: "" });
  return { candidacy, bid: submission };
}

/** An instant in the form of the journal, "2026-02-18T11:00:00.000000Z". */
export const journalInstant = (at) => new Date(at).toISOString().replace("Z", "000Z");

function deadlineIn(text, name) {
  const written = new RegExp(`^(?![ \\t]*#)(?:[ \\t]+|.*[{,][ \\t]*)${name}:[ \\t]*["']?(\\d{4}-\\d\\d-\\d\\d)[ T](\\d\\d:\\d\\d(?::\\d\\d)?)[ \\t]+([A-Za-z_+\\-/]+)`, "gmu");
  const found = [...text.matchAll(written)];
  if (found.length === 0) return null;
  const [, day, hour, zone] = found[0];
  if (found.length > 1) throw new Refused("PAGE-26", { why: ` : « ${name} » y est plusieurs fois` });
  try {
    return { at: instantOf(`${day}T${hour}`, zone), zone };
  } catch {
    throw new Refused("PAGE-26", { why: ` : « ${day} ${hour} ${zone} » n'existe pas` });
  }
}

/** The instant at which clocks of `zone` show `clock`, "2026-02-18T12:00". Throws RangeError for an unknown zone. */
function instantOf(clock, zone) {
  const wanted = Date.parse(`${clock}Z`);
  if (!new Date(wanted).toISOString().startsWith(clock)) throw new RangeError(clock); // 30 February is not 2 March
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
  const shown = (at) => Date.parse(`${format.format(at).replace(" ", "T")}Z`);
  let at = wanted;
  for (let pass = 0; pass < 2; pass += 1) at -= shown(at) - wanted;
  if (shown(at) !== wanted) throw new RangeError(clock); // an hour that clocks skip
  return at;
}
