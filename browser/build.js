// Bundles the pages into the deposit server's static folder. Run by script/build-browser.

import { build } from "esbuild";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const target = "../src/reglo/deposit/static";
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });

const { metafile } = await build({
  entryPoints: ["deposer", "pli-page", "seal-worker", "take-worker", "hash-worker", "ceremonie", "porteur"].map((name) => `src/${name}.js`),
  outdir: target,
  bundle: true,
  minify: true,
  format: "iife", // plain scripts: the ceremony page also works from a file, on a machine without network
  target: ["es2022"],
  alias: { crypto: "./src/node-crypto.js" }, // asked by slip39 alone
  legalComments: "none", // all licences are in licences.txt
  metafile: true,
});
for (const name of ["deposer.html", "pli.html", "ceremonie.html", "porteur.html", "style.css", "icon.svg"]) {
  cpSync(`src/${name}`, `${target}/${name}`);
}

const packages = Object.keys(metafile.inputs).map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
const licences = [...new Set(packages)].filter(Boolean).sort().map((name) => {
  const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`));
  const file = ["LICENSE", "LICENSE.md", "LICENSE.txt", "License", "license"]
    .map((each) => `node_modules/${name}/${each}`).find(existsSync);
  return `${name} ${version} (${license})\n\n${file ? readFileSync(file, "utf8").trim() : ""}\n`;
});
writeFileSync(`${target}/licences.txt`, licences.join(`\n${"-".repeat(72)}\n\n`));
