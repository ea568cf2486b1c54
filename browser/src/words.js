// What the pages say in French: sizes, instants, durations.

const UNITS = ["octets", "ko", "Mo", "Go", "To"];

/** A size in words, "1,5 Mo"; powers of 1000, as disks and networks count. */
export function sizeInWords(size) {
  let unit = 0;
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  const shown = size.toLocaleString("fr-FR", { maximumFractionDigits: unit > 1 ? 1 : 0 });
  return `${shown} ${unit === 0 && size <= 1 ? "octet" : UNITS[unit]}`;
}

/** "18/02/2026 à 12:00:07 (heure de Paris)". */
export function instantInWords(at, zone = "Europe/Paris") {
  const date = new Date(at);
  const day = date.toLocaleDateString("fr-FR", { timeZone: zone });
  const time = date.toLocaleTimeString("fr-FR", { timeZone: zone });
  const place = zone === "Europe/Paris" ? "heure de Paris" : `heure de ${zone.split("/").at(-1).replaceAll("_", " ")}`;
  return `${day} à ${time} (${place})`;
}

/** "7 min 20 s", "3 h 12 min", "12 jours": never more than what is left. */
export function durationInWords(seconds) {
  const whole = Math.max(1, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min`;
  if (whole < 172_800) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} jours`;
}

/** The first names, and how many more: "« a », « b » et 3 autres". */
export function quoted(names) {
  const shown = names.slice(0, 5).map((name) => `« ${name} »`).join(", ");
  return names.length > 5 ? `${shown} et ${count(names.length - 5, "autre", "autres")}` : shown;
}

export function count(number, one, many) {
  return `${number.toLocaleString("fr-FR")} ${number < 2 ? one : many}`;
}
