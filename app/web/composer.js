// Where one writes.

import { el, icon } from "./dom.js";
import { say } from "./i18n.js";

/** `send` gets the text; `stop` is for the reply under way. */
export class Composer {
  constructor({ send, stop, temporary }) {
    this.send = send;
    this.stop = stop;
    this.busy = false;
    this.field = el("textarea", {
      rows: 1,
      placeholder: say("composer.placeholder"),
      "aria-label": say("composer.label"),
      enterkeyhint: "send",
      oninput: () => this.grow(),
      onkeydown: (event) => {
        // While an input method composes, Enter chooses a character.
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        this.submit();
      },
    });
    this.action = el("button", { type: "submit", class: "send", "aria-label": say("send"), title: say("send") }, icon("send"));
    this.temporary = el("input", { type: "checkbox", role: "switch", onchange: () => temporary(this.temporary.checked) });
    this.element = el(
      "form",
      { class: "composer", onsubmit: (event) => this.onsubmit(event) },
      el("div", { class: "writing" }, this.field, this.action),
      el(
        "div",
        { class: "below" },
        el("label", { class: "tick", title: say("temporary.hint") }, this.temporary, say("temporary")),
        el("span", { class: "hint keys" }, say("composer.hint")),
      ),
    );
  }

  onsubmit(event) {
    event.preventDefault();
    if (this.busy) this.stop();
    else this.submit();
  }

  submit() {
    const text = this.field.value.trim();
    if (this.busy || !text) return;
    this.write("");
    this.send(text);
  }

  write(text) {
    this.field.value = text;
    this.grow();
  }

  /** While a reply is under way the button stops it. */
  occupy(busy) {
    if (busy === this.busy) return;
    this.busy = busy;
    const words = say(busy ? "stop" : "send");
    this.action.replaceChildren(icon(busy ? "stop" : "send"));
    this.action.setAttribute("aria-label", words);
    this.action.title = words;
  }

  grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight}px`;
  }

  focus() {
    this.field.focus({ preventScroll: true });
  }
}
