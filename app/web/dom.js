// Creates elements from plain values. Text stays text: no module of the page parses HTML, except
// markdown.js.

const SVG = "http://www.w3.org/2000/svg";
const PROPERTIES = new Set(["value", "checked", "disabled", "hidden"]);

/** An element. Attributes that are null, undefined or false are left out; `on…` adds a listener. */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (PROPERTIES.has(name)) node[name] = value;
    else if (value === null || value === undefined || value === false) continue;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    // The page's policy refuses style attributes, but not style properties.
    else if (name === "style") for (const [key, each] of Object.entries(value)) node.style.setProperty(key, each);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const ICONS = {
  add: "M8 3v10M3 8h10",
  close: "M4 4l8 8M12 4l-8 8",
  copy: "M6 6h7v7H6zM10 6V3H3v7h3",
  delete: "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5M7 7v4M9 7v4",
  edit: "M3 13l.6-2.8L10.8 3l2.2 2.2-7.2 7.2zM9.4 4.4l2.2 2.2",
  link: "M6 3.5H3.5v9h9V10M9 3h4v4M13 3L7.5 8.5",
  menu: "M2.5 4h11M2.5 8h11M2.5 12h11",
  retry: "M12.6 6.2A5 5 0 1 0 13 9M13 3v3.4H9.6",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.4 10.4L13.5 13.5",
  send: "M8 13V3M3.5 7.5L8 3l4.5 4.5",
  stop: "M4.5 4.5h7v7h-7z",
};

export function icon(name) {
  return svg(
    "svg",
    { class: `icon icon-${name}`, viewBox: "0 0 16 16", "aria-hidden": "true" },
    svg("path", { d: ICONS[name] }),
  );
}

export function button(label, onclick, { icon: name, ...attributes } = {}) {
  return el("button", { type: "button", class: "button", onclick, ...attributes }, name && icon(name), label);
}

/** A button that shows only an icon. Its label is its tooltip and its name for screen readers. */
export function iconButton(label, onclick, name, attributes = {}) {
  return el("button", { type: "button", class: "icon-button", onclick, "aria-label": label, title: label, ...attributes }, icon(name));
}

/** Let a screen reader say a text that is not shown. */
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}
