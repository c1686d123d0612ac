// Runs an action when an element is about to be seen. Elements that are only scrolled past do not count.

const VISIBLE_MS = 200;

const actions = new WeakMap(); // by element
const timers = new WeakMap();

const observer = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      clearTimeout(timers.get(target));
      if (isIntersecting) timers.set(target, setTimeout(() => act(target), VISIBLE_MS));
    }
  },
  { rootMargin: "200px" },
);

function act(element) {
  observer.unobserve(element);
  actions.get(element)();
}

/** Run an action once, when the element has been on the screen for a moment. */
export function whenVisible(element, action) {
  actions.set(element, action);
  observer.observe(element);
}
