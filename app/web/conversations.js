// The conversations at the left: the latest first; to open, rename, delete and search.

import { at, call, get } from "./api.js";
import { button, el, icon } from "./dom.js";
import { forget, isGoing } from "./undo-delete.js";
import { inWords, say } from "./i18n.js";
import { showError } from "./toast.js";

const PAGE = 100;

export class Conversations {
  constructor() {
    this.results = [];
    this.more = false;
    this.current = null;
    this.list = el("ul", { class: "conversations" });
    this.search = el("input", {
      type: "search",
      placeholder: say("conversations.search"),
      "aria-label": say("conversations.search"),
      oninput: () => this.show(),
      onkeydown: (event) => {
        // What was said is searched by the real read, on the memory's own page.
        if (event.key === "Enter" && this.search.value.trim()) location.hash = `#/memory?q=${encodeURIComponent(this.search.value.trim())}`;
      },
    });
    this.element = el(
      "nav",
      { class: "aside-conversations", "aria-label": say("conversations.title") },
      el("a", { class: "button new", href: "#/" }, icon("add"), say("chat.new")),
      el("div", { class: "searching" }, icon("search"), this.search),
      this.list,
    );
  }

  /** Ask for them anew. */
  async load() {
    try {
      const many = Math.min(200, Math.max(PAGE, this.results.length));
      this.results = (await get(at("/v1/conversations", { limit: many }))).results;
      this.more = this.results.length === many;
      this.show();
    } catch (error) {
      showError(inWords(error));
    }
  }

  /** Ask for them anew, unless one is being renamed. */
  async catchUp() {
    if (!this.list.querySelector("input")) await this.load();
  }

  async loadMore() {
    const next = await get(at("/v1/conversations", { limit: PAGE, offset: this.results.length }));
    this.results.push(...next.results);
    this.more = next.results.length === PAGE;
    this.show();
  }

  mark(current) {
    this.current = current;
    this.show();
  }

  titleOf(id) {
    const found = this.results.find((each) => each.id === id);
    return found ? name(found) : null;
  }

  show() {
    const wanted = this.search.value.trim().toLocaleLowerCase();
    const shown = this.results.filter((each) => !isGoing(path(each)) && name(each).toLocaleLowerCase().includes(wanted));
    this.list.replaceChildren(...shown.map((each) => this.row(each)));
    if (wanted) {
      const to = `#/memory?q=${encodeURIComponent(this.search.value.trim())}`;
      this.list.append(el("li", {}, el("a", { class: "search-said", href: to }, say("conversations.search-said"))));
    } else if (!shown.length) this.list.append(el("li", { class: "none" }, say("conversations.none")));
    if (this.more) this.list.append(el("li", {}, button(say("older"), () => this.loadMore(), { class: "quiet" })));
  }

  row(conversation) {
    const here = conversation.id === this.current;
    const link = el("a", { href: `#/c/${conversation.id}`, "aria-current": here ? "page" : null }, name(conversation));
    const item = el("li", { class: here ? "here" : null }, link);
    item.append(
      el(
        "span",
        { class: "tools" },
        button(say("rename"), () => this.rename(item, conversation), { icon: "edit", bare: true }),
        button(say("delete"), () => this.delete(conversation), { icon: "bin", bare: true }),
      ),
    );
    return item;
  }

  rename(item, conversation) {
    const field = el("input", { value: name(conversation), maxlength: 200, "aria-label": say("conversations.name") });
    let over = false;
    const leave = async (keep) => {
      if (over) return;
      over = true;
      const title = field.value.trim();
      if (keep && title && title !== name(conversation)) {
        try {
          Object.assign(conversation, await call("PATCH", path(conversation), { body: { title } }));
        } catch (error) {
          showError(inWords(error));
        }
      }
      this.show();
      this.onrename?.(conversation.id);
    };
    field.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter") leave(true);
      if (event.key === "Escape") leave(false);
    });
    field.addEventListener("blur", () => leave(true));
    item.replaceChildren(field);
    field.select();
  }

  delete(conversation) {
    forget([path(conversation)], {
      words: say("conversations.deleted"),
      restore: () => this.show(),
      gone: () => this.load(),
    });
    this.show();
    if (conversation.id === this.current) location.hash = "#/";
  }
}

const path = (conversation) => `/v1/conversations/${conversation.id}`;
const name = (conversation) => conversation.title ?? conversation.preview ?? say("conversations.untitled");
