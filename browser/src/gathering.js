// Every file of what is dropped on the page, folders walked.

/** `{found: [{file, path}], unread: [path]}` of a drop; what the system does not let us read is named. */
export async function gathered(transfer) {
  // the list of a drop is emptied as soon as the event is over: entries first
  const dropped = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const gathering = { found: [], unread: [] };
  for (const entry of dropped) await walk(entry, gathering);
  return gathering;
}

async function walk(entry, gathering) {
  const path = entry.fullPath.replace(/^\//, "");
  try {
    if (entry.isFile) {
      gathering.found.push({ file: await new Promise((resolve, reject) => entry.file(resolve, reject)), path });
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (some.length === 0) return;
      for (const each of some) await walk(each, gathering);
    }
  } catch {
    gathering.unread.push(path);
  }
}
