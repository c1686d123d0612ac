// A sheet at the side of the page: one at a time. It is no modal window, so that what it tells of can
// be looked at beside it; where it covers all of a narrow page, what is behind it is inert.

import { button, el } from "./dom.js";
import { say } from "./i18n.js";

const NARROW = matchMedia("(max-width: 60rem)");
let close = null;

export function show(title, body) {
  close?.({ refocus: false });
  const before = document.activeElement;
  const app = document.getElementById("app");
  const heading = el("h2", { id: "sheet-title", tabindex: "-1" }, title);
  const shut = button(say("close"), () => close(), { icon: "close", bare: true });
  const head = el("div", { class: "sheet-head" }, heading, shut);
  const sheet = el("section", { class: "sheet", role: "dialog", "aria-labelledby": "sheet-title" }, head, body);
  const onkey = (event) => event.key === "Escape" && close();
  const onleave = () => close({ refocus: false });
  close = ({ refocus = true } = {}) => {
    sheet.remove();
    app.inert = false;
    delete app.dataset.sheet;
    removeEventListener("keydown", onkey);
    removeEventListener("hashchange", onleave);
    close = null;
    if (refocus) before?.focus();
  };
  addEventListener("keydown", onkey);
  addEventListener("hashchange", onleave);
  app.inert = NARROW.matches;
  app.dataset.sheet = "";
  app.after(sheet);
  heading.focus();
}
