// The plis this browser keeps: each a card with its state, what can be saved, sent, or effaced.

import { canonical } from "./canonical.js";
import { secondsLeft } from "./consultation.js";
import { knownDepositor } from "./depositor.js";
import { alarm, calm, make, save, say, show } from "./dom.js";
import { consultationName, printedReceiptOf, receiptOf, send, standingOf, withdraw } from "./platform.js";
import { Refused } from "./refused.js";
import { alone, checkStorage, forget, keptPli, keptPlis, pliFile, saveState } from "./store.js";
import { count, durationInWords, instantInWords, sizeInWords } from "./words.js";

export class KeptPlis {
  /** `changed()`: after any change; `replace(state)`: the person wants to replace this deposit. */
  constructor(place, changed, replace) {
    this.place = place;
    this.changed = changed;
    this.replace = replace;
    this.cards = new Map();
  }

  get size() {
    return this.cards.size;
  }

  has(pli) {
    return this.cards.has(pli);
  }

  focus(pli) {
    this.cards.get(pli).title.focus();
  }

  /** Shows the plis kept by earlier visits, who deposits being known again. Throws Refused (PAGE-07). */
  async restore() {
    await checkStorage();
    const states = await keptPlis();
    knownDepositor(states);
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

  /** The deposits that hold for this consultation, the latest first: on time, neither replaced nor withdrawn. */
  received() {
    return [...this.cards.values()].map(({ state }) => state)
      .filter((state) => state.platform === consultationName && state.receipt && !state.ended && !isLate(state))
      .sort((a, b) => lastByte(b).localeCompare(lastByte(a))); // by the reference clock: that of this machine may be wrong
  }

  /** What the platform says of the deposits of this consultation: one may have ended elsewhere, or be whole. */
  async refresh() {
    for (const card of this.cards.values()) await card.refresh();
    this.changed();
  }

  card(state) {
    const card = new Card(state, this);
    this.cards.set(state.pli, card);
    this.place.prepend(card.element);
    return card;
  }
}

const WAITS = [5, 10, 20, 30, 60]; // seconds before the token of a receipt is asked again; the last one again and again

const lastByte = ({ receipt }) => JSON.parse(receipt).receipt.last_byte_at;
const isLate = ({ receipt }) => JSON.parse(receipt).receipt.timeliness !== "on_time";
const tokenOf = ({ receipt }) => JSON.parse(receipt).timestamp;

/** How a deposit ended: the words of the card. */
const ENDED = {
  withdrawn: ["Dépôt retiré", "Ce pli ne sera pas ouvert. Le retrait est daté et inscrit au journal de la plateforme."],
  replaced: ["Dépôt remplacé", "Un dépôt plus récent l'a remplacé : ce pli ne sera pas ouvert."],
};

class Card {
  constructor(state, all) {
    this.state = state;
    this.all = all;
    this.sending = null; // the AbortController of an upload under way
    this.title = make("h3", { tabIndex: -1 });
    this.stages = make("ol", { class: "stages" });
    this.facts = make("dl");
    this.bar = make("progress", { max: 100, value: 0, hidden: true, "aria-label": "Envoi du pli" });
    this.said = make("p", { role: "status" });
    this.advice = make("p", { class: "hint" });
    this.buttons = make("div");
    this.element = make("article", { class: "card", "data-pli": state.pli }, this.title, this.stages, this.facts, this.bar, this.said, this.buttons, this.advice);
    this.draw();
  }

  draw() {
    const { state } = this;
    this.confirming = false;
    const receipt = state.receipt && JSON.parse(state.receipt).receipt;
    const late = receipt && isLate(state);
    const [ended, endedText] = ENDED[state.ended] ?? [];
    this.title.textContent = ended ?? (receipt ? (late ? "Dépôt reçu hors délai" : "Dépôt reçu") : state.upload ? "Envoi commencé, à reprendre" : "Pli scellé, non envoyé");
    this.title.className = ended ? "" : late ? "wrong" : receipt ? "good" : "";
    const facts = receipt ? [
      ["Reçu le", `${instantInWords(receipt.last_byte_at, receipt.zone)}, ${late ? "HORS DÉLAI : gardé scellé, l'acheteur décidera" : "dans les délais"}`],
      ["Déposant", receipt.depositor.name],
    ] : [["Scellé le", instantInWords(state.sealedAt)]];
    facts.push(
      ["Consultation", state.consultation],
      ["Contenu", (state.documents.length ? `${count(state.documents.length, "document", "documents")}, ` : "") + `pli de ${sizeInWords(state.size)}`],
    );
    const token = receipt && tokenOf(state);
    if (receipt) {
      facts.push(
        ["Horodatage", token ? `jeton donné le ${instantInWords(token.at, receipt.zone)}` : "jeton attendu : l'autorité de temps n'a pas encore répondu"],
        ["Au journal", `n° ${receipt.journal.index}`],
      );
    }
    facts.push(["Empreinte de l'enveloppe", state.envelope]);
    this.facts.replaceChildren(...facts.flatMap(([name, value]) => [make("dt", { text: name }), make("dd", { text: value })]));
    this.drawStages(receipt);
    const button = (text, act, properties = {}) => {
      const made = make("button", { type: "button", text, ...properties });
      made.addEventListener("click", (event) => {
        if (event.detail > 1) return; // the second of a double click would act on the button that has taken this place
        calm();
        act(made).catch(alarm);
      });
      return made;
    };
    const row = (...children) => make("div", { class: "buttons" }, ...children.filter(Boolean));
    say(this.advice, "");
    if (this.sending) {
      this.buttons.replaceChildren(row(button("Suspendre l'envoi", async () => this.sending.abort(new Error("suspendu")))));
      return;
    }
    const primary = { class: "primary" };
    const named = token && state.savedWithoutToken ? "Enregistrer le reçu complété" : "Enregistrer le reçu";
    const saved = button(named, () => this.saveReceipt(), ended && named === "Enregistrer le reçu" ? {} : primary);
    const effaced = button("Effacer de ce navigateur", async () => this.confirm("Effacer définitivement", () => this.forget(), state.receipt
      ? "Le pli, sa clé et le reçu seront effacés de ce navigateur ; le dépôt, lui, reste à la plateforme. Les avez-vous enregistrés ?"
      : "Le pli et sa clé seront effacés de ce navigateur. Un pli non envoyé sera perdu s'il n'est pas enregistré."));
    const standing = receipt && state.platform === consultationName;
    const proof = state.withdrawal && button("Enregistrer la preuve du retrait", () => this.saveWithdrawal(), primary);
    const printed = standing && button("Reçu à imprimer (PDF)", () => this.savePrinted());
    this.buttons.replaceChildren(...(ended ? [row(proof, saved, printed, effaced)] : [
      row(
        receipt ? saved : state.platform && button(state.upload ? "Reprendre l'envoi" : "Déposer", () => this.send(), primary),
        printed,
        button("Enregistrer le pli", () => this.savePli()),
        state.key && button("Enregistrer la clé du pli", () => this.saveKey()),
        state.upload && button("Enregistrer l'adresse du dépôt", () => this.saveUpload()),
      ),
      row(
        standing && !late && button("Remplacer ce dépôt", async () => this.all.replace(state)),
        standing && state.key && button("Retirer ce dépôt", async () => this.confirm("Retirer définitivement", () => this.withdraw(),
          "Ce pli ne sera pas ouvert : sans autre dépôt, vous n'aurez plus d'offre. Le retrait est daté, inscrit au journal, et ne s'annule pas.")),
        effaced,
      ),
    ]));
    say(this.said, [endedText ?? this.standing(receipt), receipt && this.tokenSaid(token)].filter(Boolean).join(" "));
    if (receipt) return;
    say(this.advice, state.platform
      ? "Le fichier du pli, remis avant l'heure limite sous enveloppe marquée « copie de sauvegarde », en est une ; sa clé prouve qu'il est le vôtre, ne l'envoyez à personne."
      : "La clé prouve que le pli est le vôtre, ne l'envoyez à personne.");
  }

  /** What is done, what remains: told in words, not by a colour or a sign alone. */
  drawStages(receipt) {
    const { state } = this;
    show(this.stages, !state.ended);
    const stages = [
      ["Scellé", "fait"],
      ["Envoyé", receipt ? "fait" : this.sending ? "en cours" : state.upload ? "à reprendre" : "à faire"],
      ["Reçu par la plateforme", receipt ? "fait" : "pas encore"],
    ];
    this.stages.replaceChildren(...stages.map(([name, how]) => make("li", { class: how === "fait" ? "good" : "" }, `${name} : ${how}`)));
  }

  /** Where the pli stands and what to do, in one or two sentences. */
  standing(receipt) {
    const { state } = this;
    if (receipt && isLate(state)) {
      return "Votre pli est reçu, mais après l'heure limite. Enregistrez le reçu : il prouve quand l'envoi a commencé et fini." +
        (receipt.first_byte_at <= receipt.deadline
          ? " Il avait commencé à temps : une copie de sauvegarde remise avant l'heure limite peut être ouverte (annexe 6, art. 2)." : "");
    }
    if (receipt) return "Votre dépôt est fait, rien ne reste à faire. Enregistrez le reçu : il prouve le dépôt sans la plateforme (« reglo verify »).";
    if (!state.platform) return "Rien n'est encore déposé. Enregistrez le pli et sa clé : le pli se dépose sur la page de la consultation ou avec « reglo deposit ».";
    if (!state.upload) return "Rien n'est encore déposé. Le pli est gardé dans ce navigateur : fermer la page ne le perd pas, sauf en navigation privée. « Déposer » l'envoie.";
    const held = this.held === undefined ? "" : ` : la plateforme a ${sizeInWords(this.held)} sur ${sizeInWords(state.size)}`;
    return `Le dépôt n'est pas encore fait${held}. « Reprendre l'envoi » continue de là ; ce qui est reçu reste reçu, même page fermée.`;
  }

  /** Whether the receipt has its time-stamp, and which copy of it; "" when there is nothing to do. */
  tokenSaid(token) {
    if (token) {
      return this.state.savedWithoutToken ? "Le jeton d'horodatage est arrivé, le reçu est complété : enregistrez-le de nouveau. " +
        `Le fichier « ${this.receiptName(false)} » reste valable, mais n'a pas ce jeton.` : "";
    }
    return "L'autorité de temps n'a pas encore répondu : le reçu est valable, son jeton d'horodatage viendra. " +
      (this.state.platform === consultationName ? "Cette page le demande et complétera le reçu ; si elle se ferme, rouvrez-la plus tard."
        : "Pour le compléter, ouvrez plus tard la page de dépôt de cette consultation.");
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
    const { state } = this;
    const complete = Boolean(tokenOf(state));
    const receipt = state.receipt;
    // first, or a page closed at once would not know; a storage that fails keeps no receipt from being saved
    if (!complete || state.savedWithoutToken) await this.keep({ savedWithoutToken: !complete }).catch(() => {});
    save(new Blob([receipt], { type: "application/json" }), this.receiptName(complete));
    this.drawAgain();
  }

  async savePrinted() {
    save(await printedReceiptOf(this.state), `${this.fileName}-recu.pdf`);
    say(this.said, "Le PDF est l'exemplaire de la plateforme, qui ignore les noms de vos documents : le reçu enregistré en JSON les porte.");
  }

  receiptName(complete) {
    return `${this.fileName}-recu${complete ? "" : "-sans-jeton"}.json`;
  }

  /** Keeps what has changed, beside what another tab has kept since; false when one has effaced the pli. */
  async keep(changes) {
    const left = await keptPli(this.state.pli);
    if (!left) return false;
    Object.assign(this.state, left, changes);
    await saveState(this.state);
    return true;
  }

  /** Asks for the receipt again until it has the token of an authority that was silent: at once, then from time to time. */
  async complete() {
    const { state } = this;
    if (this.completing || state.platform !== consultationName) return;
    this.completing = true;
    for (let tries = 0; state.receipt && !tokenOf(state) && this.element.isConnected; tries += 1) {
      if (tries) await new Promise((resolve) => setTimeout(resolve, WAITS[Math.min(tries, WAITS.length) - 1] * 1000));
      try {
        const receipt = await receiptOf(state);
        const same = canonical(JSON.parse(receipt).receipt) === canonical(JSON.parse(state.receipt).receipt);
        if (!same || !tokenOf({ receipt })) continue;
        if (!(await this.keep({ receipt }))) break;
        this.drawAgain();
      } catch {
        // away: asked again
      }
    }
    this.completing = false;
  }

  /** Draws what came by itself: no question under way is taken away, and the focus stays where it is. */
  drawAgain() {
    if (this.confirming) return; // « Garder » draws
    const focused = [...this.buttons.querySelectorAll("button")].indexOf(document.activeElement);
    this.draw();
    this.buttons.querySelectorAll("button")[focused]?.focus();
  }

  async saveWithdrawal() {
    save(new Blob([this.state.withdrawal], { type: "application/json" }), `${this.fileName}-retrait.json`);
  }

  /** What `reglo deposit` keeps beside a pli: with the pli and its key, all it takes to go on from another machine. */
  async saveUpload() {
    const { upload: location, headerSha256: header_sha256, size } = this.state;
    save(new Blob([JSON.stringify({ location, header_sha256, size })]), `${this.fileName}.pli.depot`);
  }

  /** Sends, or resumes; ends with the receipt. Clicked twice before the card is drawn again, sends once. */
  send() {
    this.underway ??= this.sendUnlessElsewhere().finally(() => delete this.underway);
    return this.underway;
  }

  /** Another tab that is already sending is left alone. */
  async sendUnlessElsewhere() {
    calm();
    const { state } = this;
    if (state.platform !== consultationName) {
      throw new Refused("PAGE-12", { pli: state.consultation, page: consultationName });
    }
    await alone(state.pli, async (free) => {
      if (!free) throw new Refused("PAGE-13");
      const left = await keptPli(state.pli); // another tab may have sent it since
      if (!left) throw new Error("ce pli a été effacé dans un autre onglet");
      Object.assign(state, left);
      if (state.receipt) {
        this.draw();
        this.title.focus();
        this.all.changed();
        return;
      }
      this.sending = new AbortController();
      delete this.pace;
      show(this.bar);
      this.draw();
      this.title.textContent = "Envoi en cours";
      this.title.focus();
      let suspended = false;
      try {
        const file = await pliFile(state.pli);
        state.receipt = await send({ state, file, remember: saveState, tell: (news) => this.tell(news), signal: this.sending.signal });
        await saveState(state);
        this.complete();
        await this.markReplaced();
      } catch (error) {
        if (!this.sending.signal.aborted) throw error;
        suspended = true;
      } finally {
        this.sending = null;
        show(this.bar, false);
        this.draw();
        if (suspended) {
          await this.ask();
          say(this.said, `Envoi suspendu. ${this.standing(null)}`);
        }
        this.title.focus();
        this.all.changed();
      }
    });
  }

  /** The deposits this one has taken the place of, says its receipt. */
  async markReplaced() {
    const { replaces } = JSON.parse(this.state.receipt).receipt;
    for (const { state } of this.all.cards.values()) {
      if (state.receipt && replaces.includes(JSON.parse(state.receipt).receipt.id)) await this.all.cards.get(state.pli).end("replaced");
    }
  }

  async end(how) {
    this.state.ended = how;
    await saveState(this.state);
    this.draw();
  }

  /** What the platform says of it now: the receipt of a deposit that was whole when this page was closed, its end. */
  async refresh() {
    const { state } = this;
    this.complete();
    if (!state.upload || state.ended || this.sending || state.platform !== consultationName) return;
    const standing = await this.ask();
    if (standing in ENDED) await this.end(standing);
    else if (["received", "late"].includes(standing) && !state.receipt) {
      state.receipt = await receiptOf(state);
      await saveState(state);
      this.complete();
      await this.markReplaced();
    }
    this.drawAgain();
  }

  /** The platform's word on this upload; how much of it is safe there is kept to be told. */
  async ask() {
    const { state: standing, received } = await standingOf(this.state);
    if (standing === "open") this.held = received;
    return standing;
  }

  tell({ sent, total, waiting, why }) {
    if (waiting !== undefined) {
      this.percent = -1;
      delete this.pace; // measured anew on the next connection
      say(this.said, `Interruption : ${why.replace(/\.$/, "")}. Reprise automatique${waiting ? ` dans ${waiting} s` : ""} ; rien de ce qui est reçu n'est perdu.`);
      return;
    }
    this.bar.value = total ? (sent / total) * 100 : 100;
    const percent = Math.floor(this.bar.value / 5) * 5; // read aloud: not at every byte
    if (percent === this.percent) return;
    this.percent = percent;
    say(this.said, percent === 100 ? "Dernier octet parti : la plateforme doit encore accuser réception, gardez cette page ouverte…"
      : `Envoi : ${percent} % (${sizeInWords(sent)} sur ${sizeInWords(total)})${this.foreseen(sent, total)}. Si cette page se ferme, rouvrez-la : l'envoi reprendra où il en est.`);
  }

  /** When the last byte would leave at this pace, and whether that is too late. */
  foreseen(sent, total) {
    this.pace ??= { at: performance.now(), sent };
    const elapsed = (performance.now() - this.pace.at) / 1000;
    if (elapsed < 2 || sent === this.pace.sent) return "";
    const left = ((total - sent) * elapsed) / (sent - this.pace.sent);
    const late = left > secondsLeft() && secondsLeft() > 0;
    return `, encore ${durationInWords(left)}` +
      (late ? ", soit après l'heure limite : par une connexion plus rapide, il reprendrait où il en est" : "");
  }

  /** What cannot be undone is asked in the page, not in a pop-up. */
  confirm(text, act, warning) {
    this.confirming = true;
    const confirm = make("button", { type: "button", text });
    const cancel = make("button", { type: "button", text: "Garder" });
    confirm.addEventListener("click", ({ detail }) => detail > 1 || act().catch(alarm)); // a double click confirms nothing
    cancel.addEventListener("click", () => {
      this.draw();
      this.title.focus();
    });
    say(this.said, warning);
    this.buttons.replaceChildren(make("div", { class: "buttons" }, confirm, cancel));
    cancel.focus();
  }

  async withdraw() {
    const { state } = this;
    try {
      state.withdrawal = await withdraw(state);
    } catch (error) {
      this.draw();
      if (await this.ask() !== "withdrawn") throw error; // an answer lost on the way is no failure
      state.withdrawal = await withdraw(state).catch(() => "");
    }
    await this.end("withdrawn");
    this.title.focus();
    this.all.changed();
  }

  async forget() {
    await alone(this.state.pli, (free) => {
      if (!free) throw new Refused("PAGE-13");
      return forget(this.state.pli);
    });
    this.element.remove();
    this.all.cards.delete(this.state.pli);
    this.all.changed();
  }
}
