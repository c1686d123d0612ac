// The section of the settings about API keys: the key of this page and, for an administrator, all keys.

import { currentKey, removeKey, setKey } from "./api-key.js";
import { get } from "./api.js";
import { button, el } from "./dom.js";
import { errorText, formatDate, t } from "./i18n.js";

export function keySection() {
  const body = el("div", { class: "current-key" }, el("p", { class: "hint" }, t("loading")));
  load(body);
  return el("section", {}, el("h2", {}, t("keys.title")), body);
}

async function load(body) {
  try {
    const [{ key }, { KeyAdmin, ownerText }] = await Promise.all([get("/v1/keys/me"), import("./api-key-admin.js")]);
    const current = key ? ownKey(key, ownerText) : [el("p", { class: "hint" }, t("keys.none"))];
    const use = (secret) => {
      setKey(secret);
      location.reload();
    };
    // Once a key exists, "no keys yet" is no longer true.
    const oncreate = () => key === null && current.forEach((each) => each.remove());
    const keyAdmin = (secret) => new KeyAdmin({ secret, use, oncreate }).element;
    body.replaceChildren(...current, manageKeys(key, keyAdmin));
  } catch (error) {
    body.replaceChildren(el("p", { class: "error" }, errorText(error)));
  }
}

function ownKey(key, ownerText) {
  const forget = () => {
    removeKey();
    location.reload();
  };
  return [
    el("p", {}, t("keys.current"), " ", el("strong", { dir: "auto" }, key.name), " ", el("code", {}, `${key.prefix}…`)),
    el("p", { class: "hint" }, `${ownerText(key)} · ${t("keys.created-on", { day: formatDate(key.created_at) })}`),
    el("div", { class: "row" }, currentKey() !== null && button(t("key.remove"), forget)),
  ];
}

/** Collapsed at first. If keys exist, it asks for an administrator's. */
function manageKeys(key, keyAdmin) {
  const body = el("div", {});
  const show = (secret) => body.replaceChildren(keyAdmin(secret));
  const ontoggle = () => {
    if (!details.open || body.childElementCount) return;
    if (key === null) show(null);
    else body.replaceChildren(adminKeyForm(show));
  };
  const details = el("details", { class: "manage-keys", ontoggle }, el("summary", {}, t("keys.manage")), body);
  return details;
}

function adminKeyForm(use) {
  const field = el("input", { type: "password", autocomplete: "off", spellcheck: "false", required: true });
  const wrong = el("p", { class: "error", role: "alert" });
  const onsubmit = async (event) => {
    event.preventDefault();
    const key = field.value.trim();
    try {
      const { manages } = await get("/v1/keys/me", { key });
      if (manages) use(key);
      else wrong.textContent = t("keys.not-admin");
    } catch (error) {
      wrong.textContent = error.code === "invalid_api_key" ? t("key.invalid") : errorText(error);
    }
  };
  return el(
    "form",
    { class: "key-form", onsubmit },
    el("label", {}, t("keys.admin"), field),
    el("p", { class: "hint" }, t("keys.admin-hint")),
    wrong,
    el("div", { class: "row" }, el("button", { class: "button primary" }, t("key.use"))),
  );
}
