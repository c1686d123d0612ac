// What is done only once something is looked at: scrolling past is not looking.

const LOOKING = 200; // milliseconds

const waiting = new WeakMap(); // element → what to do
const timers = new WeakMap();

const watcher = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      clearTimeout(timers.get(target));
      if (isIntersecting) timers.set(target, setTimeout(() => act(target), LOOKING));
    }
  },
  { rootMargin: "200px" },
);

function act(element) {
  watcher.unobserve(element);
  waiting.get(element)();
}

/** Do something once, when the element is looked at. */
export function whenSeen(element, what) {
  waiting.set(element, what);
  watcher.observe(element);
}
