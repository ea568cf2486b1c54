// Where a file goes, proposed from its path: the convention of docs/bid-folder.md, without the list of pieces.
//
// The person sees and corrects every proposal; nothing here decides alone.

const ROLE = /^(?:mandataire|membre|co[-_ ]?traitant|sous[-_ ]?traitant)s?(?![a-zà-ÿ])[\s_\-–:.n°º0-9]*(.*)$/i;
const ROLE_FOLDERS = new Set(["membres", "membre", "cotraitants", "co traitants", "sous traitants", "sous traitant"]);
const LOTS = /\blots? ?(?:n(?:os?|umeros?)? ?)?(\d+(?:(?: et| a)? \d+)*)/g;
const CODE = /^(?:lots?[\s_.n°\-]*\d+[\s_.\-–]+)?(?:pieces?[\s_.n°:\-]*|p[\s_.n°:\-]+)?([a-z])[\s._\-–]*0*(\d{1,3}(?:[-.]\d{1,2}(?!\d))*)(?![a-z0-9])/;
const NUMBER = /^(?:lots?[\s_.n°\-]*\d+[\s_.\-–]+)?(?:pieces?|p|n)[\s_.n°:\-]*0*(\d{1,3})(?![a-z0-9])/;
const RESPONSE_FILES = new Set(["reponse.yaml", "reponse.yml", "reponse.toml"]);

/**
 * The proposal for one path: `{folder, lot, piece, member, sure}`. `folder`: "candidacy" or "bid".
 *
 * `lots`: those of the consultation. `sure` is false when nothing in the path says the folder: the file is
 * then placed with the bid, opened last, as `reglo seal` does.
 */
export function proposed(path, lots) {
  const steps = path.split("/");
  const name = steps.pop();
  const stem = name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : name;
  const technical = steps.length === 0 && RESPONSE_FILES.has(name.toLowerCase());
  const folder = technical ? "candidacy" : folderIn(steps.map(folded));
  const named = [...new Set([...steps, stem].flatMap((step) => lotsIn(folded(step), lots)))];
  return {
    folder: folder ?? "bid",
    sure: folder !== null,
    lot: named.length === 1 ? named[0] : "",
    piece: [stem, ...[...steps].reverse()].map(codeIn).find(Boolean) ?? "",
    member: steps.map((step, place) => memberIn(step, place ? folded(steps[place - 1]) : "")).find(Boolean) ?? "",
  };
}

/** Text for comparison: no case, no accents, every sign a single space. */
function folded(text) {
  return plain(text).replace(/[^0-9a-z]+/g, " ").trim();
}

/** Lower case without accents, signs kept. */
function plain(text) {
  return text.replaceAll("º", "°").normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

/** The innermost folder that names one part of the bid, not both. */
function folderIn(texts) {
  for (const text of [...texts].reverse()) {
    const candidacy = /\bcandidatures?\b/.test(text);
    const bid = /\boffres?\b/.test(text);
    if (candidacy !== bid) return candidacy ? "candidacy" : "bid";
  }
  return null;
}

/** The known lots a folded step names; only the first number after a singular "lot". */
function lotsIn(text, lots) {
  const known = new Map(lots.map((lot) => [/^\d+$/.test(lot) ? String(Number(lot)) : folded(lot), lot]));
  const found = [];
  for (const [whole, numbers] of text.matchAll(LOTS)) {
    const tokens = numbers.split(" ").filter((token) => token !== "et");
    for (const number of whole.startsWith("lots") ? range(tokens) : tokens.slice(0, 1)) found.push(String(Number(number)));
  }
  return found.filter((number) => known.has(number)).map((number) => known.get(number));
}

/** "1 a 3" means 1, 2, 3. */
function range(tokens) {
  const numbers = [];
  for (let place = 0; place < tokens.length; place += 1) {
    if (tokens[place] !== "a") numbers.push(Number(tokens[place]));
    else for (let next = numbers.at(-1) + 1; next < Math.min(Number(tokens[place + 1]), numbers.at(-1) + 100); next += 1) numbers.push(next);
  }
  return numbers;
}

function codeIn(step) {
  const text = plain(step);
  if (text.startsWith("lots")) return "";
  const [, letter, digits] = CODE.exec(text) ?? [];
  if (letter && letter !== "p") return letter.toUpperCase() + digits;
  return NUMBER.exec(text)?.[1] ?? "";
}

function memberIn(step, above) {
  const role = ROLE.exec(step);
  if (role?.[1].trim() && !ROLE_FOLDERS.has(folded(step))) return role[1].trim();
  return ROLE_FOLDERS.has(above) && !role ? step.trim() : "";
}
