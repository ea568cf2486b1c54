// A file read from end to end through one buffer.
//
// Browsers free what `slice().arrayBuffer()` gives when they think of it: a gigabyte read leaves hundreds of
// megabytes behind. The stream that fills our own buffer leaves nothing.

import { BLOCK } from "./age.js";

// Chromium collects a stream that nothing but its own unfinished read can reach, and the read never answers.
const reading = new Set();

/**
 * A function giving the next bytes of `blob`: as many as asked, BLOCK at most, fewer at its end. They are valid
 * until it is called again.
 */
export function blocksOf(blob) {
  let reader;
  try {
    reader = blob.stream().getReader({ mode: "byob" });
  } catch {
    return sliced(blob); // Safari before 26 fills no buffer of ours
  }
  let buffer = new ArrayBuffer(BLOCK);
  return async (length) => {
    let held = 0;
    reading.add(reader);
    try {
      while (held < length) {
        const { done, value } = await reader.read(new Uint8Array(buffer, held, length - held));
        buffer = value.buffer; // handed over and given back at each read
        held += value.length;
        if (done) break;
      }
    } finally {
      reading.delete(reader);
    }
    return new Uint8Array(buffer, 0, held);
  };
}

function sliced(blob) {
  let at = 0;
  return async (length) => {
    const block = new Uint8Array(await blob.slice(at, at + length).arrayBuffer());
    at += block.length;
    return block;
  };
}
