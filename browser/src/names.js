// Names that every system can write: the same rule as reglo.sealing.pli.safe_name.

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}]/gu;
const FORBIDDEN = /[\\:*?"<>|]/g;
const encoder = new TextEncoder();

/** A relative path in NFC, without control characters, without a way up; never empty. */
export function safeName(path) {
  const parts = path
    .split("/")
    .map((part) => shortened(trimmed(part.replace(INVISIBLE, "").replace(FORBIDDEN, "_").normalize("NFC"))))
    .filter((part) => part !== "");
  return parts.slice(-8).join("/") || "document";
}

function trimmed(text) {
  return text.replace(/^[ .]+/, "").replace(/[ .]+$/, "");
}

/** At most `limit` bytes, the suffix kept. */
function shortened(name, limit = 200) {
  const dot = name.lastIndexOf(".");
  const suffix = dot >= 0 && encoder.encode(name.slice(dot + 1)).length <= 20 ? name.slice(dot) : "";
  const stem = name.slice(0, name.length - suffix.length);
  const room = limit - encoder.encode(suffix).length;
  if (encoder.encode(stem).length <= room) return name;
  let kept = "";
  let length = 0;
  for (const letter of stem) {
    length += encoder.encode(letter).length;
    if (length > room) break;
    kept += letter;
  }
  return suffix ? kept + suffix : trimmed(kept);
}
