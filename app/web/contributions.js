// Computes from a stored reading what explains the weight of a memory.

const SMALLEST_SHARE = 0.05; // smaller shares of the logit are not shown
const UNSHIFTED = 0.995; // a kernel with at least this weight in its centre does not shift

/** The shares of a memory's logit that are worth showing, as `[signal, share]`, largest first. */
export function largestShares(shares) {
  return Object.entries(shares)
    .filter(([, share]) => Math.abs(share) >= SMALLEST_SHARE)
    .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
}

// Parts of a read beside the head. All but the last three change weights.
const PARTS = [
  "rule_small_talk",
  "rule_interval",
  "rule_first",
  "rule_last",
  "rule_overview",
  "rule_preferences",
  "rule_attribute",
  "rule_instructions",
  "second_read",
  "null_by_words",
  "wide",
  "context",
  "interval",
];
const UNWEIGHED = new Set(["wide", "context", "interval"]);

/** The names of what took part in a read beside the head. */
export function partsOf({ parameters }) {
  const parts = PARTS.filter((each) => each in parameters);
  return parts.includes("rule_interval") ? parts.filter((each) => each !== "interval") : parts;
}

/** Whether something beside the head changed the weights of a read. */
export function isChangedByRules(reading) {
  return partsOf(reading).some((each) => !UNWEIGHED.has(each));
}

/** Whether the read shifted weight along the tape. */
export function isShifted({ parameters: { kernel } }) {
  return kernel[kernel.length >> 1] < UNSHIFTED;
}

/**
 * The weight of each memory by its content alone, before it shared with its neighbours; by id.
 *
 * The null slot has no neighbours. So if gate and sharpening change nothing, its weight is its content
 * weight, and the ratio of the logits gives the others. Undefined if they do change something, or
 * if a rule did.
 */
export function contentWeights(reading) {
  const { memories, null_weight, parameters } = reading;
  if (isChangedByRules(reading)) return undefined;
  const { gate, gamma, null_logit } = parameters;
  if (gate < 1 || gamma !== 1 || null_logit === undefined || null_weight === 0) return undefined;
  const logit = ({ shares }) => Object.values(shares).reduce((sum, share) => sum + share, 0);
  return new Map(memories.map((each) => [each.id, null_weight * Math.exp(logit(each) - null_logit)]));
}
