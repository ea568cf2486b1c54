// The list of documents to seal: each with its place, proposed from its path and corrected by the person.

import { sealedSize } from "./age.js";
import { $, make, show } from "./dom.js";
import { safeName } from "./names.js";
import { compartmentOf, lotsOf } from "./opening-keys.js";
import { proposed } from "./placement.js";
import { count, sizeInWords } from "./words.js";

const LEFTOVERS = new Set(["thumbs.db", ".ds_store", "desktop.ini"]);
const SHOWN = 200; // rows drawn at once: a browser draws thousands slowly
const ORDER = new Intl.Collator("fr", { numeric: true });
const FOLDERS = { candidacy: "Candidature", bid: "Offre" };

export class Documents {
  constructor(changed) {
    this.changed = changed;
    this.list = [];
    this.lots = [];
    this.keys = null;
    this.shown = SHOWN;
    $("more").addEventListener("click", () => {
      const first = this.shown;
      this.shown += SHOWN;
      this.draw();
      $("rows").children[first]?.querySelector("select").focus();
    });
  }

  get size() {
    return this.list.length;
  }

  get bytes() {
    return this.list.reduce((total, each) => total + each.size, 0);
  }

  /** The keys tell the lots; proposals are made again, what the person has set is kept. */
  know(keys) {
    this.keys = keys;
    this.lots = lotsOf(keys);
    for (const each of this.list) Object.assign(each, { ...proposed(each.path, this.lots), ...each.set });
    this.draw();
  }

  /** Adds `{file, path}`; the folder that holds everything is left out of the paths. */
  add(found) {
    const useful = found.filter(({ path }) => !LEFTOVERS.has(path.split("/").at(-1).toLowerCase()) && !path.includes("__MACOSX/"));
    const tops = new Set(useful.map(({ path }) => path.split("/")[0]));
    const within = tops.size === 1 && useful.every(({ path }) => path.includes("/"));
    const top = within && !/candidature|offre|\blots?\b/i.test([...tops][0]) ? [...tops][0].length + 1 : 0;
    const byName = new Map(this.list.map((each) => [each.name, each]));
    for (const { file, path: whole } of useful) {
      const path = whole.slice(top);
      const name = freeName(safeName(path), path, byName);
      // the size is taken now: a file gone since would say 0, and be sealed empty
      byName.set(name, { file, size: file.size, path, name, again: byName.has(name), set: {}, ...proposed(path, this.lots) });
    }
    this.list = [...byName.values()].sort((a, b) => Number(a.sure) - Number(b.sure) || ORDER.compare(a.name, b.name));
    this.draw();
  }

  clear() {
    this.list = [];
    this.shown = SHOWN;
    this.draw();
  }

  /** In words: how many, where they go, what to look at. */
  summary() {
    const within = (folder) => this.list.filter((each) => each.folder === folder).length;
    const unsure = this.list.filter((each) => !each.sure).length;
    return `${count(this.size, "document", "documents")} : ${within("candidacy")} en candidature, ${within("bid")} en offre.` +
      (unsure ? ` ${count(unsure, "document n'est", "documents ne sont")} ni dans « candidature » ni dans « offre » : vérifiez leur dossier.` : "");
  }

  /** Why the list cannot be sealed, "" when it can. */
  fault(limits) {
    if (this.size === 0) return "Ajoutez au moins un document.";
    const orphan = this.list.find((each) => !this.keys.recipients.has(this.compartment(each)));
    if (orphan) {
      return `Aucune clé n'est publiée pour l'endroit où va « ${orphan.name} » : choisissez un autre dossier ou un autre lot.`;
    }
    if (!limits) return "";
    const big = this.list.find((each) => sealedSize(each.size) > limits.max_document_size);
    if (big) return `« ${big.name} » fait ${sizeInWords(big.size)}, la plateforme accepte ${sizeInWords(limits.max_document_size)} par document.`;
    const blobs = this.size + new Set(this.list.map((each) => this.compartment(each))).size + 1; // manifests, padding
    if (blobs > limits.max_documents) return `Le pli compterait ${blobs} fichiers scellés, la plateforme en accepte ${limits.max_documents}.`;
    return "";
  }

  compartment(each) {
    return compartmentOf(this.keys, each.folder, each.lot);
  }

  /** What the worker seals. */
  toSeal() {
    return this.list.map((each) => ({
      file: each.file,
      size: each.size,
      name: each.name,
      compartment: this.compartment(each),
      piece: each.piece,
      lot: this.lots.length === 1 ? this.lots[0] : each.lot,
      member: each.member,
      type: each.file.type,
    }));
  }

  // --- On the page ----------------------------------------------------------------------------

  draw() {
    $("rows").replaceChildren(...this.list.slice(0, this.shown).map((each) => this.row(each)));
    const left = this.size - this.shown;
    show($("more"), left > 0);
    $("more").textContent = `Montrer la suite (encore ${count(left, "document", "documents")})`;
    this.changed();
  }

  row(each) {
    const note = make("div", { class: "hint check" });
    const tell = () => {
      const said = [];
      if (!each.sure) said.push("À vérifier : ni dans « candidature » ni dans « offre ».");
      if (each.size === 0) said.push("Document vide : est-ce bien le bon fichier ?");
      if (each.again) said.push("A pris la place d'un document de même nom, choisi avant.");
      if (each.name !== each.path) said.push("Nom adapté à tous les systèmes.");
      note.textContent = said.join(" ");
      show(note, said.length > 0);
    };
    const set = (values) => {
      Object.assign(each, values);
      Object.assign(each.set, values);
      tell();
      this.changed();
    };
    tell();
    const folder = select(`Dossier de ${each.name}`, FOLDERS, each.folder, (value) => set({ folder: value, sure: true }));
    const lots = { "": "Tous les lots", ...Object.fromEntries(this.lots.map((lot) => [lot, `Lot ${lot}`])) };
    const lot = this.lots.length > 1
      ? select(`Lot de ${each.name}`, lots, each.lot, (value) => set({ lot: value }))
      : make("span", { text: this.lots.length ? "Lot unique" : "–" });
    const piece = make("input", { "aria-label": `Pièce de ${each.name}`, value: each.piece, maxLength: 20, autocomplete: "off" });
    piece.addEventListener("change", () => set({ piece: piece.value.trim().normalize("NFC") }));
    const remove = make("button", { type: "button", text: "Retirer", "aria-label": `Retirer ${each.name}` });
    remove.addEventListener("click", () => {
      const place = this.list.indexOf(each);
      this.list.splice(place, 1);
      this.draw();
      ($("rows").children[Math.min(place, this.size - 1)]?.querySelector("button") ?? $("folder")).focus();
    });
    return make("tr", {},
      make("th", { scope: "row" }, each.name, note),
      make("td", { class: "number", "data-label": "Taille", text: sizeInWords(each.size) }),
      make("td", { "data-label": "Dossier" }, folder),
      make("td", { "data-label": "Lot" }, lot),
      make("td", { "data-label": "Pièce" }, piece),
      make("td", {}, remove));
  }
}

/** The name of a document: another file that would take the same one keeps its own, the same file chosen again takes its place. */
function freeName(name, path, byName) {
  for (let number = 2, free = name; ; number += 1) {
    if ((byName.get(free)?.path ?? path) === path) return free;
    const dot = name.lastIndexOf(".") > name.lastIndexOf("/") + 1 ? name.lastIndexOf(".") : name.length;
    free = `${name.slice(0, dot)} (${number})${name.slice(dot)}`;
  }
}

function select(label, choices, chosen, act) {
  const options = Object.entries(choices)
    .sort(([a], [b]) => (a === "" ? -1 : b === "" ? 1 : 0))
    .map(([value, text]) => make("option", { value, text, selected: value === chosen }));
  const element = make("select", { "aria-label": label }, ...options);
  element.addEventListener("change", () => act(element.value));
  return element;
}
