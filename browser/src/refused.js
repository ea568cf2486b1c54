// What stops an act: the cause first, then what the person can do. The same text everywhere.

export class Refused extends Error {
  constructor(code, cause, mend) {
    super(cause);
    this.code = code;
    this.mend = mend;
  }
}
