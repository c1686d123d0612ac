// Lists, creates and revokes the API keys of the service, for an administrator.

import { get, post, requestJson } from "./api.js";
import { copy } from "./clipboard.js";
import { announce, button, el } from "./dom.js";
import { errorText, formatDate, t } from "./i18n.js";

const OWNER_FIELDS = { user: "user", app: "namespace", admin: null }; // by the kind of key
const NAMESPACE = "[a-z0-9][a-z0-9_\\-]{0,31}";

export class KeyAdmin {
  /**
   * `secret` is an administrator's key, or null while the service has no keys. `use` makes a new user's
   * key the key of this page; `oncreate` is called after each new key.
   */
  constructor({ secret = null, use, oncreate = () => {} }) {
    this.secret = secret;
    this.use = use;
    this.oncreate = oncreate;
    this.created = el("div", { class: "created-key" });
    this.list = el("ul", { class: "key-list" });
    this.error = el("p", { class: "error", role: "alert" });
    this.element = el("div", { class: "key-admin" }, this.list, this.created, this.form(), this.error);
    this.load();
  }

  async load() {
    const found = await this.attempt(() => get("/v1/keys", { key: this.secret }));
    if (!found) return;
    const items = (revoked) => found.results.filter((key) => Boolean(key.revoked_at) === revoked).map((key) => this.item(key));
    this.list.replaceChildren(...items(false));
    const revoked = items(true);
    if (!revoked.length) return;
    const summary = el("summary", { class: "hint" }, t("keys.revoked", { n: revoked.length }));
    this.list.append(el("li", {}, el("details", {}, summary, el("ul", {}, revoked))));
  }

  item(key) {
    const created = t("keys.created-on", { day: formatDate(key.created_at) });
    const revoked = key.revoked_at && t("keys.revoked-on", { day: formatDate(key.revoked_at) });
    const meta = [ownerText(key), created, revoked].filter(Boolean).join(" · ");
    return el(
      "li",
      { class: "key-row", "data-id": key.id },
      el("div", {}, el("strong", { dir: "auto" }, key.name), " ", el("code", {}, `${key.prefix}…`), el("p", { class: "meta" }, meta)),
      !key.revoked_at && this.revokeButton(key),
    );
  }

  /** A button that asks for confirmation in its place. */
  revokeButton(key) {
    const place = el("span", { class: "row" });
    const revoke = button(t("keys.revoke"), () => confirm(), { "aria-label": `${t("keys.revoke")}: ${key.name}` });
    const cancel = () => {
      place.replaceChildren(revoke);
      revoke.focus();
    };
    const confirm = () => {
      const question = el("span", { class: "hint" }, t("keys.revoke-confirm"));
      const cancelButton = button(t("cancel"), cancel);
      place.replaceChildren(question, button(t("keys.revoke"), () => this.revoke(key), { class: "button danger" }), cancelButton);
      cancelButton.focus();
    };
    place.append(revoke);
    return place;
  }

  async revoke(key) {
    if (!(await this.attempt(() => requestJson("DELETE", `/v1/keys/${key.id}`, { key: this.secret })))) return;
    announce(t("keys.revoke-done", { name: key.name }));
    await this.load();
    this.name.focus();
  }

  form() {
    this.name = el("input", { type: "text", required: true, maxlength: 128, autocomplete: "off", placeholder: t("keys.name-example") });
    const suggested = this.secret === null ? "admin" : "user"; // the first key must be able to create others
    const option = (kind) => el("option", { value: kind, selected: kind === suggested }, t(`keys.kind.${kind}`));
    const kind = el("select", {}, Object.keys(OWNER_FIELDS).map(option));
    const owner = el("input", { type: "text", autocomplete: "off", spellcheck: "false", autocapitalize: "off" });
    const ownerName = el("span", {});
    const ownerLabel = el("label", {}, ownerName, owner);
    const hint = el("p", { class: "hint" });
    const showOwner = () => {
      const field = OWNER_FIELDS[kind.value];
      hint.textContent = t(`keys.hint.${kind.value}`);
      ownerLabel.hidden = field === null;
      owner.required = field !== null;
      if (field === null) return;
      ownerName.textContent = t(`keys.owner-field.${field}`);
      if (field === "namespace") owner.pattern = NAMESPACE;
      else owner.removeAttribute("pattern");
      owner.maxLength = field === "namespace" ? 32 : 128;
      owner.value = field === "user" ? "local" : ""; // the user of a service without keys
    };
    kind.addEventListener("change", showOwner);
    showOwner();
    const onsubmit = async (event) => {
      event.preventDefault();
      const body = { kind: kind.value, name: this.name.value.trim() };
      const field = OWNER_FIELDS[kind.value];
      if (field) body[field] = owner.value.trim();
      await this.create(body);
    };
    return el(
      "form",
      { class: "key-form", onsubmit },
      el("label", {}, t("keys.name"), this.name),
      el("label", {}, t("keys.kind"), kind),
      ownerLabel,
      hint,
      el("div", { class: "row" }, el("button", { class: "button primary" }, t("keys.create"))),
    );
  }

  async create(body) {
    const key = await this.attempt(() => post("/v1/keys", body, { key: this.secret }));
    if (!key) return;
    this.name.value = "";
    const isFirst = key.kind === "admin" && this.secret === null;
    if (isFirst) this.secret = key.secret;
    this.showCreated(key, isFirst);
    this.oncreate();
    await this.load();
    this.created.scrollIntoView({ block: "center" }); // the list above it has grown
  }

  /** Show the secret of a new key. It is never shown again. */
  showCreated({ name, kind, secret }, isFirst) {
    const field = el("input", { type: "text", readonly: true, value: secret, "aria-label": t("keys.secret"), onfocus: () => field.select() });
    const useButton = button(t("keys.use"), () => this.use(secret), { class: "button primary" });
    const actions = [button(t("copy"), () => copy(secret), { icon: "copy" }), ...(kind === "user" ? [useButton] : [])];
    const next = isFirst ? [el("p", { class: "hint" }, t("keys.first-created"))] : [];
    this.created.replaceChildren(el("p", { role: "status" }, t("keys.created", { name })), el("div", { class: "row" }, field, actions), ...next);
    field.focus();
  }

  /** The result of a request, or null after showing its error. */
  async attempt(send) {
    this.error.textContent = "";
    try {
      return await send();
    } catch (error) {
      this.error.textContent = error.status === 401 ? t("keys.admin-required") : errorText(error);
      return null;
    }
  }
}

export function ownerText({ kind, user, namespace }) {
  return t(`keys.owner.${kind}`, { user, namespace });
}
