// The deposits already received for this consultation: the next one takes the place of one, or comes beside.

import { make, show } from "./dom.js";
import { count, instantInWords } from "./words.js";

export class Earlier {
  /** `place`: a fieldset; `kept`: the plis this browser keeps. */
  constructor(place, kept) {
    this.place = place;
    this.kept = kept;
    this.known = "";
  }

  /** Draws the choices, when they have changed: the latest deposit replaced, unless the person says otherwise. */
  draw(platform) {
    const received = platform ? this.kept.received() : [];
    show(this.place, received.length > 0);
    const known = received.map(({ pli }) => pli).join();
    if (known === this.known) return;
    this.known = known;
    const choices = platform.replaces_allowed === false ? [] : received.map((state) => {
      const { last_byte_at: at, zone } = JSON.parse(state.receipt).receipt;
      return [state.upload, `Il remplace le dépôt reçu le ${instantInWords(at, zone)} (${count(state.documents.length, "document", "documents")}), qui ne sera pas ouvert.`];
    });
    choices.push(["", "Il s'ajoute : les deux sont gardés, par exemple pour deux lots."]);
    this.place.replaceChildren(
      make("legend", { text: "Vous avez déjà déposé pour cette consultation. Que fait ce nouveau pli ?" }),
      ...choices.map(([value, text], place) => make("p", {}, make("label", { class: "choice" },
        make("input", { type: "radio", name: "replaces", value, checked: place === 0 }), text))),
      make("p", { class: "hint", text: choices.length > 1
        ? "L'ancien pli n'est remplacé que lorsque le nouveau est reçu en entier, avant l'heure limite."
        : "Cette consultation ne permet pas de remplacer un dépôt ; vous pouvez retirer l'ancien, ci-dessus." }),
    );
  }

  /** Chooses to replace the deposit of `state`. */
  choose(state) {
    const choice = [...this.place.querySelectorAll("input")].find(({ value }) => value === state.upload);
    if (choice) choice.checked = true;
    (choice ?? this.place).focus();
    this.place.scrollIntoView({ block: "center" });
  }

  /** The address of the deposit to replace, "" for none. */
  get chosen() {
    return this.place.hidden ? "" : this.place.querySelector("input:checked")?.value ?? "";
  }
}
