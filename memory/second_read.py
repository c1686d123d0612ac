"""The second read: what was said about the same thing as the memories that were read.

The read finds "I live in Utrecht."; "We moved! Our new place is in Ghent." is near to that memory,
not to the question "Where do I live?". So each heavy memory, an anchor, asks again among the
candidates: for later statements that are like it, and for statements that share a rare word with it
("My doctor is Mrs Adeyemi.", "Adeyemi is on holiday."). What it finds gets weight in proportion to
the anchor's, so that one softmax over all candidates cannot cut the update which the fact needs.

That a later statement is like an earlier one does not mean that it contradicts: it is quoted, not
marked.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64

from memory.types import TRAITS, Candidates, Related

# An anchor has at least this share of what was read, without the null slot.
ANCHOR_SHARE = 0.15
MAX_ANCHORS = 3
FOUND_PER_ANCHOR = 2
# Likeness is in standard deviations. Changes in other words have 3.9 to 10.9 on a made-up life of
# 2,666 turns, and cosines of .40 to .68.
LEAST_LIKENESS = 3.0
LEAST_COSINE = 0.3
# With a shared rare word, or for what is worded as a correction.
LEAST_LIKENESS_SHARED = 1.0
# A correction may follow what it corrects by so many turns, and need not be like it: "No, green."
NEXT_TURNS = 2
# The share of an anchor's weight that each found memory has at least afterwards.
PASSED_ON = 0.1
# The same where the found memory corrects the anchor by its wording, or where the anchor is what an
# assistant answered to a question about the user, who then says something about it.
OUTWEIGHS = 1.2
# A message that asks for many memories: what is like any of so many anchors, whenever it was said,
# shares this part of the anchor's weight.
WIDE_LIKENESS = 2.5
WIDE_COSINE = 0.5
WIDE_ANCHORS = 4
WIDE_PASSED_ON = 0.6
WIDE_SHARE = 0.04
_BEFORE_ALL = 1_000.0


@dataclass(frozen=True, slots=True)
class Move:
    """The candidate ``anchor`` led to the candidate ``found`` (indexes), which got ``weight`` more.

    That is before all weights are brought to their old sum again.
    """

    anchor: int
    found: int
    weight: float


def second_read(
    weights: Float64[np.ndarray, " candidates"], candidates: Candidates
) -> tuple[Float64[np.ndarray, " candidates"], list[Move]]:
    """The weights after the second read, of the same sum, and what moved."""
    links = candidates.related
    total = weights.sum()
    if links is None or total <= 0:
        return weights, []
    if candidates.wide:
        return _wide(weights, candidates, links)
    after = weights.copy()
    moves: list[Move] = []
    is_statement = candidates.is_user & ~candidates.asks
    about_me = bool(candidates.traits[list(TRAITS).index("about_me")])
    order = sorted(range(len(links.anchors)), key=lambda i: -weights[links.anchors[i]])
    for i in order[:MAX_ANCHORS]:
        anchor = int(links.anchors[i])
        if weights[anchor] < ANCHOR_SHARE * total:
            break
        later = candidates.time > candidates.time[anchor]
        is_like = later & (links.likeness[i] >= LEAST_LIKENESS) & (links.cosine[i] >= LEAST_COSINE)
        shares = links.shared[i] > 0
        if not candidates.null_by_words:  # Else the embedder cannot tell what is alike.
            shares &= links.likeness[i] >= LEAST_LIKENESS_SHARED
        corrects = candidates.corrects & later & _may_correct(candidates, links, i)
        fits = is_statement & (is_like | shares | corrects)
        fits[anchor] = False
        # Corrections first: repetitions of what they correct are more like it.
        score = np.where(fits, links.likeness[i] + links.shared[i], -np.inf)
        score[fits & corrects] += _BEFORE_ALL
        for found in np.argsort(-score, kind="stable")[:FOUND_PER_ANCHOR].tolist():
            invented = about_me and candidates.answers[anchor]
            share = OUTWEIGHS if invented or corrects[found] else PASSED_ON
            missing = share * float(weights[anchor]) - float(after[found])
            if fits[found] and missing > 0:
                after[found] += missing
                moves.append(Move(anchor, found, missing))
    return after * (total / after.sum()), moves


def _may_correct(candidates: Candidates, links: Related, i: int) -> Bool[np.ndarray, " candidates"]:
    """Which candidates are near enough to the i-th anchor to correct it if they correct at all."""
    anchor = int(links.anchors[i])
    ahead = candidates.turn_index - candidates.turn_index[anchor]
    follows = (candidates.conversation == candidates.conversation[anchor]) & (
        (ahead > 0) & (ahead <= NEXT_TURNS)
    )
    near = (links.likeness[i] >= LEAST_LIKENESS_SHARED) | (links.shared[i] > 0)
    found: Bool[np.ndarray, " candidates"] = near | follows
    return found


def _wide(
    weights: Float64[np.ndarray, " candidates"], candidates: Candidates, links: Related
) -> tuple[Float64[np.ndarray, " candidates"], list[Move]]:
    """What is like the heavy memories shares their weight: "How far did I run in total?" """
    after = weights.copy()
    moves: list[Move] = []
    order = sorted(range(len(links.anchors)), key=lambda i: -weights[links.anchors[i]])
    for i in order[:WIDE_ANCHORS]:
        anchor = int(links.anchors[i])
        if weights[anchor] < WIDE_SHARE * weights.sum():
            break
        is_like = (links.likeness[i] >= WIDE_LIKENESS) | (links.cosine[i] >= WIDE_COSINE)
        fits = candidates.is_user & ~candidates.asks & is_like
        fits[anchor] = False
        found = np.flatnonzero(fits)
        for each in found.tolist():
            more = WIDE_PASSED_ON * float(weights[anchor]) / len(found)
            after[each] += more
            moves.append(Move(anchor, each, more))
    return after * (weights.sum() / after.sum()), moves
