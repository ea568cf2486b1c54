// Sends a file with tus-js-client: node tus_js_client.mjs MODULES ENDPOINT FILE CHUNK METADATA(JSON). Prints the address.
import { createReadStream, statSync } from "node:fs";
import { createRequire } from "node:module";

const [modules, endpoint, file, chunk, metadata] = process.argv.slice(2);
const tus = createRequire(`${modules}/package.json`)("tus-js-client");
const upload = new tus.Upload(createReadStream(file), {
  endpoint,
  chunkSize: Number(chunk),
  uploadSize: statSync(file).size,
  metadata: JSON.parse(metadata),
  retryDelays: [0, 200, 500, 1000, 2000],
  onError: (error) => {
    console.error(String(error));
    process.exit(1);
  },
  onSuccess: () => console.log(upload.url),
});
upload.start();
