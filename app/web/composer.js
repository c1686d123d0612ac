// The field in which the user writes a message.

import { el, icon } from "./dom.js";
import { t } from "./i18n.js";

export class Composer {
  /** `send` gets the text; `stop` stops the reply in progress; `temporary` gets the state of its switch. */
  constructor({ send, stop, temporary }) {
    this.send = send;
    this.stop = stop;
    this.busy = false;
    this.field = el("textarea", {
      rows: 1,
      placeholder: t("composer.placeholder"),
      "aria-label": t("composer.label"),
      enterkeyhint: "send",
      oninput: () => this.fitHeight(),
      onkeydown: (event) => {
        // In an input method, Enter chooses a character.
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        this.submit();
      },
    });
    this.button = el("button", { type: "submit", class: "send", "aria-label": t("send"), title: t("send") }, icon("send"));
    this.temporary = el("input", { type: "checkbox", role: "switch", onchange: () => temporary(this.temporary.checked) });
    this.element = el(
      "form",
      { class: "composer", onsubmit: (event) => this.onsubmit(event) },
      el("div", { class: "composer-field" }, this.field, this.button),
      el(
        "div",
        { class: "composer-options" },
        el("label", { class: "checkbox-label", title: t("temporary.hint") }, this.temporary, t("temporary")),
        el("span", { class: "hint shortcuts" }, t("composer.hint")),
      ),
    );
  }

  onsubmit(event) {
    event.preventDefault();
    if (this.busy) this.stop();
    else this.submit();
  }

  submit() {
    const text = this.text.trim();
    if (this.busy || !text) return;
    this.text = "";
    this.send(text);
  }

  get text() {
    return this.field.value;
  }

  set text(text) {
    this.field.value = text;
    this.fitHeight();
  }

  /** Turn the button into Stop while a reply is in progress. */
  setBusy(busy) {
    if (busy === this.busy) return;
    this.busy = busy;
    const name = busy ? "stop" : "send";
    this.button.replaceChildren(icon(name));
    this.button.setAttribute("aria-label", t(name));
    this.button.title = t(name);
  }

  fitHeight() {
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight}px`;
  }

  focus() {
    this.field.focus({ preventScroll: true });
  }
}
