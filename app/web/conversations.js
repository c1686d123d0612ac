// The list of conversations in the sidebar: open, search, rename, delete.

import { get, requestJson, withQuery } from "./api.js";
import { button, el, icon, iconButton } from "./dom.js";
import { errorText, t } from "./i18n.js";
import { showError } from "./toast.js";
import { deleteWithUndo, isPendingDelete } from "./undo-delete.js";

const PAGE = 100;
const MAX_LIMIT = 200; // of one request

export class Conversations {
  constructor() {
    this.results = []; // latest first
    this.more = false;
    this.current = null;
    this.list = el("ul", { class: "conversations" });
    this.search = el("input", {
      type: "search",
      placeholder: t("conversations.search"),
      "aria-label": t("conversations.search"),
      oninput: () => this.show(),
      onkeydown: (event) => {
        if (event.key === "Enter" && this.query) location.hash = this.memorySearch;
      },
    });
    this.element = el(
      "nav",
      { class: "conversation-panel", "aria-label": t("conversations.title") },
      el("a", { class: "button new-conversation", href: "#/" }, icon("add"), t("conversations.new")),
      el("div", { class: "search-field" }, icon("search"), this.search),
      this.list,
    );
  }

  get query() {
    return this.search.value.trim();
  }

  /** The address that searches the memory for the same words: the list only compares titles. */
  get memorySearch() {
    return `#/memory?q=${encodeURIComponent(this.query)}`;
  }

  async load() {
    try {
      const limit = Math.min(MAX_LIMIT, Math.max(PAGE, this.results.length));
      this.results = (await get(withQuery("/v1/conversations", { limit }))).results;
      this.more = this.results.length === limit;
      this.show();
    } catch (error) {
      showError(errorText(error));
    }
  }

  /** Load again, unless the user is renaming a conversation. */
  async reload() {
    if (!this.list.querySelector("input")) await this.load();
  }

  async loadMore() {
    const next = await get(withQuery("/v1/conversations", { limit: PAGE, offset: this.results.length }));
    this.results.push(...next.results);
    this.more = next.results.length === PAGE;
    this.show();
  }

  setCurrent(id) {
    this.current = id;
    this.show();
  }

  titleOf(id) {
    const found = this.results.find((each) => each.id === id);
    return found ? titleOf(found) : null;
  }

  show() {
    const wanted = this.query.toLocaleLowerCase();
    const shown = this.results.filter((each) => !isPendingDelete(pathOf(each)) && titleOf(each).toLocaleLowerCase().includes(wanted));
    this.list.replaceChildren(...shown.map((each) => this.item(each)));
    if (wanted) this.list.append(el("li", {}, el("a", { class: "search-memory", href: this.memorySearch }, t("conversations.search-memory"))));
    else if (!shown.length) this.list.append(el("li", { class: "empty" }, t("conversations.empty")));
    if (this.more) this.list.append(el("li", {}, button(t("show-older"), () => this.loadMore(), { class: "text-button" })));
  }

  item(conversation) {
    const current = conversation.id === this.current;
    const link = el("a", { href: `#/c/${conversation.id}`, "aria-current": current ? "page" : null }, titleOf(conversation));
    const item = el("li", { class: current ? "current" : null }, link);
    const rename = iconButton(t("rename"), () => this.rename(item, conversation), "edit");
    item.append(el("span", { class: "tools" }, rename, iconButton(t("delete"), () => this.delete(conversation), "delete")));
    return item;
  }

  rename(item, conversation) {
    const field = el("input", { value: titleOf(conversation), maxlength: 200, "aria-label": t("conversations.name") });
    let closed = false;
    const close = async (save) => {
      if (closed) return;
      closed = true;
      const title = field.value.trim();
      if (save && title && title !== titleOf(conversation)) {
        try {
          Object.assign(conversation, await requestJson("PATCH", pathOf(conversation), { body: { title } }));
        } catch (error) {
          showError(errorText(error));
        }
      }
      this.show();
      this.onrename?.();
    };
    field.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter") close(true);
      if (event.key === "Escape") close(false);
    });
    field.addEventListener("blur", () => close(true));
    item.replaceChildren(field);
    field.select();
  }

  delete(conversation) {
    deleteWithUndo([pathOf(conversation)], {
      text: t("conversations.deleted"),
      restore: () => this.show(),
      deleted: () => this.load(),
    });
    this.show();
    if (conversation.id === this.current) location.hash = "#/";
  }
}

const pathOf = ({ id }) => `/v1/conversations/${id}`;
const titleOf = ({ title, preview }) => title ?? preview ?? t("conversations.untitled");
