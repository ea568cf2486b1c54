// The page « Répéter ou donner sa part » : a holder opens its package here; only a sealed answer leaves, as a file.

import { deadlinesInForce, readAct } from "./amendments.js";
import { askedBy, fromWords, identityIn, openPackage, real, sealRehearsal, sealShares, shown, unlock } from "./custody.js";
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
for (const id of ["package", "locked", "acts"]) {
  const draw = () => ($(`${id}-name`).textContent = [...$(id).files].map((file) => file.name).join(", "));
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
    const acts = await Promise.all([...$("acts").files].map(async (file) => readAct(await content(file, "un rectificatif"), file.name)));
    present(opened, asked && await answer(opened, asked, acts), acts);
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
function answer(opened, { recipient, number }, acts) {
  if (number) return sealRehearsal(opened, recipient, number);
  const asked = openedToday();
  if (asked.length === 0) {
    $("compartments").focus();
    throw new Refused("PAGE-24", { known: real(opened).join(", ") });
  }
  return sealShares(opened, asked, recipient, Date.now(), acts);
}

const openedToday = () => [...new Set($("compartments").value.split(/[,;\s]+/u).filter(Boolean))];

/** The hour each share was held against, and who says so: an act that is not there would say a later one. */
function hours(opened, acts) {
  const limits = deadlinesInForce(opened, acts);
  const said = openedToday().map((name) => {
    const { at, act } = limits[name];
    if (!act) return `Heure limite comptée pour « ${name} » : ${shown(at)}, celle de la cérémonie.`;
    if (opened.shares[name].deadline) return `Heure limite comptée pour « ${name} » : ${shown(at)}, reportée par le rectificatif n° ${act.number}.`;
    return `Heure limite comptée pour « ${name} » : ${shown(at)}, fixée par le seul rectificatif n° ${act.number}, d'empreinte ${act.digest}. ` +
      "Comparez-la à celle annoncée aux candidats avant d'envoyer votre part.";
  });
  return [...said, "Reportée plus loin ? N'envoyez rien : demandez le rectificatif, choisissez-le ici, et attendez la nouvelle heure."];
}

function present(opened, sealed, acts) {
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
    ...(chosen("act") === "open" ? hours(opened, acts).map((text) => make("p", { class: "hint", text })) : []),
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
  return content(file, what);
}

async function content(file, what) {
  if (file.size > MOST) throw new Refused("GARDE-10", { file: file.name, what, why: "il est trop grand" });
  return new Uint8Array(await file.arrayBuffer());
}
