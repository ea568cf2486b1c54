// What stops an act: the cause first, then what the person can do. The same text everywhere.

export class Refused extends Error {
  constructor(code, cause, mend) {
    super(cause);
    this.code = code;
    this.mend = mend;
  }
}

/** The refusal an error amounts to: what nobody foresaw is told as such, with the browser's own words. */
export function asRefused(error) {
  if (error instanceof Refused) return error;
  return new Refused("PAGE-09", `Arrêt imprévu (${error?.message || error}).`,
    "Rechargez la page et recommencez ; vos fichiers n'ont pas été modifiés, un pli scellé est gardé.");
}
