// What stops an act: the cause first, then what the person can do. The texts are those of the program, by code.

import texts from "./findings.json" with { type: "json" };
import { quoted } from "./words.js";

export class Refused extends Error {
  /** `facts`: what the templates of the code name, each a text or a number. */
  constructor(code, facts = {}) {
    const filled = (template) => template.replace(/\{(\w+)\}/gu, (_, name) => facts[name]);
    super(filled(texts[code].cause));
    this.code = code;
    this.mend = filled(texts[code].mend);
  }
}

/** That these documents cannot be read. */
export function unreadable(names) {
  const what = names.length === 1 ? "Un document ne se lit pas" : `${names.length} documents ne se lisent pas`;
  return new Refused("PAGE-18", { what, names: quoted(names) });
}

/** The refusal another has already worded: the platform, a thread of the page. */
export function told({ code, message, mend }) {
  return Object.assign(Object.create(Refused.prototype), { code, message, mend });
}

/** The refusal an error amounts to: what nobody foresaw is told as such, with the browser's own words. */
export function asRefused(error) {
  return error instanceof Refused ? error : new Refused("PAGE-09", { why: error?.message || String(error) });
}
