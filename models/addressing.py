"""Addressing, read and write of a Neural Turing Machine, each equation as one pure function.

The slots may be a whole memory (dense) or a few hundred rows of one (sparse); gradients are exact
for the slots that take part. Leading dimensions (``*batch``) are examples or heads. Zero vectors,
equal keys, weights of 0, one slot or no slot give no NaN, in values or gradients.

Source: Graves, Wayne, Danihelka 2014, "Neural Turing Machines", arXiv:1410.5401. Its letters:

    M   memory, one row M_i per slot            [slots, width]
    w   weights over the slots, w_i ≥ 0, Σ w_i = 1   [slots]
    k   key: the content that is looked for     [width]
    K   cosine similarity                       -1 to 1
    β   key strength: scales the similarity     > 0
    g   interpolation gate: 1 is content only, 0 is previous weights only
    s   shift: s_o is the share of each slot's weight that moves by the offset o; Σ s_o = 1
    γ   sharpening                              ≥ 1
    e   erase vector, 0 to 1                    [width]
    a   add vector                              [width]
    r   read vector                             [width]
"""

import torch
from jaxtyping import Float, Int64
from torch import Tensor


def cosine(
    key: Float[Tensor, "*#batch width"], memory: Float[Tensor, "*#batch slots width"]
) -> Float[Tensor, "... slots"]:
    """K(k, M_i) = k·M_i / (‖k‖ ‖M_i‖)  (eq. 6). 0 for a zero vector, and so is its gradient."""
    return (_unit(memory) @ _unit(key).unsqueeze(-1)).squeeze(-1)


def content(logits: Float[Tensor, "*batch slots"]) -> Float[Tensor, "*batch slots"]:
    """w_i = exp(β K_i) / Σ_j exp(β K_j)  (eq. 5).

    ``logits`` are β K(k, M_i) or another score of each slot. -inf excludes a slot, as long as one
    remains.
    """
    return logits.softmax(dim=-1)


def interpolate(
    content_weights: Float[Tensor, "*#batch slots"],
    previous: Float[Tensor, "*#batch slots"],
    gate: Float[Tensor, "*#batch"],
) -> Float[Tensor, "... slots"]:
    """w_i = g w^content_i + (1 − g) w^previous_i  (eq. 7). Exact at both ends."""
    gate = gate.unsqueeze(-1)
    return gate * content_weights + (1 - gate) * previous


def shift_circular(
    weights: Float[Tensor, "*#batch slots"], kernel: Float[Tensor, "*#batch offsets"]
) -> Float[Tensor, "... slots"]:
    """w'_i = Σ_j w_j s_{(i − j) mod slots}  (eq. 8): the last slot's neighbour is the first.

    ``kernel`` holds s for the offsets −R … R, so its length is odd.
    """
    slots = weights.shape[-1]
    arrival = torch.arange(slots, device=weights.device).unsqueeze(-1)
    departure = (arrival - _offsets(kernel)) % max(slots, 1)  # [slots, offsets]
    return (weights[..., departure] * kernel.unsqueeze(-2)).sum(dim=-1)


def shift_along_tape(
    weights: Float[Tensor, "*batch slots"],
    kernel: Float[Tensor, "*#batch offsets"],
    conversation: Int64[Tensor, "*batch slots"],
    turn_index: Int64[Tensor, "*batch slots"],
) -> Float[Tensor, "*batch slots"]:
    """w'_i = Σ_j w_j s_{t_i − t_j} over the slots j of i's conversation: eq. 8 for a tape.

    ``turn_index`` is t. A conversation has ends and a sparse read has gaps: weight whose
    destination is missing stays where it was, so the sum of the weights is kept.

    ``kernel`` is as in ``shift_circular``; a positive offset leads to later turns. Slots with the
    same conversation and turn index (padding) keep their own weight under the offset 0. The largest
    conversation number × the range of turn indexes must fit 63 bits.
    """
    slots = weights.shape[-1]
    offsets = _offsets(kernel)
    if slots == 0:
        return weights
    # One number per slot, in tape order. Between conversations the reach of the kernel is left
    # unused, so that no offset leads into the next conversation.
    first, last = turn_index.aminmax()
    address = conversation * (last - first + 1 + len(offsets) // 2) + turn_index
    ordered, slot_at = address.sort(dim=-1)

    # For every offset and slot: is there a slot at the destination, and which?  [offsets × slots]
    wanted = (address.unsqueeze(-2) + offsets.unsqueeze(-1)).flatten(-2)
    rank = torch.searchsorted(ordered, wanted).clamp(max=slots - 1)
    found = ordered.gather(-1, rank) == wanted
    found &= (offsets != 0).repeat_interleave(slots)
    stay = torch.arange(slots, device=weights.device).repeat(len(offsets))
    destination = torch.where(found, slot_at.gather(-1, rank), stay)

    moving = (kernel.unsqueeze(-1) * weights.unsqueeze(-2)).flatten(-2)
    return moving.new_zeros(weights.shape).scatter_add(-1, destination, moving)


def sharpen(
    weights: Float[Tensor, "*batch slots"], sharpening: Float[Tensor, "*#batch"]
) -> Float[Tensor, "*batch slots"]:
    """w'_i = w_i^γ / Σ_j w_j^γ  (eq. 9), for weights that sum to 1.

    Computed as w_i · ρ_i^(γ−1) with ρ_i = w_i / max w, then scaled to the original sum. This form
    neither overflows nor divides by 0, is exact for γ = 1, and has the right gradient at w_i = 0,
    where exp(γ log w) has none.
    """
    if weights.shape[-1] == 0:
        return weights
    log = _log(weights)
    # The largest weight cancels out, so it needs no gradient.
    log_ratio = log - log.amax(dim=-1, keepdim=True).detach()
    powers = weights * ((sharpening.unsqueeze(-1) - 1) * log_ratio).exp()
    before, after = weights.sum(dim=-1, keepdim=True), powers.sum(dim=-1, keepdim=True)
    return powers * (before / after.clamp(min=_tiny(after)))


def log_sharpen(
    weights: Float[Tensor, "*batch slots"], sharpening: Float[Tensor, "*#batch"]
) -> Float[Tensor, "*batch slots"]:
    """log w'_i = γ log w_i − log Σ_j w_j^γ  (eq. 9), by which slots are ranked.

    A power may underflow, its logarithm does not, so any γ keeps the order. -inf, without gradient,
    where the weight is 0.
    """
    powers = sharpening.unsqueeze(-1) * _log(weights)
    return powers.masked_fill(weights <= 0, -torch.inf).log_softmax(dim=-1)


def read_vector(
    weights: Float[Tensor, "*#batch slots"], memory: Float[Tensor, "*#batch slots width"]
) -> Float[Tensor, "... width"]:
    """r = Σ_i w_i M_i  (eq. 2). Zeros without slots."""
    return (weights.unsqueeze(-2) @ memory).squeeze(-2)


def erase(
    memory: Float[Tensor, "*#batch slots width"],
    weights: Float[Tensor, "*#batch slots"],
    erase_vector: Float[Tensor, "*#batch width"],
) -> Float[Tensor, "... slots width"]:
    """M'_i = M_i (1 − w_i e), elementwise  (eq. 3). The order of several heads does not matter."""
    return memory * (1 - weights.unsqueeze(-1) * erase_vector.unsqueeze(-2))


def add(
    memory: Float[Tensor, "*#batch slots width"],
    weights: Float[Tensor, "*#batch slots"],
    add_vector: Float[Tensor, "*#batch width"],
) -> Float[Tensor, "... slots width"]:
    """M'_i = M_i + w_i a  (eq. 4). The order of several heads does not matter."""
    return memory + weights.unsqueeze(-1) * add_vector.unsqueeze(-2)


def _unit(vectors: Float[Tensor, "*batch width"]) -> Float[Tensor, "*batch width"]:
    """v / ‖v‖. A zero vector stays zero and takes no gradient."""
    squares = (vectors * vectors).sum(dim=-1, keepdim=True)
    nonzero = squares > _tiny(squares)
    return vectors * squares.where(nonzero, 1).rsqrt() * nonzero


def _log(weights: Float[Tensor, "*batch slots"]) -> Float[Tensor, "*batch slots"]:
    """log w, finite and without gradient below the smallest normal float."""
    return weights.clamp(min=_tiny(weights)).log()


def _offsets(kernel: Float[Tensor, "*batch offsets"]) -> Int64[Tensor, " offsets"]:
    """−R … R for a kernel of length 2R + 1. Raises ValueError when the length is even."""
    length = kernel.shape[-1]
    if length % 2 == 0:
        raise ValueError(f"a shift kernel has a centre, so its length is odd, not {length}")
    return torch.arange(length, device=kernel.device) - length // 2


def _tiny(tensor: Tensor) -> float:
    """The smallest normal number of the tensor's type."""
    return torch.finfo(tensor.dtype).tiny
