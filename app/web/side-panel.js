// A panel at the side of the page, one at a time. It is not modal, so the user can compare it with the
// page. On a narrow page it covers everything, and what is behind it is inert.

import { el, iconButton } from "./dom.js";
import { t } from "./i18n.js";

const NARROW = matchMedia("(max-width: 60rem)");

let close = null;

export function openSidePanel(title, body) {
  close?.({ refocus: false });
  const focused = document.activeElement;
  const app = document.getElementById("app");
  const heading = el("h2", { id: "side-panel-title", tabindex: "-1" }, title);
  const head = el("div", { class: "side-panel-head" }, heading, iconButton(t("close"), () => close(), "close"));
  const panel = el("section", { class: "side-panel", role: "dialog", "aria-labelledby": "side-panel-title" }, head, body);
  const onkeydown = (event) => event.key === "Escape" && close();
  const onhashchange = () => close({ refocus: false });
  close = ({ refocus = true } = {}) => {
    panel.remove();
    app.inert = false;
    removeEventListener("keydown", onkeydown);
    removeEventListener("hashchange", onhashchange);
    close = null;
    if (refocus) focused?.focus();
  };
  addEventListener("keydown", onkeydown);
  addEventListener("hashchange", onhashchange);
  app.inert = NARROW.matches;
  app.after(panel);
  heading.focus();
}
