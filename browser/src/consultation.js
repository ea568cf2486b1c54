// What a page knows of its consultation: what the platform announces, its clock, its deadline.

import { alarm, calm, $, make, say, show } from "./dom.js";
import { lotsOf } from "./opening-keys.js";
import { announced } from "./platform.js";
import { Refused } from "./refused.js";
import { count, durationInWords, instantInWords } from "./words.js";

const AGAIN = 5; // seconds before the platform is asked again

/** Asks the platform until it answers, telling why it does not; null when the page is opened for no consultation. */
export async function followed() {
  for (;;) {
    try {
      const found = await announced();
      if ($("alert").dataset.by === "network") calm();
      if (found) startClock(found);
      return found;
    } catch (error) {
      if (!(error instanceof Refused) || error.final) throw error;
      if ($("alert").dataset.by !== "network") {
        alarm(error, { focus: false, note: "La page réessaie toutes les cinq secondes, ce que vous avez saisi est gardé. Sans réseau, " +
          "vous pouvez déjà choisir les documents, et sceller avec un fichier de clés." });
        $("alert").dataset.by = "network";
      }
      await new Promise((resolve) => {
        setTimeout(resolve, AGAIN * 1000);
        addEventListener("online", resolve, { once: true });
      });
    }
  }
}

/** Says in `place` what the consultation is, and whose keys these are. */
export function describe(place, keys, from, platform) {
  const lots = lotsOf(keys);
  const facts = [["Consultation", [keys.consultation, platform?.title].filter(Boolean).join(" – ")]];
  if (platform) facts.push(["Acheteur", platform.buyer], ["Heure limite", instantInWords(platform.deadline, platform.zone), "deadline"]);
  facts.push(
    ["Lots", lots.length > 1 ? lots.join(", ") : "lot unique"],
    ["Clés", `${from}${keys.committee ? ` ; ouverture à ${count(keys.committee.threshold, "porteur", "porteurs")} sur ${keys.committee.holders.length}` : ""}`],
  );
  place.replaceChildren(make("dl", {}, ...facts.flatMap(([name, value, id]) => [make("dt", { text: name }), make("dd", { text: value, ...(id && { id }) })])));
}

/** Seconds to the deadline by the reference clock, negative once it has passed; Infinity while it is not known. */
export let secondsLeft = () => Infinity;

/**
 * The reference clock: the platform's, followed from the instant it answered. It is asked again when the page is looked at
 * again, and when this machine has slept (its clock has leapt: `performance` does not count a sleep everywhere) or its
 * clock was set. The deadline may have been put back since.
 */
function startClock(found) {
  const gap = () => Date.now() - performance.now();
  let deadline, ahead, known;
  const follow = (said) => {
    ahead = Date.parse(said.now) - said.at;
    known = gap();
    deadline = said.deadline;
    const place = $("deadline");
    if (place) say(place, instantInWords(deadline, said.zone));
  };
  follow(found);
  const ask = () => announced().then(follow, () => {}); // away: the next sign asks again
  document.addEventListener("visibilitychange", () => document.hidden || ask());
  const { zone } = found;
  secondsLeft = () => (Date.parse(deadline) - ahead - performance.now()) / 1000;
  const tick = () => {
    const leapt = gap() - known;
    if (Math.abs(leapt) > 1000) {
      ahead += Math.max(leapt, 0);
      known += leapt;
      ask();
    }
    $("time").textContent = instantInWords(ahead + performance.now(), zone);
    const left = secondsLeft();
    $("left").textContent = left > 0 ? `Il reste ${durationInWords(left)}` : "Heure limite passée";
    show($("late"), left < -1);
    if (!$("late").firstChild) {
      $("late").replaceChildren(make("p", {}, make("strong", { text: "L'heure limite est passée." })), make("p", {
        text: "Votre dépôt sera reçu, marqué hors délai et gardé scellé ; l'acheteur décidera au vu de l'historique des envois.",
      }));
    }
  };
  show($("clock"));
  tick();
  setInterval(tick, 1000);
}
