// The keys of the service, for who manages them: all that there are, a new one (its secret is shown
// once), and one that shall be refused from now on.

import { call, get, post } from "./api.js";
import { copy } from "./clipboard.js";
import { announce, button, el } from "./dom.js";
import { day, inWords, say } from "./i18n.js";

const OWNERS = { user: "user", app: "namespace", admin: null }; // the field that says whose a key is
const NAMESPACE = "[a-z0-9][a-z0-9_\\-]{0,31}";

export class KeyAdmin {
  /**
   * `secret` is an administrator's key, or null where there are no keys yet; `use` goes on with a
   * user's new key on this page; `made` is told of each new key.
   */
  constructor({ secret = null, use, made = () => {} }) {
    this.secret = secret;
    this.use = use;
    this.told = made;
    this.fresh = el("div", { class: "made" });
    this.list = el("ul", { class: "keyring" });
    this.wrong = el("p", { class: "wrong", role: "alert" });
    this.element = el("div", { class: "key-desk" }, this.list, this.fresh, this.form(), this.wrong);
    this.load();
  }

  async load() {
    const found = await this.trying(() => get("/v1/keys", { key: this.secret }));
    if (!found) return;
    const live = found.results.filter((each) => !each.revoked_at);
    const revoked = found.results.filter((each) => each.revoked_at);
    this.list.replaceChildren(...live.map((each) => this.row(each)));
    if (revoked.length) {
      const words = el("summary", { class: "hint" }, say("keys.revoked", { n: revoked.length }));
      this.list.append(el("li", {}, el("details", {}, words, el("ul", {}, revoked.map((each) => this.row(each))))));
    }
  }

  row(key) {
    const tools = el("span", { class: "row" });
    const ask = () => {
      const stay = button(say("cancel"), offer);
      tools.replaceChildren(el("span", { class: "hint" }, say("keys.revoke-sure")), button(say("keys.revoke"), () => this.revoke(key), { class: "button danger" }), stay);
      stay.focus();
    };
    const offer = () => {
      const revoke = button(say("keys.revoke"), ask, { "aria-label": `${say("keys.revoke")}: ${key.name}` });
      const focused = tools.contains(document.activeElement);
      tools.replaceChildren(revoke);
      if (focused) revoke.focus();
    };
    if (!key.revoked_at) offer();
    const made = say("keys.made-on", { day: day(key.created_at) });
    const told = [whose(key), made, key.revoked_at && say("keys.revoked-on", { day: day(key.revoked_at) })];
    return el(
      "li",
      { class: "key-row", "data-id": key.id },
      el("div", {}, el("strong", { dir: "auto" }, key.name), " ", el("code", {}, `${key.prefix}…`), el("p", { class: "meta" }, told.filter(Boolean).join(" · "))),
      tools,
    );
  }

  async revoke(key) {
    if (!(await this.trying(() => call("DELETE", `/v1/keys/${key.id}`, { key: this.secret })))) return;
    announce(say("keys.revoked-done", { name: key.name }));
    await this.load();
    this.name.focus();
  }

  form() {
    this.name = el("input", { type: "text", required: true, maxlength: 128, autocomplete: "off", placeholder: say("keys.name-example") });
    const first = this.secret === null; // who makes the first key will need it to make others
    const kind = el("select", {}, Object.keys(OWNERS).map((each) => el("option", { value: each, selected: each === (first ? "admin" : "user") }, say(`keys.kind.${each}`))));
    const owner = el("input", { type: "text", autocomplete: "off", spellcheck: "false", autocapitalize: "off" });
    const words = el("span", {});
    const hint = el("p", { class: "hint" });
    const label = el("label", {}, words, owner);
    const fit = () => {
      const field = OWNERS[kind.value];
      label.hidden = field === null;
      hint.textContent = say(`keys.hint.${kind.value}`);
      owner.required = field !== null;
      if (field === null) return;
      words.textContent = say(`keys.${field}`);
      if (field === "namespace") owner.pattern = NAMESPACE;
      else owner.removeAttribute("pattern");
      owner.maxLength = field === "namespace" ? 32 : 128;
      owner.value = field === "user" ? "local" : ""; // whose memory it was before there were keys
    };
    kind.addEventListener("change", fit);
    fit();
    const onsubmit = async (event) => {
      event.preventDefault();
      const body = { kind: kind.value, name: this.name.value.trim() };
      if (OWNERS[kind.value]) body[OWNERS[kind.value]] = owner.value.trim();
      await this.make(body);
    };
    return el(
      "form",
      { class: "new-key", onsubmit },
      el("label", {}, say("keys.name"), this.name),
      el("label", {}, say("keys.kind"), kind),
      label,
      hint,
      el("div", { class: "row" }, el("button", { class: "button strong" }, say("keys.make"))),
    );
  }

  async make(body) {
    const made = await this.trying(() => post("/v1/keys", body, { key: this.secret }));
    if (!made) return;
    this.name.value = "";
    const manages = made.kind === "admin" && this.secret === null;
    if (manages) this.secret = made.secret;
    this.show(made, manages);
    this.told();
    await this.load();
    this.fresh.scrollIntoView({ block: "center" }); // the list above it has grown meanwhile
  }

  /** The only time that the secret is seen. */
  show({ name, kind, secret }, manages) {
    const field = el("input", { type: "text", readonly: true, value: secret, "aria-label": say("keys.secret"), onfocus: () => field.select() });
    this.fresh.replaceChildren(
      el("p", { role: "status" }, say("keys.made", { name })),
      el(
        "div",
        { class: "row" },
        field,
        button(say("copy"), () => copy(secret), { icon: "copy" }),
        kind === "user" && button(say("keys.use"), () => this.use(secret), { class: "button strong" }),
      ),
      ...(manages ? [el("p", { class: "hint" }, say("keys.next"))] : []),
    );
    field.focus();
  }

  async trying(what) {
    this.wrong.textContent = "";
    try {
      return await what();
    } catch (error) {
      this.wrong.textContent = error.status === 401 ? say("keys.needs-admin") : inWords(error);
      return null;
    }
  }
}

/** Whose a key is, in words. */
export function whose({ kind, user, namespace }) {
  return say(`keys.of.${kind}`, { user, namespace });
}
