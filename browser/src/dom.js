// Small helpers for pages without a framework.

export const $ = (id) => document.getElementById(id);

/** An element with its properties ("text", "class", "data-…", "aria-…") and its children. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "text") element.textContent = value;
    else if (name in element && !name.includes("-")) element[name] = value;
    else element.setAttribute(name === "class" ? "class" : name, value);
  }
  element.append(...children);
  return element;
}

export function show(element, visible = true) {
  element.hidden = !visible;
}

/** Says what stopped an act: cause, mend, code; focus goes there, so that it is seen and read. */
export function alarm({ code = "PAGE-09", message, mend = "Rechargez la page et recommencez." }) {
  const box = $("alert");
  box.replaceChildren(make("p", {}, make("strong", { text: message })), make("p", { text: `${mend} (${code})` }));
  show(box);
  box.focus();
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
