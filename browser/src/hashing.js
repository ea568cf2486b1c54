// A SHA-256 taken by another thread, a bounded number of blocks behind: memory stays flat.

const BEHIND = 8;

export class ThreadedHash {
  constructor() {
    this.start();
  }

  start() {
    this.broken = false;
    this.worker = new Worker("hash-worker.js");
    this.waiting = []; // one answer is due for each
    this.free = []; // buffers that came back, filled again: none is left to the garbage collector
    this.worker.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) this.free.push(data);
      this.waiting.shift().resolve(data);
    };
    this.worker.onerror = () => {
      this.broken = true;
      for (const { reject } of this.waiting.splice(0)) reject(new Error("empreinte interrompue"));
    };
  }

  /** Takes a copy of `bytes`; waits when the hash is too far behind. */
  async update(bytes) {
    let buffer = this.free.pop();
    if (!buffer || buffer.byteLength < bytes.length) buffer = new ArrayBuffer(bytes.length);
    const copy = new Uint8Array(buffer, 0, bytes.length);
    copy.set(bytes);
    this.ask(copy, [buffer]).catch(() => {}); // its failure is also that of the digest
    if (this.waiting.length > BEHIND) await this.waiting[this.waiting.length - BEHIND].promise;
  }

  /** The digest of what was taken since the last one, 64 hexadecimal digits. After a failure, the next one begins anew. */
  digest() {
    if (this.broken) {
      this.start();
      return Promise.reject(new Error("empreinte interrompue"));
    }
    return this.ask(null, []);
  }

  ask(message, transfer) {
    if (this.broken) return Promise.reject(new Error("empreinte interrompue"));
    const due = {};
    due.promise = new Promise((resolve, reject) => Object.assign(due, { resolve, reject }));
    this.waiting.push(due);
    this.worker.postMessage(message, transfer);
    return due.promise;
  }
}
