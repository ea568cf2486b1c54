// Takes a pli sealed elsewhere into the browser's private storage, hashed on the way: the page can then send it
// again after a reload, as one it has sealed itself.

import { blocksOf } from "./blocks.js";
import { BLOCK } from "./age.js";
import { ThreadedHash } from "./hashing.js";
import { changed, envelopeHash } from "./pli.js";
import { answering, reporter } from "./worker.js";
import { intoStorage } from "./store.js";

const hash = new ThreadedHash();

answering(({ file, blobs, state }) => intoStorage(state.pli, state.size, async (write) => {
  const progress = reporter();
  const next = blocksOf(file);
  let at = 0;
  /** Takes the bytes up to `end`, giving each block to `see` too. */
  const upTo = async (end, see) => {
    while (at < end) {
      progress(at, state.size);
      const length = Math.min(BLOCK, end - at);
      const block = await next(length).catch(() => null);
      if (block?.length !== length) throw changed(file.name);
      write(block);
      await see?.(block);
      at += length;
    }
  };
  try {
    for (const blob of blobs) {
      await upTo(blob.offset);
      await upTo(blob.offset + blob.size, (block) => hash.update(block));
      blob.sha256 = await hash.digest();
    }
    await upTo(state.size);
    progress(state.size, state.size);
    return { ...state, envelope: envelopeHash(state.headerSha256, blobs) };
  } finally {
    await hash.digest(); // what a failure left in it goes
  }
}));
