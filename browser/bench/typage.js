// typage alone, for benchmarks/seal_browser.py: the stream of a file encrypted and thrown away.

import { Encrypter } from "age-encryption";

self.onmessage = async ({ data: { file, recipient } }) => {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  const sealed = (await encrypter.encrypt(file.stream())).getReader();
  let size = 0;
  for (let { done, value } = await sealed.read(); !done; { done, value } = await sealed.read()) size += value.length;
  self.postMessage({ sealed: size });
};
