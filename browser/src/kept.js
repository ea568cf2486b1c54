// The plis this browser keeps: each a card with its state, what can be saved, sent, or effaced.

import { alarm, calm, make, save, show } from "./dom.js";
import { consultationName, receiptOf, send } from "./platform.js";
import { Refused } from "./refused.js";
import { alone, forget, pliFile, saveState } from "./store.js";
import { instantInWords, sizeInWords } from "./words.js";

export class KeptPlis {
  constructor(place, changed) {
    this.place = place;
    this.changed = changed;
    this.cards = new Map();
  }

  get size() {
    return this.cards.size;
  }

  async show(states) {
    for (const state of states) this.card(state);
    this.changed();
  }

  /** A pli just sealed; sent at once when asked. */
  async add(state, { sending, platform }) {
    if (platform) {
      state.platform = platform;
      await saveState(state);
    }
    const card = this.card(state);
    this.changed();
    if (sending) await card.send();
    else card.title.focus();
  }

  card(state) {
    const card = new Card(state, () => {
      this.cards.delete(state.pli);
      this.changed();
    });
    this.cards.set(state.pli, card);
    this.place.prepend(card.element);
    return card;
  }
}

class Card {
  constructor(state, gone) {
    this.state = state;
    this.gone = gone;
    this.sending = null; // the AbortController of an upload under way
    this.title = make("h3", { tabIndex: -1 });
    this.facts = make("dl");
    this.bar = make("progress", { max: 100, value: 0, hidden: true, "aria-label": "Envoi du pli" });
    this.said = make("p", { role: "status" });
    this.buttons = make("div", { class: "buttons" });
    this.element = make("article", { class: "card", "data-pli": state.pli }, this.title, this.facts, this.bar, this.said, this.buttons);
    this.draw();
  }

  draw() {
    const { state } = this;
    const receipt = state.receipt && JSON.parse(state.receipt).receipt;
    this.title.textContent = receipt ? "Dépôt reçu" : state.upload ? "Envoi commencé, à reprendre" : "Pli scellé, non envoyé";
    const facts = [
      ["Consultation", state.consultation],
      ["Scellé", instantInWords(state.sealedAt)],
      ["Documents", `${state.documents.length}, pli de ${sizeInWords(state.size)}`],
      ["Empreinte SHA-256", state.sha256],
    ];
    if (receipt) {
      facts.unshift(
        ["Reçu le", instantInWords(receipt.last_byte_at, receipt.zone)],
        ["Délai", receipt.timeliness === "on_time" ? "dans les délais" : "HORS DÉLAI : gardé scellé, l'acheteur décidera"],
        ["Déposant", receipt.depositor.name],
        ["Numéro au journal", String(receipt.journal.index)],
      );
    }
    this.facts.replaceChildren(...facts.flatMap(([name, value]) => [make("dt", { text: name }), make("dd", { text: value })]));
    const button = (text, act, properties = {}) => {
      const made = make("button", { type: "button", text, ...properties });
      made.addEventListener("click", () => act(made).catch(alarm));
      return made;
    };
    const offered = [];
    if (this.sending) offered.push(button("Suspendre l'envoi", async () => this.sending.abort(new Error("suspendu"))));
    else {
      if (receipt) offered.push(button("Enregistrer le reçu", () => this.saveReceipt(), { class: "primary" }));
      else if (state.platform) offered.push(button(state.upload ? "Reprendre l'envoi" : "Déposer", () => this.send(), { class: "primary" }));
      offered.push(
        button("Enregistrer le pli", () => this.savePli()),
        button("Enregistrer la clé du pli", () => this.saveKey()),
        button("Effacer de ce navigateur", (made) => this.confirmForget(made)),
      );
    }
    this.buttons.replaceChildren(...offered);
    if (!this.sending && !receipt) {
      this.said.textContent = state.platform
        ? "Le fichier du pli est aussi votre copie de sauvegarde ; sa clé prouve qu'il est le vôtre, ne l'envoyez à personne."
        : "Enregistrez le pli et sa clé : le pli se dépose avec « reglo deposit » ou sur la page de la consultation ; la clé prouve qu'il est le vôtre, ne l'envoyez à personne.";
    }
  }

  get fileName() {
    return `${this.state.consultation.replace(/[^\p{L}\p{N}._-]+/gu, "_").slice(0, 60)}-${this.state.pli.slice(0, 8)}`;
  }

  async savePli() {
    save(await pliFile(this.state.pli), `${this.fileName}.pli`);
  }

  async saveKey() {
    save(new Blob([this.state.key]), `${this.fileName}.pli.cle`);
  }

  async saveReceipt() {
    save(new Blob([this.state.receipt], { type: "application/json" }), `${this.fileName}-recu.json`);
  }

  /** Sends, or resumes; ends with the receipt. Another tab that is already sending is left alone. */
  async send() {
    calm();
    const { state } = this;
    if (state.platform !== consultationName) {
      throw new Refused("PAGE-12", `Ce pli est pour une autre consultation de la plateforme (« ${state.platform} »).`,
        `Ouvrez la page de dépôt de « ${state.consultation} », puis reprenez l'envoi.`);
    }
    await alone(state.pli, async (free) => {
      if (!free) {
        throw new Refused("PAGE-13", "Ce pli est en cours d'envoi dans un autre onglet.", "Continuez dans cet onglet, ou fermez-le.");
      }
      this.sending = new AbortController();
      show(this.bar);
      this.draw();
      this.title.textContent = "Envoi en cours";
      this.title.focus();
      try {
        const file = await pliFile(state.pli);
        await send({ state, file, remember: saveState, tell: (news) => this.tell(news), signal: this.sending.signal });
        this.said.textContent = "Dernier octet envoyé : le reçu arrive…";
        state.receipt = await receiptOf(state);
        await saveState(state);
        this.said.textContent = "Votre dépôt est reçu. Enregistrez le reçu : il prouve le dépôt sans la plateforme (« reglo verify »).";
      } catch (error) {
        if (!this.sending.signal.aborted) throw error;
        this.said.textContent = "Envoi suspendu : ce que la plateforme a reçu est gardé.";
      } finally {
        const { aborted } = this.sending.signal;
        this.sending = null;
        show(this.bar, false);
        const said = this.said.textContent;
        this.draw();
        if (state.receipt || aborted) this.said.textContent = said;
        this.title.focus();
      }
    });
  }

  tell({ sent, total, waiting, why }) {
    if (waiting !== undefined) {
      this.percent = -1;
      this.said.textContent = `Interruption : ${why}. Reprise automatique${waiting ? ` dans ${waiting} s` : ""} ; rien de ce qui est reçu n'est perdu.`;
      return;
    }
    this.bar.value = total ? (sent / total) * 100 : 100;
    const percent = Math.floor(this.bar.value / 5) * 5; // read aloud: not at every byte
    if (percent === this.percent) return;
    this.percent = percent;
    this.said.textContent = `Envoi : ${percent} % (${sizeInWords(sent)} sur ${sizeInWords(total)}). Vous pouvez fermer cette page : l'envoi reprendra où il en est.`;
  }

  /** Effacing cannot be undone: asked in the page, not in a pop-up. */
  async confirmForget(button) {
    const { state } = this;
    const confirm = make("button", { type: "button", text: "Effacer définitivement" });
    const cancel = make("button", { type: "button", text: "Garder" });
    confirm.addEventListener("click", () => this.forget().catch(alarm));
    cancel.addEventListener("click", () => {
      this.draw();
      this.buttons.lastElementChild.focus();
    });
    this.said.textContent = state.receipt
      ? "Le pli, sa clé et le reçu seront effacés de ce navigateur. Les avez-vous enregistrés ?"
      : "Le pli et sa clé seront effacés de ce navigateur. Un pli non envoyé sera perdu s'il n'est pas enregistré.";
    this.buttons.replaceChildren(confirm, cancel);
    cancel.focus();
    button.remove();
  }

  async forget() {
    await alone(this.state.pli, (free) => {
      if (!free) throw new Refused("PAGE-13", "Ce pli est en cours d'envoi dans un autre onglet.", "Suspendez d'abord cet envoi.");
      return forget(this.state.pli);
    });
    this.element.remove();
    this.gone();
  }
}
