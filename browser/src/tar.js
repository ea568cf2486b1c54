// A plain ustar archive whose every byte is known before it is written.

export const BLOCK = 512;
const RECORD = 10_240;
const encoder = new TextEncoder();

/** `size` brought to whole blocks. */
export function inBlocks(size) {
  return Math.ceil(size / BLOCK) * BLOCK;
}

/** The length of an archive of entries of these sizes: each with its header, the end in whole records. */
export function archiveSize(sizes) {
  const entries = sizes.reduce((total, size) => total + BLOCK + inBlocks(size), 0);
  return Math.ceil((entries + 2 * BLOCK) / RECORD) * RECORD;
}

/** The only header a file may have: mode 0600, nobody's, of no date. GNU tar writes the same. */
export function entryHeader(name, size) {
  const block = new Uint8Array(BLOCK);
  const put = (text, at) => block.set(encoder.encode(text), at);
  const octal = (number, digits) => number.toString(8).padStart(digits, "0");
  put(name, 0);
  put(octal(0o600, 7), 100);
  put(octal(0, 7), 108);
  put(octal(0, 7), 116);
  put(octal(size, 11), 124);
  put(octal(0, 11), 136);
  put("        ", 148);
  put("0", 156);
  put("ustar\x0000", 257);
  put(octal(0, 7), 329);
  put(octal(0, 7), 337);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${octal(sum, 6)}\0 `, 148);
  return block;
}

/** Name, size and place of the content of each entry of `blob` (a File); Error when a header is not `entryHeader`'s. */
export async function entries(blob) {
  const found = [];
  const decoder = new TextDecoder("latin1");
  for (let at = 0; ; ) {
    const block = new Uint8Array(await blob.slice(at, at + BLOCK).arrayBuffer());
    if (block.length === BLOCK && block.every((byte) => byte === 0)) return found;
    const name = decoder.decode(block.subarray(0, 100)).replace(/\0.*$/s, "");
    const size = Number.parseInt(decoder.decode(block.subarray(124, 135)), 8);
    const expected = size >= 0 && entryHeader(name, size);
    if (!expected || block.length !== BLOCK || block.some((byte, place) => byte !== expected[place]) || at + BLOCK + size > blob.size) {
      throw new Error("entrée d'archive interdite");
    }
    found.push({ name, size, offset: at + BLOCK });
    at += BLOCK + inBlocks(size);
  }
}
