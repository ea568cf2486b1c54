// The one use slip39 makes of Node's Buffer: bytes from a list of numbers.

globalThis.Buffer ??= { from: (list) => Uint8Array.from(list) };
