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
for (const name of ["style.css", "icon.svg"]) cpSync(`src/${name}`, `${target}/${name}`);
for (const name of ["deposer.html", "pli.html", "ceremonie.html", "porteur.html"]) writeFileSync(`${target}/${name}`, page(name));

/** A page in the frame of all: its first line names its script and its title, another the section it shares. */
function page(name) {
  const [, script, title, own] = /^<!-- (\S+) : (.+) -->\n([^]*)$/u.exec(readFileSync(`src/${name}`, "utf8"));
  const body = own.replace(/^ *<!-- (\S+\.html) -->\n/gmu, (_, shared) => readFileSync(`src/${shared}`, "utf8"));
  const said = { script, title, body };
  return readFileSync("src/frame.html", "utf8").replace(/\{\{(\w+)\}\}/gu, (_, what) => said[what]);
}

const packages = Object.keys(metafile.inputs).map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
const licences = [...new Set(packages)].filter(Boolean).sort().map((name) => {
  const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`));
  const file = ["LICENSE", "LICENSE.md", "LICENSE.txt", "License", "license"]
    .map((each) => `node_modules/${name}/${each}`).find(existsSync);
  return `${name} ${version} (${license})\n\n${file ? readFileSync(file, "utf8").trim() : ""}\n`;
});
writeFileSync(`${target}/licences.txt`, licences.join(`\n${"-".repeat(72)}\n\n`));
