// The page: the list of conversations, and beside it the view that the address names.

import { get, onUnauthorized } from "./api.js";
import { ChatView } from "./chat.js";
import { Conversations } from "./conversations.js";
import { el, iconButton, svg } from "./dom.js";
import { currentLanguage, errorText, loadLanguage, t } from "./i18n.js";
import { askForKey } from "./key-dialog.js";
import { MemoryView } from "./memory.js";
import { SettingsView } from "./settings.js";
import { showError, showNotice } from "./toast.js";
import { finishAbandonedDeletes } from "./undo-delete.js";

class App {
  constructor() {
    this.status = null; // the response of `GET /v1/status`
    this.view = null;
  }

  /** Build the page: at the start, and again in another language. */
  async render() {
    await loadLanguage();
    document.documentElement.lang = currentLanguage() === "zh" ? "zh-Hans" : "en";
    this.conversations = new Conversations();
    this.conversations.onrename = () => this.view?.updateTitle?.();
    this.main = el("main", { id: "main" });
    this.sidebar = el(
      "header",
      { class: "sidebar" },
      el(
        "div",
        { class: "sidebar-head" },
        el("a", { class: "brand", href: "#/" }, logo(), "Tapehead"),
        iconButton(t("sidebar.hide"), () => this.showSidebar(false), "close", { class: "icon-button only-narrow" }),
      ),
      this.conversations.element,
      el(
        "nav",
        { class: "main-nav", "aria-label": t("nav") },
        el("a", { href: "#/memory", "data-view": "memory" }, t("memory.title")),
        el("a", { href: "#/settings", "data-view": "settings" }, t("settings.title")),
      ),
    );
    const skip = el("a", { class: "skip", href: "#main", onclick: (event) => this.skipToContent(event) }, t("skip"));
    const loading = el("p", { class: "loading", role: "status" }, t("loading.models"));
    const backdrop = el("div", { class: "backdrop", onclick: () => this.showSidebar(false) });
    document.getElementById("app").replaceChildren(skip, this.sidebar, backdrop, el("div", { class: "content" }, loading, this.main));
    this.navigate();
    await this.conversations.load();
    this.view?.updateTitle?.();
    await this.loadStatus();
  }

  async loadStatus() {
    try {
      this.status = await get("/v1/status");
      this.view?.update?.();
    } catch (error) {
      showError(errorText(error));
    }
  }

  /** A read as `tapeStrip` takes it: the weights of its memories, and the last position on the tape. */
  tapeOf(memories) {
    const weights = memories.map(({ position, score }) => ({ position, weight: score }));
    return [weights, Math.max(this.status?.memory.last_position ?? 1, ...weights.map(({ position }) => position))];
  }

  /** Load what other tabs and devices changed while this tab was hidden. */
  async reloadIfStale() {
    await this.conversations?.reload();
    const view = this.view;
    const stale = await view?.isStale?.();
    if (!stale || view !== this.view) return view?.updateTitle?.();
    this.view = new ChatView(this, { conversation: view.conversation });
    this.show();
    this.view.composer.text = view.composer.text; // keep the unsent message
  }

  /** Show the view that the address names. */
  navigate() {
    const [path, query] = location.hash.replace(/^#?\/?/, "").split("?");
    const [name, id, turn] = path.split("/").map(decode);
    this.showSidebar(false);
    if (name === "c" && this.view instanceof ChatView && this.view.conversation === id && turn) {
      this.view.scrollToTurn(turn);
      return;
    }
    if (name === "c") this.view = new ChatView(this, { conversation: id, turn });
    else if (name === "memory") this.view = new MemoryView(this, new URLSearchParams(query));
    else if (name === "settings") this.view = new SettingsView(this);
    else this.view = new ChatView(this, { temporary: name === "temporary" });
    this.show(name);
  }

  show(name = "c") {
    this.main.replaceChildren(this.view.element);
    for (const link of this.sidebar.querySelectorAll("[data-view]")) {
      if (link.dataset.view === name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    if (!(this.view instanceof ChatView)) this.conversations.setCurrent(null);
    this.view.onshow();
  }

  /** The header of a view: on a narrow page it has a button that shows the sidebar. */
  viewHead(title, ...children) {
    const menu = iconButton(t("sidebar.show"), () => this.showSidebar(true), "menu", { class: "icon-button only-narrow" });
    return el("header", { class: "view-head" }, menu, el("div", { class: "view-title" }, title), children);
  }

  showSidebar(shown) {
    document.getElementById("app").classList.toggle("sidebar-open", shown);
    if (shown) this.sidebar.querySelector("button").focus();
  }

  skipToContent(event) {
    event.preventDefault();
    this.main.querySelector("textarea, input, h1")?.focus();
  }
}

/** A part of the address, unchanged if its encoding is invalid. */
function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Five bars: the weights of a read along the tape. */
function logo() {
  const heights = [5, 9, 16, 7, 3];
  const bars = heights.map((height, index) => svg("rect", { x: 1 + index * 4, y: 17 - height, width: 2.5, height, rx: 1 }));
  return svg("svg", { class: "logo", viewBox: "0 0 20 18", "aria-hidden": "true" }, bars);
}

onUnauthorized(askForKey);
const app = new App();
addEventListener("hashchange", () => app.navigate());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && app.reloadIfStale());
app.render().then(() =>
  finishAbandonedDeletes((text) => {
    showNotice(text);
    app.conversations.load();
    app.loadStatus();
  }),
);
