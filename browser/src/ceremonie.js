// The page « Cérémonie des clés » : works from a file, on a machine without network. Nothing leaves it.

import { identityToRecipient } from "age-encryption";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { encode } from "uqr";
import { ceremony, judged, lock, newIdentity, toWords } from "./custody.js";
import { alarm, calm, $, keepOpen, make, save, show } from "./dom.js";
import { Refused } from "./refused.js";
import { deadlinesOf, journalInstant, lotsOf, referenceOf } from "./rules.js";
import { instantInWords } from "./words.js";

const PROTECTIONS = {
  sheet: "Une feuille imprimée",
  passphrase: "Une phrase de passe",
  key: "Sa propre clé age",
};
const PREFIX = "AGE-SECRET-KEY-1";
const SIDES = { committee: ["comite", 3, 2], escrow: ["sequestre", 3, 2] };

// --- Who keeps --------------------------------------------------------------------------------

/** The fields of one split: how many holders, how many open, and who they are. */
class Side {
  constructor(name) {
    [this.prefix, this.count, this.threshold] = SIDES[name];
    this.people = [];
    this.holders = make("div");
    const number = (label, value, act) => {
      const input = make("input", { type: "number", id: `${this.prefix}-${label.split(" ")[0].toLowerCase()}`, value: String(value), min: "1", max: "16" });
      input.addEventListener("input", () => act(Number(input.value)));
      return make("div", { class: "field" }, make("label", { htmlFor: input.id, text: label }), input);
    };
    $(name).append(
      number("Porteurs", this.count, (value) => this.draw(value)),
      number("Suffisent pour ouvrir", this.threshold, (value) => (this.threshold = value)),
      this.holders,
    );
    this.draw(this.count);
  }

  /** As many holders as asked; what is already typed stays. */
  draw(count) {
    this.count = Math.min(Math.max(Math.trunc(count) || 1, 1), 16);
    while (this.people.length > this.count) {
      this.people.pop();
      this.holders.lastElementChild.remove();
    }
    while (this.people.length < this.count) {
      const id = `${this.prefix}-${this.people.length + 1}`;
      const pair = { id, holder: new Person(id, "Nom"), alternate: new Person(`${id}-suppleant`, "Suppléant (facultatif)") };
      this.people.push(pair);
      this.holders.append(make("fieldset", { class: "card pair" },
        make("legend", { text: `Porteur ${this.people.length}` }), pair.holder.element, pair.alternate.element));
    }
  }

  /** The split, each person with a public key; private halves go to `kept`. */
  async split(kept) {
    const holders = [];
    for (const { id, holder, alternate } of this.people) {
      holders.push({
        id,
        holder: await holder.born(kept, true),
        alternate: await alternate.born(kept, false),
      });
    }
    return { threshold: this.threshold, holders };
  }
}

class Person {
  constructor(id, label) {
    this.id = id;
    this.name = make("input", { id: `${id}-nom`, maxLength: 120, autocomplete: "off" });
    this.protection = make("select", { id: `${id}-protection` },
      ...Object.entries(PROTECTIONS).map(([value, text]) => make("option", { value, text })));
    this.secret = make("input", { id: `${id}-secret`, autocomplete: "off", spellcheck: false });
    this.secretLabel = make("label", { htmlFor: this.secret.id });
    this.advice = make("p", { class: "hint", id: `${id}-conseil`, role: "status" });
    this.secret.setAttribute("aria-describedby", this.advice.id);
    this.secretField = make("div", { class: "field", hidden: true }, this.secretLabel, this.secret, this.advice);
    this.again = make("input", { id: `${id}-secret-bis`, type: "password", autocomplete: "off" });
    this.againSaid = make("p", { class: "hint", id: `${id}-bis-dit`, role: "status" });
    this.again.setAttribute("aria-describedby", this.againSaid.id);
    this.againField = make("div", { class: "field", hidden: true },
      make("label", { htmlFor: this.again.id, text: "La même phrase, une seconde fois" }), this.again, this.againSaid);
    this.secret.addEventListener("input", () => this.judge());
    this.again.addEventListener("input", () => this.judge());
    this.protection.addEventListener("change", () => {
      const passphrase = this.protection.value === "passphrase";
      this.secret.value = this.again.value = "";
      this.secret.type = passphrase ? "password" : "text";
      this.secretLabel.textContent = passphrase ? "Phrase de passe, tapée par cette personne" : "Clé publique, « age1… »";
      show(this.secretField, this.protection.value !== "sheet");
      show(this.againField, passphrase);
      this.judge();
    });
    this.element = make("div", {},
      make("div", { class: "field" }, make("label", { htmlFor: this.name.id, text: label }), this.name),
      make("div", { class: "field" }, make("label", { htmlFor: this.protection.id, text: "Garde sa clé par" }), this.protection),
      this.secretField,
      this.againField);
  }

  /** Tells the person what its passphrase is worth, and whether both are the same, as it is typed. */
  judge() {
    const passphrase = this.protection.value === "passphrase";
    const { good, advice } = judged(this.secret.value);
    this.advice.textContent = passphrase ? advice : "";
    this.advice.className = passphrase && good ? "good" : "hint";
    const typed = this.again.value !== "";
    const same = this.again.value === this.secret.value;
    this.againSaid.textContent = !typed ? "" : same ? "Les deux sont les mêmes." : "Les deux diffèrent.";
    this.againSaid.className = typed ? (same ? "good" : "wrong") : "hint";
  }

  /** The person as the custody record names it; null for an alternate left empty. */
  async born(kept, required) {
    const name = this.name.value.trim().normalize("NFC");
    if (!name && !required) return null;
    if (!name) {
      this.name.focus();
      throw new Refused("PAGE-20");
    }
    const protection = this.protection.value;
    if (protection === "key") return { name, recipient: this.secret.value.trim(), protection };
    if (protection === "passphrase" && this.again.value !== this.secret.value) {
      this.again.focus();
      throw new Refused("PAGE-23", { name });
    }
    const identity = await newIdentity();
    const recipient = await identityToRecipient(identity);
    if (protection === "sheet") kept.sheets.push({ name, id: this.id, identity, recipient });
    else kept.locked.push({ name, id: this.id, data: await lock(identity, this.secret.value) });
    return { name, recipient, protection };
  }
}

const committee = new Side("committee");
const escrow = new Side("escrow");
$("with-escrow").addEventListener("change", (event) => show($("escrow"), event.target.checked));

// What the page reads in the rules is shown, to be compared with what was published.
$("rules").addEventListener("change", async () => {
  calm();
  const [rules] = $("rules").files;
  $("rules-name").textContent = rules ? `Choisi : ${rules.name}.` : "";
  if (!rules) return;
  try {
    const text = await rules.text();
    $("reference").value = referenceOf(text) || $("reference").value;
    $("lots").value = lotsOf(text).join(", ") || $("lots").value;
    const { candidacy, bid } = deadlinesOf(text);
    const shown = ({ at, zone }) => instantInWords(at, zone);
    $("rules-name").textContent += ` Rien ne s'ouvrira avant le ${shown(bid ?? candidacy)}` +
      (bid === null ? " ; les offres n'ont pas encore d'heure limite : « reglo keys amend » la fixera." : candidacy.at === bid.at ? "." : ` (candidatures : le ${shown(candidacy)}).`);
  } catch (error) {
    alarm(error);
  }
});

// --- The ceremony -----------------------------------------------------------------------------

$("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  calm();
  $("hold").disabled = true;
  $("said").textContent = "Les clés naissent et se partagent…";
  try {
    await new Promise((resolve) => setTimeout(resolve, 50)); // let it be said: what follows takes the processor
    await hold();
  } catch (error) {
    alarm(error);
  } finally {
    $("hold").disabled = false;
    $("said").textContent = "";
  }
});

async function hold() {
  const reference = $("reference").value.trim().normalize("NFC");
  const lots = [...new Set($("lots").value.split(",").map((lot) => lot.trim()).filter(Boolean))];
  if (!reference || lots.length === 0) {
    throw new Refused("PAGE-21");
  }
  const common = lots.length > 1 ? ["*"] : [];
  const [rules] = $("rules").files;
  if (!rules) {
    $("rules").focus();
    throw new Refused("PAGE-22");
  }
  const kept = { sheets: [], locked: [] };
  const text = await rules.text();
  const limits = deadlinesOf(text);
  const written = referenceOf(text).normalize("NFC");
  if (written && written !== reference) {
    $("reference").focus();
    throw new Refused("PAGE-28", { what: "Référence", typed: reference, written });
  }
  const listed = lotsOf(text);
  if (listed.length && [...listed].sort().join() !== [...lots].sort().join()) {
    $("lots").focus();
    throw new Refused("PAGE-28", { what: "Lots", typed: lots.join(", "), written: listed.join(", ") });
  }
  const compartments = ["candidacy", "bid"].flatMap((folder) => [...common, ...lots].map((lot) => `${folder}/${lot}`));
  const known = compartments.filter((name) => limits[name.split("/")[0]]);
  const born = await ceremony({
    consultation: reference,
    rulesSha256: bytesToHex(sha256(new Uint8Array(await rules.arrayBuffer()))),
    compartments,
    deadlines: Object.fromEntries(known.map((name) => [name, journalInstant(limits[name.split("/")[0]].at)])),
    committee: await committee.split(kept),
    escrow: $("with-escrow").checked ? await escrow.split(kept) : null,
  });
  show($("form"), false);
  present(reference, born, kept);
}

/** What the ceremony leaves: files to save, sheets to print. The private keys are on the sheets alone. */
function present(reference, born, kept) {
  const keepers = new Map([...committee.people, ...escrow.people].map(({ id, holder, alternate }) =>
    [id, [holder, alternate].map(({ name }) => name.value.trim()).filter(Boolean).join(" et à ")]));
  const files = [
    ["opening-keys.json", born.openingKeys, "à publier avec le dossier de la consultation"],
    ["custody.json", born.record, "l'acte de garde, à conserver"],
    ...[...born.packages].map(([id, data]) => [`${id}.paquet.age`, data, `à remettre à ${keepers.get(id)} ; gardez-en une copie, il est scellé`]),
    ...kept.locked.map(({ id, name, data }) => [`${id}.cle.age`, data, `la clé de ${name}, sous sa phrase de passe`]),
  ];
  const list = make("ul", {}, ...files.map(([name, data, what]) => {
    const button = make("button", { type: "button", text: `Enregistrer ${name}` });
    const done = make("span", { class: "good", role: "status" });
    button.addEventListener("click", () => {
      save(new Blob([data]), name);
      done.textContent = " Enregistré.";
      safe(name);
    });
    return make("li", {}, button, ` ${what}`, done);
  }));
  const unsaved = new Set([...files.map(([name]) => name), ...(kept.sheets.length ? [PREFIX] : [])]);
  const safe = (name) => {
    unsaved.delete(name);
    if (unsaved.size === 0) removeEventListener("beforeunload", keepOpen);
  };
  addEventListener("beforeunload", keepOpen); // closed before they are saved, the page would take the keys with it
  const print = make("button", { type: "button", class: "primary", text: "Imprimer les feuilles" });
  print.addEventListener("click", () => {
    globalThis.print();
    safe(PREFIX); // the sheets alone have the keys that begin so
  });
  const title = make("h2", { tabIndex: -1, text: "Les clés sont nées et partagées" });
  $("result").replaceChildren(
    title,
    make("p", { text: `Empreinte de l'acte de garde, à noter au procès-verbal : ${bytesToHex(sha256(born.record))}` }),
    make("div", { class: "buttons files-to-save" }, list),
    make("div", { class: "buttons" }, ...(kept.sheets.length ? [print] : [])),
    make("p", { class: "notice", text: "Enregistrez tout, imprimez les feuilles, puis fermez cette page et éteignez le poste. Une répétition " +
      "(« reglo keys rehearse ») précède la publication." }),
    make("p", {}, "Chaque porteur y répond d'ici ou de chez lui : ", make("a", { href: "porteur.html", text: "répéter ou donner sa part" }), "."),
    ...kept.sheets.map((sheet) => sheetOf(reference, sheet)),
  );
  title.focus();
}

/** A recovery sheet: the key as a QR, as text and as 24 words with a checksum. */
function sheetOf(reference, { name, id, identity, recipient }) {
  const words = make("ol", { class: "words", translate: false }, ...toWords(identity).map((word) => make("li", { text: word })));
  return make("article", { class: "card sheet" },
    make("h3", { text: `Feuille pour ${name}` }),
    make("p", { text: `Consultation ${reference}. Ouvre le paquet « ${id.replace(/-suppleant$/u, "")}.paquet.age », par la page ` +
      "« Répéter ou donner sa part » ou par « reglo keys share ». À mettre sous enveloppe cachetée, dans un coffre : " +
      "qui a cette feuille et ce paquet a sa part." }),
    make("div", { class: "qr" }, qr(identity)),
    make("p", {}, make("code", { text: `${PREFIX} ${identity.slice(PREFIX.length).match(/.{1,8}/g).join(" ")}` })),
    words,
    make("p", { class: "hint", text: `Clé publique : ${recipient}` }));
}

/** A QR of `text`, as a drawing: no image is loaded. */
function qr(text) {
  const { data, size } = encode(text, { ecc: "M", border: 4 });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("viewBox", `0 0 ${size} ${size}`);
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", "La clé en code QR ; les mots en dessous disent la même chose");
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
  shape.setAttribute("d", path);
  drawing.append(shape);
  return drawing;
}
