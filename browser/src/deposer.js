// The page « Sceller et déposer » : the form, then the plis that this browser keeps.

import { describe, followed } from "./consultation.js";
import { checkedDepositor } from "./depositor.js";
import { alarm, calm, $, keepOpen, keepSearch, show, working } from "./dom.js";
import { Documents } from "./documents.js";
import { Earlier } from "./earlier.js";
import { gathered } from "./gathering.js";
import { KeptPlis } from "./kept.js";
import { readOpeningKeys } from "./opening-keys.js";
import { consultationName } from "./platform.js";
import { Refused, unreadable } from "./refused.js";
import { askToKeep } from "./store.js";
import { sizeInWords } from "./words.js";
import { Thread } from "./worker.js";

const page = { keys: null, keysText: "", announced: null, sealing: false };
const sealer = new Thread("seal-worker.js");
const documents = new Documents(() => refresh());
const kept = new KeptPlis($("plis"), () => refresh(), (state) => earlier.choose(state));
const earlier = new Earlier($("earlier"), kept);

// --- The consultation -------------------------------------------------------------------------

function takeKeys(text, from) {
  page.keys = readOpeningKeys(text);
  page.keysText = text;
  documents.know(page.keys);
  describe($("consultation"), page.keys, from, page.announced);
  refresh();
}

async function begin() {
  keepSearch();
  refresh();
  await kept.restore().catch(alarm); // what the consultation says, its hour, is of use all the same
  try {
    page.announced = await followed();
  } catch (error) {
    $("consultation").textContent = "La plateforme ne donne pas les clés de cette consultation : choisissez leur fichier.";
    throw error;
  }
  if (!page.announced) {
    if (!page.keys) $("consultation").textContent = "Choisissez le fichier de clés de la consultation. Sans plateforme, cette page scelle sans déposer.";
    return;
  }
  takeKeys(page.announced.keysText, "données par la plateforme");
  $("keys-label").textContent = "Comparer avec mon fichier de clés";
  $("keys-hint").textContent = "Facultatif : vérifie que la plateforme donne bien les clés de « opening-keys.json », publié avec le dossier de la consultation.";
  await kept.refresh();
}

$("keys").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  calm();
  try {
    const text = await file.text();
    const keys = readOpeningKeys(text);
    if (page.announced && keys.digest !== page.announced.opening_keys_sha256) {
      const other = keys.consultation !== page.announced.reference;
      throw new Refused("PAGE-08", { why: other
        ? `elles sont de « ${keys.consultation} », la page est ouverte pour « ${page.announced.reference} »`
        : `la plateforme en publie d'autres pour « ${keys.consultation} »` });
    }
    takeKeys(text, page.announced ? `données par la plateforme, les mêmes que « ${file.name} »` : `du fichier « ${file.name} »`);
  } catch (error) {
    event.target.value = "";
    alarm(error);
  }
});

// --- The documents ----------------------------------------------------------------------------

for (const id of ["folder", "files"]) {
  $(id).addEventListener("change", (event) => {
    documents.add(Array.from(event.target.files, (file) => ({ file, path: file.webkitRelativePath || file.name })));
    event.target.value = "";
  });
}
// beside the frame too: a browser opens what is dropped there in the place of the page
addEventListener("dragover", (event) => {
  event.preventDefault();
  $("drop").classList.add("over");
});
addEventListener("dragleave", () => $("drop").classList.remove("over"));
addEventListener("drop", async (event) => {
  event.preventDefault();
  $("drop").classList.remove("over");
  if ($("drop").closest("[inert]")) return;
  calm();
  const { found, unread } = await gathered(event.dataTransfer);
  documents.add(found);
  if (unread.length === 0) return;
  alarm(unreadable(unread));
});

/** What can be done now, and what it will weigh. */
function refresh() {
  show($("kept"), kept.size > 0);
  earlier.draw(page.announced);
  const done = kept.received().length > 0 && documents.size === 0;
  show($("done"), done);
  show($("seal-and-send"), page.announced !== null);
  $("seal-and-send").classList.toggle("primary", !done);
  $("seal-only").classList.toggle("primary", page.announced === null);
  $("seal-and-send").disabled = page.sealing;
  $("seal-only").disabled = page.sealing;
  show($("list"), documents.size > 0);
  (documents.size ? addEventListener : removeEventListener)("beforeunload", keepOpen); // no browser keeps a list of files
  if (documents.size === 0) {
    $("sizes").textContent = "";
    return;
  }
  show($("files-wrong"), false);
  $("summary").textContent = documents.summary();
  const limits = page.announced?.limits;
  $("sizes").textContent = `Total : ${sizeInWords(documents.bytes)} ; le pli scellé pèsera au plus 12 % de plus` +
    (limits ? `. Limite de la plateforme : ${sizeInWords(limits.max_size)}.` : ".");
}

// --- Sealing ----------------------------------------------------------------------------------

$("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  calm();
  const sending = event.submitter?.value !== "keep" && page.announced !== null;
  const who = checkedDepositor();
  if (!who || !checkedDocuments()) return;
  page.sealing = true;
  refresh();
  try {
    askToKeep();
    const state = await working($("sealing"), "Scellement", (progress, signal) => sealer.ask({
      keysText: page.keysText,
      maxSize: sending ? page.announced.limits.max_size : Infinity,
      documents: documents.toSeal(),
      bidder: { name: who.depositor.name, siren: who.siren },
      depositor: who.depositor,
      replaces: earlier.chosen,
    }, progress, signal));
    documents.clear();
    await kept.add(state, { sending, platform: page.announced ? consultationName : "" });
  } catch (error) {
    alarm(error);
  } finally {
    page.sealing = false;
    refresh();
  }
});

function checkedDocuments() {
  const limits = page.announced?.limits;
  const fault = !page.keys ? "Choisissez d'abord le fichier de clés de la consultation." : documents.fault(limits);
  if (!fault) return true;
  $("files-wrong").textContent = fault;
  show($("files-wrong"));
  $("files-wrong").focus();
  return false;
}

begin().catch(alarm);
