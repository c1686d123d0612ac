// What can be told of a weight from what a reading keeps.

const LEAST_SHARE = 0.05; // a signal that moves the logit less is not told

/** The shares that are worth telling, the largest first. */
export function telling(shares) {
  return Object.entries(shares)
    .filter(([, share]) => Math.abs(share) >= LEAST_SHARE)
    .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
}

/** Whether the read shifted weight along the tape. */
export function moved({ parameters: { kernel } }) {
  return kernel[kernel.length >> 1] < 0.995;
}

/**
 * The weight that each memory had by its content alone, before its neighbours shared with it; by id.
 *
 * The null slot has no neighbours, so where neither gate nor sharpening changes anything its weight is
 * its content weight, and its logit and theirs give the others. Undefined where that is not known.
 */
export function contentWeights({ memories, null_weight, parameters }) {
  const { gate, gamma, null_logit } = parameters;
  if (gate < 1 || gamma !== 1 || null_logit === undefined || null_weight === 0) return undefined;
  const logit = ({ shares }) => Object.values(shares).reduce((sum, share) => sum + share, 0);
  return new Map(memories.map((each) => [each.id, null_weight * Math.exp(logit(each) - null_logit)]));
}
