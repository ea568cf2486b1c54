// Takes a pli sealed elsewhere into the browser's private storage, hashed on the way: the page can then send it
// again after a reload, as one it has sealed itself.

import { blocksOf } from "./blocks.js";
import { BLOCK } from "./age.js";
import { ThreadedHash } from "./hashing.js";
import { answering, reporter } from "./worker.js";
import { intoStorage } from "./store.js";

answering(({ file, state }) => intoStorage(state.pli, file.size, async (write) => {
  const hash = new ThreadedHash();
  const progress = reporter();
  try {
    const next = blocksOf(file);
    for (let at = 0; at < file.size; at += BLOCK) {
      progress(at, file.size);
      const length = Math.min(BLOCK, file.size - at);
      const block = await next(length);
      if (block.length !== length) throw new Error("le fichier a changé pendant sa lecture");
      write(block);
      await hash.update(block);
    }
    progress(file.size, file.size);
    return { ...state, sha256: await hash.digest() };
  } finally {
    hash.end();
  }
}));
