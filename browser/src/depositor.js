// Who deposits, as the form says it.

import { $, show } from "./dom.js";
import { count } from "./words.js";

/** Who deposits, or null with every wrong field told and focus on the first. */
export function checkedDepositor() {
  const value = (id) => $(id).value.trim().normalize("NFC");
  const digits = value("siren").replace(/[\s. ]/g, "");
  const faults = {
    name: value("name") ? "" : "Indiquez le nom de l'entreprise qui dépose.",
    email: /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(value("email")) ? "" :
      "Indiquez une adresse électronique, par exemple marches@entreprise.fr.",
    siren: sirenFault(digits),
  };
  for (const [id, fault] of Object.entries(faults)) tell(id, fault);
  const [first] = Object.keys(faults).filter((id) => faults[id]);
  if (first) {
    $(first).focus();
    return null;
  }
  const siret = digits.length === 14 ? { siret: digits } : {};
  return { siren: digits.slice(0, 9), depositor: { name: value("name"), email: value("email"), ...siret } };
}

/** Says beside a field what is wrong with it; "" that nothing is. */
function tell(id, fault) {
  const wrong = $(`${id}-wrong`);
  wrong.textContent = fault;
  show(wrong, fault !== "");
  $(id).setAttribute("aria-invalid", fault ? "true" : "false");
  if (fault) $(id).setAttribute("aria-describedby", wrong.id);
  else $(id).removeAttribute("aria-describedby");
}

for (const id of ["name", "email", "siren"]) $(id).addEventListener("input", () => tell(id, "")); // being put right

/** Fills what is empty as the last pli kept here had it. */
export function knownDepositor(plis) {
  const [last] = plis.filter(({ depositor }) => depositor).sort((a, b) => b.sealedAt.localeCompare(a.sealedAt));
  if (!last) return;
  const { name, email, siret = "" } = last.depositor;
  for (const [id, value] of Object.entries({ name, email, siren: siret })) $(id).value ||= value;
}

/** Why these digits are not a SIREN or a SIRET; "" when they are, or are not given. */
function sirenFault(digits) {
  if (digits === "") return "";
  if (!/^(\d{9}|\d{14})$/.test(digits)) {
    return `${count(digits.length, "caractère donné", "caractères donnés")} : un SIREN a 9 chiffres, un SIRET 14.`;
  }
  if (luhn(digits.slice(0, 9)) % 10) return "La clé de contrôle du SIREN est fausse : un chiffre est sans doute mal recopié.";
  const own = digits.startsWith("356000000"); // La Poste: its own sum
  if (digits.length === 9 || own || luhn(digits) % 10 === 0) return "";
  return "La clé de contrôle du SIRET est fausse : un de ses cinq derniers chiffres est sans doute mal recopié.";
}

const luhn = (digits) => [...digits].reverse().reduce((total, digit, place) => {
  const doubled = Number(digit) * (place % 2 ? 2 : 1);
  return total + (doubled > 9 ? doubled - 9 : doubled);
}, 0);
