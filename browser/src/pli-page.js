// The page « Déposer un pli déjà scellé » : a pli of `reglo seal`, or saved by this browser or another.

import { describe, followed } from "./consultation.js";
import { checkedDepositor } from "./depositor.js";
import { alarm, calm, $, keepSearch, make, show, working } from "./dom.js";
import { Earlier } from "./earlier.js";
import { KeptPlis } from "./kept.js";
import { readOpeningKeys } from "./opening-keys.js";
import { consultationName } from "./platform.js";
import { readSealed } from "./sealed-files.js";
import { askToKeep } from "./store.js";
import { count, sizeInWords } from "./words.js";
import { Thread } from "./worker.js";

const page = { announced: null, chosen: null, busy: false };
const taker = new Thread("take-worker.js");
const kept = new KeptPlis($("plis"), () => refresh(), (state) => earlier.choose(state));
const earlier = new Earlier($("earlier"), kept);

async function begin() {
  keepSearch();
  refresh();
  await kept.restore().catch(alarm); // what the consultation says, its hour, is of use all the same
  page.announced = await followed();
  if (page.announced) describe($("consultation"), readOpeningKeys(page.announced.keysText), "données par la plateforme", page.announced);
  else $("consultation").textContent = "Cette page s'ouvre depuis la consultation : demandez son adresse à l'acheteur.";
  refresh();
  await kept.refresh();
}

$("files").addEventListener("change", async (event) => {
  const files = [...event.target.files];
  event.target.value = "";
  if (files.length === 0) return;
  calm();
  page.chosen = null;
  show($("chosen-card"), false);
  page.busy = true;
  refresh();
  try {
    page.chosen = await readSealed(files, page.announced);
    const { file, state } = page.chosen;
    const facts = [
      ["Pli", `${file.name}, ${sizeInWords(file.size)}`],
      ["Clé", state.key ? "c'est bien la sienne : ce dépôt pourra être retiré" : "absente : ce dépôt ne pourra pas être retiré d'ici. Choisissez aussi le fichier « .cle »."],
      ["Liste des documents", state.documents.length ? count(state.documents.length, "document", "documents") : "absente : le reçu ne portera pas leurs noms. Choisissez aussi « .documents.json »."],
    ];
    if (state.upload) facts.push(["Envoi", "déjà commencé : il reprendra où il s'est arrêté"]);
    $("chosen").replaceChildren(...facts.flatMap(([name, value]) => [make("dt", { text: name }), make("dd", { text: value })]));
    show($("chosen-card"));
  } catch (error) {
    alarm(error);
  }
  page.busy = false;
  refresh();
});

function refresh() {
  show($("kept"), kept.size > 0);
  earlier.draw(page.announced);
  if (page.chosen) show($("files-wrong"), false);
  const done = kept.received().length > 0 && !page.chosen;
  show($("done"), done);
  $("deposit").classList.toggle("primary", !done);
  $("deposit").disabled = page.busy || !page.announced;
}

$("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  calm();
  const who = checkedDepositor();
  if (!who) return;
  show($("files-wrong"), !page.chosen);
  if (!page.chosen) {
    $("files-wrong").textContent = "Choisissez le pli à déposer.";
    $("files-wrong").focus();
    return;
  }
  const { file, blobs, state } = page.chosen;
  if (kept.has(state.pli)) {
    kept.focus(state.pli); // its card says where it stands and goes on from there
    return;
  }
  page.busy = true;
  refresh();
  try {
    askToKeep();
    const taken = await working($("sealing"), "Copie du pli", (progress, signal) => taker.ask(
      { file, blobs, state: { ...state, depositor: who.depositor, replaces: earlier.chosen } }, progress, signal));
    page.chosen = null;
    show($("chosen-card"), false);
    await kept.add(taken, { sending: true, platform: consultationName });
  } catch (error) {
    alarm(error);
  } finally {
    page.busy = false;
    refresh();
  }
});

begin().catch(alarm);
