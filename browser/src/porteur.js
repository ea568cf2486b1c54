// The page « Répéter ou donner sa part » : a holder opens its package here; only a sealed answer leaves, as a file.

import { askedBy, fromWords, identityIn, openPackage, real, sealRehearsal, sealShares, unlock } from "./custody.js";
import { alarm, calm, $, keepSearch, make, save, show } from "./dom.js";
import { Refused } from "./refused.js";
import { count } from "./words.js";

const MOST = 16 * 1024 * 1024;
const chosen = (name) => document.querySelector(`input[name="${name}"]:checked`).value;

for (const name of ["means", "act"]) {
  const draw = () => {
    for (const each of document.querySelectorAll(`[data-${name}]`)) show(each, each.dataset[name] === chosen(name));
  };
  for (const radio of document.querySelectorAll(`input[name="${name}"]`)) radio.addEventListener("change", draw);
  draw(); // what a reload has kept chosen
}
for (const id of ["package", "locked"]) {
  const draw = () => ($(`${id}-name`).textContent = $(id).files[0]?.name ?? "");
  $(id).addEventListener("change", draw);
  draw();
}
keepSearch();

$("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  calm();
  $("result").replaceChildren();
  $("go").disabled = true;
  $("said").textContent = "Votre paquet s'ouvre…";
  try {
    await new Promise((resolve) => setTimeout(resolve, 50)); // let it be said: a passphrase takes a few seconds
    const data = await bytesOf("package", "votre paquet (« ….paquet.age »)");
    const typed = $("recipient").value.replace(/\s/gu, "");
    const asked = typed ? checkedKey(askedBy(typed)) : null;
    const opened = await openPackage(data, await identity());
    present(opened, asked && await answer(opened, asked));
    for (const id of ["words", "passphrase", "key"]) $(id).value = ""; // nothing secret stays on the screen
  } catch (error) {
    alarm(error);
  } finally {
    $("go").disabled = false;
    $("said").textContent = "";
  }
});

/** What opens the package: read from the form. Throws Refused. */
async function identity() {
  const means = chosen("means");
  if (means === "words") return fromWords($("words").value);
  if (means === "key") return identityIn($("key").value);
  const locked = await bytesOf("locked", "votre fichier « .cle.age », remis avec le paquet");
  return unlock(locked, $("passphrase").value);
}

/** The key of a rehearsal never opens, that of an opening never rehearses. Throws Refused (PAGE-27). */
function checkedKey(asked) {
  const rehearsing = chosen("act") === "rehearse";
  if (rehearsing && !asked.number) {
    throw new Refused("PAGE-27", { given: "n'a pas de numéro de répétition", chosen: "de répéter" });
  }
  if (!rehearsing && asked.number) {
    throw new Refused("PAGE-27", { given: `est celle de la répétition n° ${asked.number}`, chosen: "de donner vos parts" });
  }
  return asked;
}

/** The sealed answer for the president's machine. Throws Refused. */
function answer(opened, { recipient, number }) {
  if (number) return sealRehearsal(opened, recipient, number);
  const asked = [...new Set($("compartments").value.split(/[,;\s]+/u).filter(Boolean))];
  if (asked.length === 0) {
    $("compartments").focus();
    throw new Refused("PAGE-24", { known: real(opened).join(", ") });
  }
  return sealShares(opened, asked, recipient);
}

function present(opened, sealed) {
  const title = make("h2", { tabIndex: -1, class: "good", text: "Votre paquet s'ouvre" });
  const facts = [
    ["Consultation", opened.consultation],
    ["Porteur", opened.holder],
    ["Contenu", `${count(real(opened).length, "part entière", "parts entières")} (${real(opened).join(", ")}), ${count(opened.canaries.length, "preuve", "preuves")} de répétition`],
  ];
  const said = [];
  if (sealed) {
    const name = `${opened.holder}.part.age`;
    const button = make("button", { type: "button", class: "primary", text: `Enregistrer ${name}` });
    button.addEventListener("click", () => save(new Blob([sealed]), name));
    said.push(make("p", { text: chosen("act") === "rehearse"
      ? "Donnez ce fichier au président : il prouve que votre paquet s'ouvre. Il ne contient aucune vraie part."
      : "Donnez ce fichier au président. Il contient vos parts de ce qui s'ouvre ce jour, et rien d'autre ; seul son poste peut le lire." }),
    make("div", { class: "buttons" }, button));
  } else {
    said.push(make("p", { text: "Vous saurez l'ouvrir le jour venu. Pour que la répétition compte, recommencez avec la clé affichée par le poste du président." }));
  }
  $("result").replaceChildren(make("section", { class: "card" }, title,
    make("dl", {}, ...facts.flatMap(([name, value]) => [make("dt", { text: name }), make("dd", { text: value })])),
    ...said,
    make("p", { class: "hint", text: "Fermez cette page quand vous avez fini. Rangez votre feuille." })));
  title.focus();
}

async function bytesOf(id, what) {
  const [file] = $(id).files;
  if (!file) {
    $(id).focus();
    throw new Refused("PAGE-25", { what });
  }
  if (file.size > MOST) throw new Refused("GARDE-10", { file: file.name, what, why: "il est trop grand" });
  return new Uint8Array(await file.arrayBuffer());
}
