// Canonical JSON (RFC 8785) of what our records hold: texts, whole numbers, lists and objects.

/** The one text of `value`. TypeError on what has no canonical form here (a fraction, a lone surrogate). */
export function canonical(value) {
  if (value === null || typeof value === "boolean") return JSON.stringify(value);
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw new TypeError("texte Unicode mal formé");
    return JSON.stringify(value);
  }
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new TypeError("seuls les entiers ont une forme canonique ici");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  // The default order of texts is that of their UTF-16 units, as the RFC asks.
  const members = Object.keys(value).sort().map((key) => `${canonical(key)}:${canonical(value[key])}`);
  return `{${members.join(",")}}`;
}

/** The UTF-8 bytes of the canonical text. */
export function canonicalBytes(value) {
  return new TextEncoder().encode(canonical(value));
}
