// The settings view: the user's preferences, the API key, and the state of the service.

import { keySection } from "./api-key-settings.js";
import { el } from "./dom.js";
import { LANGUAGES, currentLanguage, formatDate, formatNumber, t } from "./i18n.js";
import { preference, setPreference } from "./preferences.js";

export class SettingsView {
  constructor(app) {
    this.app = app;
    this.heading = el("h1", { tabindex: "-1" }, t("settings.title"));
    this.preferences = el("div", {}); // built once: an update must not lose what the user is typing
    this.facts = el("div", {});
    const column = el("div", { class: "column settings" }, this.preferences, this.appearance(), keySection(), this.facts);
    this.element = el("div", {}, app.viewHead(this.heading), el("div", { class: "scroller" }, column));
    this.update();
    app.loadStatus();
  }

  onshow() {
    this.heading.focus();
  }

  /** Show the service's status, once it is known. */
  update() {
    const { status } = this.app;
    if (!status) return;
    if (!this.preferences.hasChildNodes()) this.preferences.append(answerSection(status), memorySection(status));
    this.facts.replaceChildren(headSection(status), serviceSection(status));
  }

  appearance() {
    const themes = { "": t("theme.system"), light: t("theme.light"), dark: t("theme.dark") };
    const theme = select(themes, preference("theme") ?? "", (value) => {
      setPreference("theme", value || null);
      if (value) document.documentElement.dataset.theme = value;
      else delete document.documentElement.dataset.theme;
    });
    const language = select(LANGUAGES, currentLanguage(), (value) => {
      setPreference("language", value);
      this.app.render();
    });
    return section(t("settings.appearance"), setting(t("settings.theme"), theme), setting(t("settings.language"), language));
  }
}

function section(title, ...children) {
  return el("section", {}, el("h2", {}, title), children);
}

let ids = 0;

function setting(name, field, hint) {
  field.id ||= `setting-${++ids}`;
  const label = field.matches("output") ? el("span", {}, name) : el("label", { for: field.id }, name);
  if (hint) field.setAttribute("aria-describedby", `${field.id}-hint`);
  return el("div", { class: "setting" }, label, field, hint && el("p", { class: "hint", id: `${field.id}-hint` }, hint));
}

const fact = (name, value, hint) => setting(name, el("output", {}, value), hint);

function select(options, selected, onselect) {
  const option = ([value, text]) => el("option", { value, selected: value === selected }, text);
  return el("select", { onchange: ({ target }) => onselect(target.value) }, Object.entries(options).map(option));
}

/** A number. An empty field leaves it to the service. */
function numberField(name, attributes) {
  const field = el("input", { type: "number", value: preference(name) ?? "", ...attributes });
  const save = () => field.checkValidity() && setPreference(name, field.value === "" ? null : Number(field.value));
  field.addEventListener("input", save);
  field.addEventListener("change", () => field.reportValidity());
  return field;
}

function answerSection({ model, window, defaults }) {
  const { temperature } = defaults;
  const field = numberField("temperature", { min: 0, max: 2, step: 0.1, placeholder: temperature });
  return section(
    t("settings.answers"),
    fact(t("settings.model"), model, t("settings.model-hint", { n: formatNumber(window) })),
    setting(t("settings.temperature"), field, t("settings.temperature-hint", { default: temperature })),
  );
}

function memorySection({ defaults }) {
  const budget = defaults.memory_budget_tokens;
  const toggle = (name) =>
    el("input", { type: "checkbox", role: "switch", checked: preference(name), onchange: ({ target }) => setPreference(name, target.checked) });
  const field = numberField("budget", { min: 0, max: 100000, step: 32, placeholder: budget });
  return section(
    t("settings.memory"),
    setting(t("settings.read"), toggle("read"), t("settings.read-hint")),
    setting(t("settings.write"), toggle("write"), t("settings.write-hint")),
    setting(t("settings.budget"), field, t("settings.budget-hint", { default: budget })),
  );
}

/** The read head in use, and its metrics beside those of the baselines. */
function headSection({ head: { version, trained, questions, measured } }) {
  const methods = Object.entries(measured).sort(([, a], [, b]) => b["frac@10"] - a["frac@10"]);
  const hint = methods.length ? t("head.tested", { n: formatNumber(questions), day: formatDate(trained) }) : t("head.untrained");
  const table = methods.length > 0 && metricsTable(methods);
  return section(t("settings.head"), fact(t("head.version"), version), table, el("p", { class: "hint" }, hint));
}

function metricsTable(methods) {
  const heading = (text, colspan = null) => el("th", { scope: "col", colspan }, text);
  const row = ([name, { "frac@10": evidence, mrr }]) => {
    const style = { width: `${100 * evidence}%` };
    return el(
      "tr",
      { class: name === "head" ? "this-head" : null },
      el("th", { scope: "row" }, t(`head.method.${name}`)),
      el("td", { class: "track-cell", "aria-hidden": "true" }, el("span", { class: "fill", style })),
      el("td", { class: "figure" }, evidence.toFixed(3)),
      el("td", { class: "figure" }, mrr.toFixed(3)),
    );
  };
  const headings = [heading(t("head.method")), heading(t("head.evidence"), 2), heading("MRR")];
  return el("table", { class: "head-metrics" }, el("thead", {}, el("tr", {}, headings)), el("tbody", {}, methods.map(row)));
}

function serviceSection({ version, embedder, alive, memory: { last_position } }) {
  const health = el("output", { class: alive ? null : "error" }, t(alive ? "status.running" : "status.restarting"));
  return section(
    t("settings.service"),
    setting(t("settings.status"), health),
    fact(t("settings.version"), version),
    fact(t("settings.embedder"), embedder),
    fact(t("settings.tape-length"), formatNumber(last_position), t("settings.tape-length-hint")),
  );
}
