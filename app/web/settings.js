// What answers and what reads, how it is doing, and what this browser's user chose.

import { asRequest, choice, choose } from "./preferences.js";
import { el } from "./dom.js";
import { keySection } from "./api-key-settings.js";
import { LANGUAGES, day, language, number, say } from "./i18n.js";

export class SettingsView {
  constructor(house) {
    this.house = house;
    this.heading = el("h1", { tabindex: "-1" }, say("settings.title"));
    // What can be chosen is made once: what is typed there, and the focus, outlive an update.
    this.chosen = el("section", { hidden: true });
    this.told = [el("section", { hidden: true }), el("section", { hidden: true })];
    this.column = el("div", { class: "column settings" }, this.chosen, this.looks(), keySection(), this.told);
    this.element = el(
      "div",
      {},
      el("header", { class: "view-head" }, house.menu(), el("div", { class: "titles" }, this.heading)),
      el("div", { class: "scroller" }, this.column),
    );
    this.update();
    house.refresh();
  }

  shown() {
    this.heading.focus();
  }

  /** Show what the service tells of itself, once it has. */
  update() {
    const { status } = this.house;
    if (!status) return;
    if (this.chosen.hidden) {
      const chosen = this.chosen;
      this.chosen = answers(status);
      chosen.replaceWith(this.chosen, memory(status));
    }
    const told = [head(status), service(status)];
    this.told.forEach((section, index) => section.replaceWith(told[index]));
    this.told = told;
  }

  looks() {
    const themes = { "": say("theme.system"), light: say("theme.light"), dark: say("theme.dark") };
    const theme = options(themes, choice("theme") ?? "", (value) => {
      choose("theme", value || null);
      if (value) document.documentElement.dataset.theme = value;
      else delete document.documentElement.dataset.theme;
    });
    const speaks = options(LANGUAGES, language(), (value) => {
      choose("language", value);
      this.house.furnish();
    });
    const rows = [row(say("settings.theme"), theme), row(say("settings.language"), speaks)];
    return section(say("settings.page"), rows);
  }
}

function section(title, ...children) {
  return el("section", {}, el("h2", {}, title), children);
}

let ids = 0;

function row(words, field, hint) {
  field.id ||= `setting-${++ids}`;
  // What is only told needs no name.
  const label = field.matches("output") ? el("span", {}, words) : el("label", { for: field.id }, words);
  if (hint) field.setAttribute("aria-describedby", `${field.id}-hint`);
  return el("div", { class: "setting" }, label, field, hint && el("p", { class: "hint", id: `${field.id}-hint` }, hint));
}

function options(named, chosen, onchange) {
  const field = el("select", { onchange: () => onchange(field.value) });
  for (const [value, words] of Object.entries(named)) field.append(el("option", { value, selected: value === chosen }, words));
  return field;
}

/** A number that may be left to the service: an empty field. */
function amount(name, { least, most, step, usual }) {
  const field = el("input", { type: "number", min: least, max: most, step, value: choice(name) ?? "", placeholder: String(usual) });
  field.addEventListener("input", () => field.checkValidity() && choose(name, field.value === "" ? null : Number(field.value)));
  field.addEventListener("change", () => field.reportValidity());
  return field;
}

function answers({ model, window, defaults }) {
  const usual = defaults.temperature;
  return section(
    say("settings.answers"),
    row(say("settings.model"), el("output", {}, model), say("settings.window", { n: number(window) })),
    row(say("settings.temperature"), amount("temperature", { least: 0, most: 2, step: 0.1, usual }), say("settings.temperature-hint", { usual })),
  );
}

function memory(status) {
  const tick = (name) => el("input", { type: "checkbox", role: "switch", checked: asRequest().memory[name], onchange: (event) => choose(name, event.target.checked) });
  const usual = status.defaults.memory_budget_tokens;
  return section(
    say("settings.memory"),
    row(say("settings.read"), tick("read"), say("settings.read-hint")),
    row(say("settings.write"), tick("write"), say("settings.write-hint")),
    row(say("settings.budget"), amount("budget", { least: 0, most: 100000, step: 32, usual }), say("settings.budget-hint", { usual })),
  );
}

/** The head in use, beside the untrained reads that it was measured against. */
function head({ head: { version, trained, questions, measured } }) {
  const reads = Object.entries(measured).sort(([, a], [, b]) => b["frac@10"] - a["frac@10"]);
  const figures = (name, value) => [
    el("td", { class: "track-cell", "aria-hidden": "true" }, el("span", { class: `fill ${name === "head" ? "" : "plain"}`, style: { width: `${100 * value}%` } })),
    el("td", { class: "figure" }, value.toFixed(3)),
  ];
  const table = reads.length > 0 && el(
    "table",
    { class: "measured" },
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, say("head.read")), el("th", { scope: "col", colspan: 2 }, say("head.evidence")), el("th", { scope: "col" }, "MRR"))),
    el(
      "tbody",
      {},
      reads.map(([name, { "frac@10": evidence, mrr }]) =>
        el("tr", { class: name === "head" ? "ours" : null }, el("th", { scope: "row" }, say(`head.${name}`)), figures(name, evidence), el("td", { class: "figure" }, mrr.toFixed(3))),
      ),
    ),
  );
  const hint = reads.length ? say("head.hint", { n: number(questions), day: day(trained) }) : say("head.untrained");
  return section(say("settings.head"), row(say("head.version"), el("output", {}, version)), table, el("p", { class: "hint" }, hint));
}

function service({ version, embedder, alive, memory: { last_position } }) {
  return section(
    say("settings.service"),
    row(say("settings.health"), el("output", { class: alive ? "well" : "wrong" }, say(alive ? "health.well" : "health.ill"))),
    row(say("settings.version"), el("output", {}, version)),
    row(say("settings.embedder"), el("output", {}, embedder)),
    row(say("settings.tape"), el("output", {}, number(last_position)), say("settings.tape-hint")),
  );
}
