// Holds a ceremony of 2 of 3 with an escrow of 1 of 1, and writes it as JSON: a Python test opens it.

import { identityToRecipient } from "age-encryption";
import { ceremony, newIdentity } from "../src/custody.js";

const identities = {};
const person = async (name, protection) => {
  identities[name] = await newIdentity();
  return { name, recipient: await identityToRecipient(identities[name]), protection };
};
const holder = async (id, name) => ({ id, holder: await person(name, "key"), alternate: await person(`${name}-bis`, "sheet") });
const committee = { threshold: 2, holders: [] };
for (const id of ["comite-1", "comite-2", "comite-3"]) committee.holders.push(await holder(id, id));
const escrow = { threshold: 1, holders: [await holder("sequestre-1", "sequestre-1")] };
const born = await ceremony({
  consultation: "2026-É", rulesSha256: "0".repeat(64), compartments: ["candidacy/1", "bid/1"],
  deadlines: { "candidacy/1": "2026-02-18T11:00:00.000000Z" }, committee, escrow,
});
const base64 = (data) => Buffer.from(data).toString("base64");
console.log(JSON.stringify({
  identities,
  opening_keys: base64(born.openingKeys),
  custody: base64(born.record),
  packages: Object.fromEntries([...born.packages].map(([id, data]) => [id, base64(data)])),
}));
