"""Attention of a step in which many requests are computed together, each by itself.

On a CPU transformers lines the new tokens of all requests up as one sequence and compares each with
the keys of all of them, those of others masked out: work that grows with the square of the
requests, and is thrown away but for one part in so many. Here requests of like lengths lie side by
side as a batch, and each looks at its own keys only. Masked attention is the same sum over those
(Vaswani et al. 2017, equation 1), so the numbers are the same, but for rounding.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface
from transformers.generation.continuous_batching.cache import PagedAttentionCache
from transformers.integrations.sdpa_attention import sdpa_attention_forward

FULL = "full_attention"
"""What the cache calls layers in which a token looks at all before it."""
_APART = "requests_apart"


@dataclass(frozen=True, slots=True)
class _Alike:
    """Requests of a step whose lengths are alike, padded with their own last tokens: those look at
    what the last one looks at, so that what is computed twice is the same.
    """

    tokens: Int64[Tensor, "requests new"]
    """Where the new tokens of each lie in the step."""
    places: Int64[Tensor, "requests all"]
    """Where all of its tokens lie in the cache."""
    mask: Float[Tensor, "requests 1 new all"]
    """0 where a new token may look, else the least number there is."""


class Apart:
    """The requests of one step, told once and then the same for each of its layers."""

    def __init__(self, step: dict[str, Any], dtype: torch.dtype) -> None:
        masks = step["attention_mask"]
        self._mask: Tensor | None = masks.get(FULL) if isinstance(masks, dict) else masks
        self._nothing = [torch.empty(0, dtype=torch.int64) for _ in step["read_index"]]
        self._alike: list[_Alike] = []
        allocator = step["cache"].cache_allocators.get(FULL)
        if allocator is not None:
            read = step["read_index"][allocator.index]
            # Where nothing was there before the step, the engine does not tell where to read: it
            # is where the step writes.
            places = read if len(read) else step["write_index"][allocator.index]
            lengths = step["cu_seq_lens_q"].tolist(), step["cu_seq_lens_k"][FULL].tolist()
            self._alike = [*_alike(*lengths, places, dtype)]

    def is_plain(self, layer: int, mask: Tensor | None, step: dict[str, Any]) -> bool:
        """Whether a layer that is given this mask looks at all before a token, and no more."""
        return (
            step["cache"].layer_to_allocator[layer].layer_type == FULL
            and mask is not None
            and self._mask is not None
            # As the step has it: no model's own, nor a part of it.
            and (mask.data_ptr(), mask.shape) == (self._mask.data_ptr(), self._mask.shape)
            and not any(step.get(name) is not None for name in ("position_bias", "softcap"))
        )

    def attend(
        self,
        layer: int,
        query: Float[Tensor, "1 heads tokens dim"],
        key: Float[Tensor, "1 shared tokens dim"],
        value: Float[Tensor, "1 shared tokens dim"],
        scaling: float | None,
        step: dict[str, Any],
    ) -> Float[Tensor, "1 tokens heads dim"]:
        """Write the keys and values of the new tokens to the cache, and look."""
        cache: PagedAttentionCache = step["cache"]
        cache.update(key, value, layer, {**step, "read_index": self._nothing})
        pages = cache.layer_to_allocator[layer].get_cache_for_block_table(layer)
        keys, values = (each.flatten(0, 1) for each in pages)
        asked = query[0].transpose(0, 1)  # [tokens, heads, dim]
        told = torch.empty_like(asked, memory_format=torch.contiguous_format)
        for alike in self._alike:
            each = _attend(
                asked[alike.tokens].transpose(1, 2),
                _gathered(keys, alike.places),
                _gathered(values, alike.places),
                alike.mask,
                scaling,
            )
            told[alike.tokens] = each.transpose(1, 2)
        return told[None]


def attend_apart(inputs: Any, dtype: torch.dtype) -> None:
    """Have the steps that these inputs of an engine's batch (``ContinuousBatchingIOs``) tell of
    computed so, in all layers that can be. Its model has this type, and is on a CPU.
    """
    of_a_step = inputs.get_model_kwargs

    def with_requests_apart(*given: Any, **named: Any) -> dict[str, Any]:
        step = of_a_step(*given, **named)
        alone = len(step["cu_seq_lens_q"]) == 2  # nobody else's keys are there
        return step if alone else {**step, _APART: Apart(step, dtype)}

    inputs.get_model_kwargs = with_requests_apart
    AttentionInterface.register("sdpa", _sdpa)


def _sdpa(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    **step: Any,
) -> tuple[Tensor, None]:
    """In the place of transformers' function of this name, which it calls for all but such steps,
    and in them for layers that want more: a window, a bias, a cap, a mask of their own.
    """
    apart: Apart | None = step.pop(_APART, None)
    layer: Any = getattr(module, "layer_idx", None)
    if apart is None or dropout or not apart.is_plain(layer, attention_mask, step):
        return sdpa_attention_forward(
            module, query, key, value, attention_mask, dropout=dropout, scaling=scaling, **step
        )
    return apart.attend(layer, query, key, value, scaling, step), None


def _alike(
    new: list[int], all_: list[int], places: Int64[Tensor, " all"], dtype: torch.dtype
) -> Iterator[_Alike]:
    """The requests, of which these are the ends in the step and in ``places``, by their lengths: of
    those together the longest is less than twice as long as the shortest.
    """
    kinds: dict[tuple[int, int], list[tuple[int, int, int, int]]] = defaultdict(list)
    for (first, last), (begin, end) in zip(pairwise(new), pairwise(all_), strict=True):
        some, many = last - first, end - begin
        kinds[some.bit_length(), many.bit_length()].append((first, begin, some, many))
    for requests in kinds.values():
        firsts, begins, news, alls = torch.tensor(requests)[..., None].unbind(1)  # [requests, 1]
        nth_new = torch.arange(int(news.max())).minimum(news - 1)
        nth = torch.arange(int(alls.max())).minimum(alls - 1)
        hidden = torch.arange(nth.shape[1]) > (alls - news + nth_new)[..., None]
        mask = torch.zeros(hidden.shape, dtype=dtype)
        mask.masked_fill_(hidden, torch.finfo(dtype).min)
        yield _Alike(firsts + nth_new, places[begins + nth], mask[:, None])


def _gathered(
    cached: Float[Tensor, "cached shared dim"], places: Int64[Tensor, "requests all"]
) -> Float[Tensor, "requests shared all dim"]:
    rows = cached.index_select(0, places.flatten())
    return rows.view(*places.shape, *rows.shape[1:]).transpose(1, 2)


def _attend(
    query: Float[Tensor, "requests heads new dim"],
    key: Float[Tensor, "requests shared all dim"],
    value: Float[Tensor, "requests shared all dim"],
    mask: Float[Tensor, "requests 1 new all"],
    scaling: float | None,
) -> Float[Tensor, "requests heads new dim"]:
    """Heads that share a key (grouped-query attention, Ainslie et al. 2023) stand together where
    each request has one new token: then a key is read once for all of them.
    """
    shape, shared = query.shape, key.shape[1]
    one = shape[2] == 1
    if one:
        query = query.reshape(shape[0], shared, shape[1] // shared, shape[3])
    told = scaled_dot_product_attention(
        query, key, value, attn_mask=mask, scale=scaling, enable_gqa=not one
    )
    return told.reshape(shape) if one else told
