// Takes a pli sealed elsewhere into the browser's private storage, hashed on the way: the page can then send it
// again after a reload, as one it has sealed itself.

import { blocksOf } from "./blocks.js";
import { BLOCK } from "./age.js";
import { ThreadedHash } from "./hashing.js";
import { changed } from "./pli.js";
import { answering, reporter } from "./worker.js";
import { intoStorage } from "./store.js";

const hash = new ThreadedHash();

answering(({ file, state }) => intoStorage(state.pli, state.size, async (write) => {
  const progress = reporter();
  try {
    const next = blocksOf(file);
    for (let at = 0; at < state.size; at += BLOCK) {
      progress(at, state.size);
      const length = Math.min(BLOCK, state.size - at);
      const block = await next(length).catch(() => null);
      if (block?.length !== length) throw changed(file.name);
      write(block);
      await hash.update(block);
    }
    progress(state.size, state.size);
    return { ...state, sha256: await hash.digest() };
  } finally {
    await hash.digest(); // what a failure left in it goes
  }
}));
