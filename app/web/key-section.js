// Of the settings: which key this page uses, and, for who manages them, all keys.

import { get } from "./api.js";
import { button, el } from "./dom.js";
import { forgetKey, hasKey, useKey } from "./keys.js";
import { day, inWords, say } from "./language.js";

export function keySection() {
  const place = el("div", { class: "own-key" }, el("p", { class: "hint" }, say("loading")));
  fill(place);
  return el("section", {}, el("h2", {}, say("keys.title")), place);
}

async function fill(place) {
  try {
    const [{ key }, { Keyring, whose }] = await Promise.all([get("/v1/keys/me"), import("./keyring.js")]);
    const told = own(key, whose);
    // Once there is a key, it is no more true that there never was one.
    const made = () => key === null && told.forEach((each) => each.remove());
    const manage = (secret) => new Keyring({ secret, use: useKey, made }).element;
    place.replaceChildren(...told, managing(key, manage));
  } catch (error) {
    place.replaceChildren(el("p", { class: "wrong" }, inWords(error)));
  }
}

function own(key, whose) {
  if (key === null) return [el("p", { class: "hint" }, say("keys.none"))];
  const leave = () => {
    forgetKey();
    location.reload();
  };
  const told = [el("strong", { dir: "auto" }, key.name), " ", el("code", {}, `${key.prefix}…`)];
  return [
    el("p", {}, say("keys.own"), " ", told),
    el("p", { class: "hint" }, `${whose(key)} · ${say("keys.made-on", { day: day(key.created_at) })}`),
    el("div", { class: "row" }, hasKey() && button(say("key.forget"), leave)),
  ];
}

/** Folded away until it is wanted; where the page's own key manages none, with an administrator's. */
function managing(key, manage) {
  const body = el("div", {});
  const show = (secret) => body.replaceChildren(manage(secret));
  const ontoggle = () => {
    if (!folded.open || body.childElementCount) return;
    if (key === null) show(null);
    else body.replaceChildren(withAdminKey(show));
  };
  const folded = el("details", { class: "managing", ontoggle }, el("summary", {}, say("keys.manage")), body);
  return folded;
}

function withAdminKey(show) {
  const field = el("input", { type: "password", autocomplete: "off", spellcheck: "false", required: true });
  const wrong = el("p", { class: "wrong", role: "alert" });
  const onsubmit = async (event) => {
    event.preventDefault();
    const key = field.value.trim();
    try {
      const { manages } = await get("/v1/keys/me", { key });
      if (manages) show(key);
      else wrong.textContent = say("keys.no-admin");
    } catch (error) {
      wrong.textContent = error.code === "invalid_api_key" ? say("key.invalid") : inWords(error);
    }
  };
  return el(
    "form",
    { class: "new-key", onsubmit },
    el("label", {}, say("keys.admin"), field),
    el("p", { class: "hint" }, say("keys.admin-hint")),
    wrong,
    el("div", { class: "row" }, el("button", { class: "button strong" }, say("key.use"))),
  );
}
