// The page: a list of conversations, and beside it the view that the address names.

import { get, onUnauthorized } from "./api.js";
import { ChatView } from "./chat.js";
import { Conversations } from "./conversations.js";
import { button, el, svg } from "./dom.js";
import { forgetWhatWasLeft } from "./undo-delete.js";
import { inWords, language, learn, say } from "./i18n.js";
import { askForKey } from "./key-dialog.js";
import { MemoryView } from "./memory.js";
import { SettingsView } from "./settings.js";
import { showError, showNotice } from "./toast.js";

class House {
  constructor() {
    this.status = null;
    this.view = null;
  }

  /** Build everything: at the start, and when the language has changed. */
  async furnish() {
    await learn();
    document.documentElement.lang = language() === "zh" ? "zh-Hans" : "en";
    this.conversations = new Conversations();
    this.conversations.onrename = () => this.view?.entitle?.();
    this.main = el("main", { id: "main" });
    this.side = el(
      "header",
      { class: "side", id: "side" },
      el(
        "div",
        { class: "side-head" },
        el("a", { class: "wordmark", href: "#/" }, mark(), "Tapehead"),
        button(say("menu.close"), () => this.showSide(false), { icon: "close", bare: true, class: "bare only-narrow" }),
      ),
      this.conversations.element,
      el(
        "nav",
        { class: "places", "aria-label": say("places") },
        el("a", { href: "#/memory", "data-place": "memory" }, say("memory.title")),
        el("a", { href: "#/settings", "data-place": "settings" }, say("settings.title")),
      ),
    );
    const skip = el("a", { class: "skip", href: "#main", onclick: (event) => this.skip(event) }, say("skip"));
    const loading = el("p", { class: "loading", role: "status" }, say("loading.models"));
    const veil = el("div", { class: "veil", onclick: () => this.showSide(false) });
    document.getElementById("app").replaceChildren(skip, this.side, veil, el("div", { class: "place" }, loading, this.main));
    this.go();
    await this.conversations.load();
    this.view?.entitle?.();
    await this.refresh();
  }

  async refresh() {
    try {
      this.status = await get("/v1/status");
      this.view?.update?.();
    } catch (error) {
      showError(inWords(error));
    }
  }

  /** Looked at again: other tabs and devices may have gone on meanwhile. */
  async catchUp() {
    await this.conversations?.catchUp();
    const view = this.view;
    const behind = await view?.isBehind?.();
    if (!behind || view !== this.view) return view?.entitle?.();
    this.view = new ChatView(this, { conversation: view.conversation });
    this.show();
    this.view.composer.write(view.composer.field.value); // what is being written stays
  }

  /** Show what the address names. */
  go() {
    const [path, query] = location.hash.replace(/^#?\/?/, "").split("?");
    const [place, id, turn] = path.split("/").map(decoded);
    this.showSide(false);
    if (place === "c" && this.view instanceof ChatView && this.view.conversation === id && turn) {
      this.view.jump(turn);
      return;
    }
    if (place === "c") this.view = new ChatView(this, { conversation: id, turn });
    else if (place === "memory") this.view = new MemoryView(this, new URLSearchParams(query));
    else if (place === "settings") this.view = new SettingsView(this);
    else this.view = new ChatView(this, { temporary: place === "temporary" });
    this.show(place);
  }

  show(place = "c") {
    this.main.replaceChildren(this.view.element);
    for (const link of this.side.querySelectorAll("[data-place]")) {
      if (link.dataset.place === place) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    if (!(this.view instanceof ChatView)) this.conversations.mark(null);
    this.view.shown();
  }

  /** The button that shows the list where the page is narrow. */
  menu() {
    return button(say("menu"), () => this.showSide(true), { icon: "menu", bare: true, class: "bare only-narrow" });
  }

  showSide(shown) {
    document.getElementById("app").classList.toggle("with-side", shown);
    if (shown) this.side.querySelector("button").focus();
  }

  skip(event) {
    event.preventDefault();
    this.main.querySelector("textarea, input, h1")?.focus();
  }
}

/** A part of an address, as it is where it is no proper one. */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Five marks on a strip: weights on a tape. */
function mark() {
  const heights = [5, 9, 16, 7, 3];
  const bars = heights.map((height, index) => svg("rect", { x: 1 + index * 4, y: 17 - height, width: 2.5, height, rx: 1 }));
  return svg("svg", { class: "mark-of-house", viewBox: "0 0 20 18", "aria-hidden": "true" }, bars);
}

onUnauthorized(askForKey);
const house = new House();
addEventListener("hashchange", () => house.go());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && house.catchUp());
house.furnish().then(() =>
  forgetWhatWasLeft((words) => {
    showNotice(words);
    house.conversations.load();
    house.refresh();
  }),
);
