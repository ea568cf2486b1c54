// Small helpers for pages without a framework.

import { asRefused } from "./refused.js";
import { durationInWords } from "./words.js";

const QUIET = 20; // seconds

export const $ = (id) => document.getElementById(id);

/** An element with its properties ("text", "class", "data-…", "aria-…") and its children. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "text") say(element, value);
    else if (name in element && !name.includes("-")) element[name] = value;
    else element.setAttribute(name === "class" ? "class" : name, value);
  }
  element.append(...children);
  return element;
}

/** Writes a French text: no line ends between a word and its « », : ; ? ! or %. */
export function say(element, text) {
  element.textContent = String(text).replace(/« /gu, "«\u00a0").replace(/ (?=[»:;?!%])/gu, "\u00a0");
}

export function show(element, visible = true) {
  element.hidden = !visible;
}

/** Says what stopped an act: cause, mend, code; focus goes there, so that it is seen and read. What a page notices
 *  by itself takes no focus from who is typing: the box is announced all the same (role="alert"). `note`: what the page
 *  does about it. */
export function alarm(error, { focus = true, note = "" } = {}) {
  const { code, message, mend } = asRefused(error);
  const box = $("alert");
  box.replaceChildren(make("p", {}, make("strong", { text: message })), make("p", { text: `${mend} (${code})` }),
    ...(note ? [make("p", { text: note })] : []));
  delete box.dataset.by;
  show(box);
  if (focus) box.focus();
}

export function calm() {
  show($("alert"), false);
}

/** A downloaded file. Its address is freed when the page closes: a large one may be long to save. */
export function save(blob, name) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
}

/** The consultation of this page goes along with the links that ask for it. */
export function keepSearch() {
  for (const link of document.querySelectorAll("a[data-same]")) link.search = location.search;
}

/** For "beforeunload": the browser asks before it leaves the page. */
export function keepOpen(event) {
  event.preventDefault();
}

/**
 * Shows in `place` how far a long act is, and asks before the page is closed in the middle; says when nothing goes
 * on any more. `act(progress, signal)`, `progress(done, total)`, `signal` when the person stops it. Meanwhile the rest of
 * the form is shut: what would be added now would be in no pli.
 */
export async function working(place, name, act) {
  const bar = make("progress", { max: 100, value: 0, "aria-label": name });
  const said = make("p", { role: "status", text: `${name}… Rien n'est encore envoyé : gardez cette page ouverte.` });
  const stop = make("button", { type: "button", text: "Arrêter" });
  const stopped = new AbortController();
  stop.addEventListener("click", () => stopped.abort());
  place.replaceChildren(bar, said, make("div", { class: "buttons" }, stop));
  show(place);
  const others = [...place.closest("form").children].filter((each) => !each.contains(place));
  for (const each of others) each.inert = true;
  addEventListener("beforeunload", keepOpen);
  const started = performance.now();
  let heard = started;
  let last = -1;
  const watch = setInterval(() => {
    if (heard === Infinity || performance.now() - heard < QUIET * 1000) return;
    heard = Infinity; // said once
    last = -1;
    say(said, `${name} : rien n'avance depuis ${QUIET} s. Un fichier gardé sur un réseau ou en ligne se lit parfois lentement ; ` +
      "« Arrêter » garde ce que vous avez saisi.");
  }, 1000);
  try {
    return await act((done, total) => {
      heard = performance.now();
      const percent = total ? (done / total) * 100 : 100;
      bar.value = percent;
      const tenth = Math.floor(percent / 10);
      if (tenth === last) return; // read aloud: not at every step
      last = tenth;
      const left = done ? ((performance.now() - started) / done) * (total - done) / 1000 : 0;
      say(said, `${name} : ${Math.floor(percent)} %${left > 2 ? `, encore ${durationInWords(left)}` : ""}. Rien n'est encore envoyé : gardez cette page ouverte.`);
    }, stopped.signal);
  } finally {
    clearInterval(watch);
    for (const each of others) each.inert = false;
    removeEventListener("beforeunload", keepOpen);
    show(place, false);
  }
}
