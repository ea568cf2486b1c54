// The page « Sceller et déposer » : the form, then the plis that this browser keeps.

import { alarm, calm, $, make, show } from "./dom.js";
import { Documents } from "./documents.js";
import { gathered } from "./gathering.js";
import { KeptPlis } from "./kept.js";
import { lotsOf, readOpeningKeys } from "./opening-keys.js";
import { announced, consultationName } from "./platform.js";
import { Refused } from "./refused.js";
import { checkStorage, keptPlis } from "./store.js";
import { count, durationInWords, instantInWords, sizeInWords } from "./words.js";

const page = { keys: null, keysText: "", announced: null, sealing: false };
const documents = new Documents(() => refresh());
const kept = new KeptPlis($("plis"), () => show($("kept"), kept.size > 0));

// --- The consultation -------------------------------------------------------------------------

function takeKeys(text, from) {
  page.keys = readOpeningKeys(text);
  page.keysText = text;
  documents.know(page.keys);
  const lots = lotsOf(page.keys);
  const about = [`Consultation « ${page.keys.consultation} »`, count(lots.length, "lot", "lots"), `clés ${from}`];
  if (page.announced) {
    const { title, buyer, deadline, zone } = page.announced;
    about.push(title, buyer, `heure limite : ${instantInWords(deadline, zone)}`);
  }
  const { committee } = page.keys;
  if (committee) about.push(`ouverture à ${committee.threshold} porteurs sur ${committee.holders.length}`);
  $("consultation").textContent = `${about.join(" ; ")}.`;
  refresh();
}

async function begin() {
  refresh();
  await checkStorage();
  await kept.show(await keptPlis());
  try {
    page.announced = await announced();
  } catch (error) {
    $("consultation").textContent = "La plateforme ne donne pas les clés de cette consultation : choisissez leur fichier.";
    alarm(error instanceof Refused ? error : new Refused("PAGE-10", "La plateforme ne répond pas.",
      "Vérifiez votre réseau et rechargez la page. Sans réseau, vous pouvez sceller avec un fichier de clés choisi ici."));
    return;
  }
  if (!page.announced) {
    if (!page.keys) $("consultation").textContent = "Choisissez le fichier de clés de la consultation. Sans plateforme, cette page scelle sans déposer.";
    return;
  }
  startClock();
  refresh();
  takeKeys(page.announced.keysText, "données par la plateforme");
}

$("keys").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  calm();
  try {
    const text = await file.text();
    const keys = readOpeningKeys(text);
    if (page.announced && keys.consultation !== page.announced.reference) {
      throw new Refused("PAGE-08", `Ces clés sont celles de « ${keys.consultation} », cette page est ouverte pour ` +
        `« ${page.announced.reference} ».`, "Prenez les clés publiées pour cette consultation ; un pli scellé pour une autre ne s'ouvrira pas.");
    }
    takeKeys(text, `du fichier « ${file.name} »`);
  } catch (error) {
    event.target.value = "";
    alarm(error);
  }
});

/** The reference clock: the platform's, followed from the instant it answered. */
function startClock() {
  const ahead = Date.parse(page.announced.now) - performance.now();
  const now = () => ahead + performance.now();
  const tick = () => {
    $("time").textContent = instantInWords(now(), page.announced.zone);
    const late = now() > Date.parse(page.announced.deadline) + 1000;
    if (late && $("late").hidden) {
      $("late").replaceChildren(make("p", {}, make("strong", { text: "L'heure limite est passée." })), make("p", {
        text: "Votre dépôt sera reçu, marqué hors délai et gardé scellé ; l'acheteur décidera au vu de l'historique des envois.",
      }));
      show($("late"));
    }
  };
  show($("clock"));
  tick();
  setInterval(tick, 1000);
}

// --- The documents ----------------------------------------------------------------------------

for (const id of ["folder", "files"]) {
  $(id).addEventListener("change", (event) => {
    documents.add(Array.from(event.target.files, (file) => ({ file, path: file.webkitRelativePath || file.name })));
    event.target.value = "";
  });
}
$("drop").addEventListener("dragover", (event) => {
  event.preventDefault();
  $("drop").classList.add("over");
});
$("drop").addEventListener("dragleave", () => $("drop").classList.remove("over"));
$("drop").addEventListener("drop", async (event) => {
  event.preventDefault();
  $("drop").classList.remove("over");
  documents.add(await gathered(event.dataTransfer));
});

/** What can be done now, and what it will weigh. */
function refresh() {
  show($("seal-and-send"), page.announced !== null);
  $("seal-only").classList.toggle("primary", page.announced === null);
  $("seal-and-send").disabled = page.sealing;
  $("seal-only").disabled = page.sealing;
  show($("list"), documents.size > 0);
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
  const sending = event.submitter?.value !== "keep";
  const depositor = checkedDepositor();
  if (!depositor || !checkedDocuments()) return;
  page.sealing = true;
  refresh();
  addEventListener("beforeunload", keepOpen);
  try {
    await navigator.storage.persist?.();
    const state = await seal(depositor, sending ? page.announced.limits.max_size : Infinity);
    documents.clear();
    await kept.add(state, { sending, platform: page.announced ? consultationName : "" });
  } catch (error) {
    alarm(error);
  } finally {
    removeEventListener("beforeunload", keepOpen);
    page.sealing = false;
    show($("sealing"), false);
    refresh();
  }
});

function keepOpen(event) {
  event.preventDefault();
}

function seal(depositor, maxSize) {
  show($("sealing"));
  const started = performance.now();
  let said = -1;
  const worker = new Worker("seal-worker.js");
  const answer = new Promise((resolve, reject) => {
    worker.onerror = () => reject(new Refused("PAGE-09", "Le scellement s'est arrêté de façon imprévue.",
      "Rechargez la page et recommencez ; vos fichiers n'ont pas été modifiés."));
    worker.onmessage = ({ data: { progress, refused, sealed } }) => {
      if (refused) reject(new Refused(refused.code, refused.message, refused.mend));
      else if (sealed) resolve(sealed);
      else {
        const { done, total } = progress;
        const percent = total ? (done / total) * 100 : 100;
        $("seal-bar").value = percent;
        const tenth = Math.floor(percent / 10);
        if (tenth === said) return; // read aloud: not at every step
        said = tenth;
        const left = ((performance.now() - started) / done) * (total - done) / 1000;
        $("seal-said").textContent = `Scellement : ${Math.floor(percent)} % de ${sizeInWords(total)}` +
          (left > 2 ? `, encore ${durationInWords(left)} environ.` : ".");
      }
    };
  });
  worker.postMessage({
    keysText: page.keysText,
    maxSize,
    documents: documents.toSeal(),
    bidder: { name: depositor.name, siren: depositor.siren },
    depositor: { name: depositor.name, email: depositor.email, ...(depositor.siret && { siret: depositor.siret }) },
  });
  return answer.finally(() => worker.terminate());
}

// --- Checks -----------------------------------------------------------------------------------

/** Who deposits, or null with every wrong field told and focus on the first. */
function checkedDepositor() {
  const value = (id) => $(id).value.trim().normalize("NFC");
  const digits = value("siren").replace(/[\s. ]/g, "");
  const faults = {
    name: value("name") ? "" : "Indiquez le nom de l'entreprise qui dépose.",
    email: /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value("email")) ? "" :
      "Indiquez une adresse électronique, par exemple marches@entreprise.fr.",
    siren: sirenFault(digits),
  };
  let first = null;
  for (const [id, fault] of Object.entries(faults)) {
    const wrong = $(`${id}-wrong`);
    wrong.textContent = fault;
    show(wrong, fault !== "");
    $(id).setAttribute("aria-invalid", fault ? "true" : "false");
    if (fault) {
      $(id).setAttribute("aria-describedby", wrong.id);
      first ??= $(id);
    } else $(id).removeAttribute("aria-describedby");
  }
  first?.focus();
  if (first) return null;
  return { name: value("name"), email: value("email"), siren: digits.slice(0, 9), siret: digits.length === 14 ? digits : "" };
}

/** Why these digits are not a SIREN or a SIRET; "" when they are, or are not given. */
function sirenFault(digits) {
  if (digits === "") return "";
  if (!/^(\d{9}|\d{14})$/.test(digits)) {
    return `${count(digits.length, "caractère donné", "caractères donnés")} : un SIREN a 9 chiffres, un SIRET 14.`;
  }
  const sum = [...digits.slice(0, 9)].reverse().reduce((total, digit, place) => {
    const doubled = Number(digit) * (place % 2 ? 2 : 1);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 ? "La clé de contrôle du SIREN est fausse : un chiffre est sans doute mal recopié." : "";
}

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
