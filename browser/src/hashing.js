// A SHA-256 taken by another thread, a bounded number of blocks behind: memory stays flat.

const BEHIND = 8;

export class ThreadedHash {
  constructor() {
    this.worker = new Worker("hash-worker.js");
    this.waiting = []; // one answer is due for each
    this.worker.onmessage = ({ data }) => this.waiting.shift().resolve(data);
    this.worker.onerror = () => this.waiting.forEach(({ reject }) => reject(new Error("empreinte interrompue")));
  }

  /** Takes a copy of `bytes`; waits when the hash is too far behind. */
  async update(bytes) {
    const copy = bytes.slice();
    this.ask(copy, [copy.buffer]).catch(() => {}); // its failure is also that of the digest
    if (this.waiting.length > BEHIND) await this.waiting[this.waiting.length - BEHIND].promise;
  }

  /** The digest of what was taken since the last one, 64 hexadecimal digits. */
  digest() {
    return this.ask(null, []);
  }

  ask(message, transfer) {
    const due = {};
    due.promise = new Promise((resolve, reject) => Object.assign(due, { resolve, reject }));
    this.waiting.push(due);
    this.worker.postMessage(message, transfer);
    return due.promise;
  }

  end() {
    this.worker.terminate();
  }
}
