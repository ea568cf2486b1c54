// tests/vectors/custody, which Python reads too; and a ceremony held here, for Python to open.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Decrypter, identityToRecipient } from "age-encryption";
import { askedBy, ceremony, fromWords, lock, newIdentity, openPackage, sealShares, toWords } from "../src/custody.js";

const given = JSON.parse(readFileSync(new URL("../../tests/vectors/custody/ceremony.json", import.meta.url)));
const bytes = (base64) => Uint8Array.from(Buffer.from(base64, "base64"));

const person = async (name, protection = "key") => {
  const identity = await newIdentity();
  return { identity, name, recipient: await identityToRecipient(identity), protection };
};

for (const [name, { identity, words }] of Object.entries(given.people)) {
  test(`the words of ${name}`, () => {
    assert.equal(toWords(identity).join(" "), words);
    assert.equal(fromWords(words.toUpperCase()), identity);
    assert.equal(fromWords(words.split(" ").map((word) => word.slice(0, 4)).join("\n")), identity);
  });
}

test("wrong words are refused by their place", () => {
  const words = given.people["Bob Durand"].words.split(" ");
  const refused = (list, cause) => assert.throws(() => fromWords(list.join(" ")), { code: "GARDE-40", message: cause });
  refused(words.slice(1), /23 au lieu de 24/);
  refused(words.with(2, "xylophage"), /hors de la liste : n° 3/);
  refused(words.toReversed(), /somme de contrôle|hors/);
});

test("the packages written by Python open for their holder and alternate alone", async () => {
  const opened = await openPackage(bytes(given.packages["comite-1"]), given.people["Alice Martin"].identity);
  assert.equal(opened.holder, "comite-1");
  assert.deepEqual(await openPackage(bytes(given.packages["comite-1"]), given.people["Ana Costa"].identity), opened);
  const refused = openPackage(bytes(given.packages["comite-1"]), given.people["Bob Durand"].identity);
  await assert.rejects(refused, { code: "GARDE-43" });
});

test("a contribution holds what was asked for and nothing else", async () => {
  const opened = await openPackage(bytes(given.packages["comite-2"]), given.people["Bob Durand"].identity);
  const worker = await newIdentity();
  const sealed = await sealShares(opened, ["candidacy/1"], await identityToRecipient(worker));
  const decrypter = new Decrypter();
  decrypter.addIdentity(worker);
  const plain = JSON.parse(await decrypter.decrypt(sealed, "text"));
  assert.deepEqual(plain.shares, { "candidacy/1": opened.shares["candidacy/1"].share });
  const asking = (names, now) => () => sealShares(opened, names, given.worker, now);
  assert.throws(asking(["bid/9"]), { code: "GARDE-23" });
  assert.throws(asking(["rehearsal"]), { code: "GARDE-23" });
});

test("no share is given before the deadline that the package knows", async () => {
  const opened = await openPackage(bytes(given.packages["comite-2"]), given.people["Bob Durand"].identity);
  const { deadline } = opened.shares["bid/1"];
  const ask = (now, names = ["bid/1"]) => () => sealShares(opened, names, given.people["Bob Durand"].recipient, now);
  assert.throws(ask(Date.parse(deadline)), { code: "GARDE-27" });
  assert.throws(ask(Date.parse(deadline) - 1, ["candidacy/1", "bid/1"]), { code: "GARDE-27", message: /bid\/1/ });
  const act = (number, limit, at = deadline) => ({
    consultation: opened.consultation, recipients_sha256: "k", number, before: `r${number - 1}`, rules_sha256: `r${number}`, deadlines: { "bid/1": limit }, at,
  });
  const later = (days) => new Date(Date.parse(deadline) + days * 86400e3).toISOString();
  const worker = await identityToRecipient(await newIdentity());
  const after = (acts, days) => () => sealShares(opened, ["bid/1"], worker, Date.parse(later(days)), acts);
  assert.throws(after([act(1, later(7))], 6), { code: "GARDE-27" });
  await after([act(1, later(7))], 8)();
  await after([act(2, later(9)), act(1, later(7))], 10)();
  const wrong = [[act(2, later(9))], [act(1, later(9)), act(2, later(7))], [{ ...act(1, later(7)), consultation: "autre" }]];
  for (const acts of wrong) assert.throws(after(acts, 30), { code: "GARDE-50" });
  delete opened.shares["bid/1"].deadline;
  assert.throws(after([act(1, later(7))], 6), { code: "GARDE-27" });
  await after([act(1, later(7))], 8)(); // set by the act alone
  assert.throws(after([act(1, later(7), later(8))], 30), { code: "GARDE-50", message: /déjà passée/ });
  assert.throws(ask(Date.now()), { code: "GARDE-26" });
});

test("the key of a rehearsal ends by its number", async () => {
  const { recipient } = await person("Alice");
  assert.deepEqual(askedBy(`${recipient}/12`), { recipient, number: 12 });
  assert.deepEqual(askedBy(recipient), { recipient, number: 0 });
  for (const wrong of ["age1faux", `${recipient}/`, `${recipient}/0`, `${recipient}/1/2`, `${recipient}/1000`]) {
    assert.throws(() => askedBy(wrong), { code: "SCEAU-04" });
  }
});

test("a locked key opens with its passphrase", async () => {
  const identity = await newIdentity();
  const decrypter = new Decrypter();
  decrypter.addPassphrase("une phrase à retenir");
  assert.equal(await decrypter.decrypt(await lock(identity, " une phrase à retenir ", 10), "text"), `${identity}\n`);
  await assert.rejects(lock(identity, "courte"), { code: "GARDE-42" });
});

test("what a ceremony refuses", async () => {
  const [a, b] = [await person("Alice"), await person("Bob")];
  const hold = (threshold, holders) => ceremony({
    consultation: "X", rulesSha256: "", compartments: ["bid/1"],
    committee: { threshold, holders: holders.map((holder, at) => ({ id: `comite-${at + 1}`, holder })) },
  });
  await assert.rejects(hold(3, [a, b]), { code: "GARDE-01" });
  await assert.rejects(hold(1, [a, b]), { code: "GARDE-01" });
  await assert.rejects(hold(2, [a, a]), { code: "GARDE-02" });
  await assert.rejects(hold(1, [a]), { code: "GARDE-03" });
  await assert.rejects(hold(2, [a, { ...b, recipient: b.recipient.slice(0, -1) }]), { code: "SCEAU-04" });
});
