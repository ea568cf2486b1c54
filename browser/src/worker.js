// What a thread of the page answers: {progress} as it goes, then {done} or {refused}.

import { asRefused, Refused, told } from "./refused.js";

const EVERY = 100; // milliseconds between two reports

/** In the thread: `act(message)` answers the one message it is sent. */
export function answering(act) {
  self.onmessage = async ({ data }) => {
    try {
      self.postMessage({ done: await act(data) });
    } catch (error) {
      const { code, message, mend } = asRefused(error);
      self.postMessage({ refused: { code, message, mend } });
    }
  };
}

/** In the thread: tells how much is done, not too often. */
export function reporter() {
  let last = 0;
  return (done, total) => {
    const now = performance.now();
    if (now - last < EVERY && done < total) return;
    last = now;
    self.postMessage({ progress: { done, total } });
  };
}

/**
 * In the page: a thread that answers one message at a time. It is loaded with the page, so that the page seals
 * even if the network is cut since.
 */
export class Thread {
  constructor(script) {
    this.script = script;
    this.start();
  }

  start() {
    this.worker = new Worker(this.script);
    this.worker.onerror = (event) => (this.broken = event.message ?? "un fil de la page n'a pas pu être chargé");
  }

  /** Its answer. Throws Refused (PAGE-29 when `signal` stops it). */
  ask(message, progress, signal) {
    if (this.broken !== undefined) {
      delete this.broken;
      this.start();
    }
    const { worker } = this;
    return new Promise((resolve, reject) => {
      worker.onerror = (event) => {
        this.broken = event.message ?? "un fil de la page n'a pas pu être chargé";
        reject(asRefused(new Error(this.broken)));
      };
      worker.onmessage = ({ data: { progress: step, refused, done } }) => {
        if (step) progress(step.done, step.total);
        else if (refused) reject(told(refused));
        else resolve(done);
      };
      signal.addEventListener("abort", () => {
        worker.terminate();
        this.start();
        reject(new Refused("PAGE-29"));
      }, { once: true });
      worker.postMessage(message);
    });
  }
}
