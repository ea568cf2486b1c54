// What a thread of the page answers: {progress} as it goes, then {done} or {refused}.

import { asRefused, Refused } from "./refused.js";

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

/** In the page: the answer of a thread of its own. Throws Refused. */
export function asked(script, message, progress) {
  const worker = new Worker(script);
  return new Promise((resolve, reject) => {
    worker.onerror = (event) => reject(asRefused(new Error(event.message)));
    worker.onmessage = ({ data: { progress: step, refused, done } }) => {
      if (step) progress(step.done, step.total);
      else if (refused) reject(new Refused(refused.code, refused.message, refused.mend));
      else resolve(done);
    };
    worker.postMessage(message);
  }).finally(() => worker.terminate());
}
