"""Separate attention for each request of a batched step on a CPU.

On a CPU transformers concatenates the new tokens of all requests, compares each with the keys of
all requests and masks those of the others. That work grows with the square of the requests, and
nearly all of it is discarded. Here requests of similar lengths form a padded batch, and each
attends to its own keys only. Masked attention is the same sum (Vaswani et al. 2017, equation 1), so
the results are equal up to rounding.
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

# The cache's name for layers in which a token attends to all before it.
FULL = "full_attention"
_SEPARATE = "separate_requests"


@dataclass(frozen=True, slots=True)
class _Group:
    """Requests of similar lengths. Padding repeats the last token, so duplicates are harmless."""

    tokens: Int64[Tensor, "requests new"]
    """Indexes of the new tokens in the step."""
    cached: Int64[Tensor, "requests all"]
    """Indexes of all tokens in the cache."""
    mask: Float[Tensor, "requests 1 new all"]
    """0 where a new token may attend, else the least number of the type."""


class SeparateRequests:
    """The requests of one step, grouped once for all layers."""

    def __init__(self, step: dict[str, Any], dtype: torch.dtype) -> None:
        masks = step["attention_mask"]
        self._mask: Tensor | None = masks.get(FULL) if isinstance(masks, dict) else masks
        self._no_reads = [torch.empty(0, dtype=torch.int64) for _ in step["read_index"]]
        self._groups: list[_Group] = []
        allocator = step["cache"].cache_allocators.get(FULL)
        if allocator is not None:
            read = step["read_index"][allocator.index]
            # The engine gives no read index for an empty cache: then all is at the write index.
            cached = read if len(read) else step["write_index"][allocator.index]
            ends = step["cu_seq_lens_q"].tolist(), step["cu_seq_lens_k"][FULL].tolist()
            self._groups = [*_grouped(*ends, cached, dtype)]

    def supports(self, layer: int, mask: Tensor | None, step: dict[str, Any]) -> bool:
        """Whether the layer is plain causal attention with this mask."""
        return (
            step["cache"].layer_to_allocator[layer].layer_type == FULL
            and mask is not None
            and self._mask is not None
            # The step's own mask: neither one of the model nor a part of it.
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
        """Write the new keys and values to the cache, then attend."""
        cache: PagedAttentionCache = step["cache"]
        cache.update(key, value, layer, {**step, "read_index": self._no_reads})
        pages = cache.layer_to_allocator[layer].get_cache_for_block_table(layer)
        keys, values = (each.flatten(0, 1) for each in pages)
        queries = query[0].transpose(0, 1)  # [tokens, heads, dim]
        result = torch.empty_like(queries, memory_format=torch.contiguous_format)
        for group in self._groups:
            attended = _attend(
                queries[group.tokens].transpose(1, 2),
                _gathered(keys, group.cached),
                _gathered(values, group.cached),
                group.mask,
                scaling,
            )
            result[group.tokens] = attended.transpose(1, 2)
        return result[None]


def attend_apart(inputs: Any, dtype: torch.dtype) -> None:
    """Apply this to all steps of an engine's batch with these inputs (``ContinuousBatchingIOs``).

    The model must be on a CPU, with weights of this ``dtype``.
    """
    get_model_kwargs = inputs.get_model_kwargs

    def with_separate_requests(*args: Any, **kwargs: Any) -> dict[str, Any]:
        step = get_model_kwargs(*args, **kwargs)
        alone = len(step["cu_seq_lens_q"]) == 2
        return step if alone else {**step, _SEPARATE: SeparateRequests(step, dtype)}

    inputs.get_model_kwargs = with_separate_requests
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
    """Replaces transformers' "sdpa" function.

    Calls it for all other steps and for layers with a window, bias, cap or mask of their own.
    """
    separate: SeparateRequests | None = step.pop(_SEPARATE, None)
    layer: Any = getattr(module, "layer_idx", None)
    if separate is None or dropout or not separate.supports(layer, attention_mask, step):
        return sdpa_attention_forward(
            module, query, key, value, attention_mask, dropout=dropout, scaling=scaling, **step
        )
    return separate.attend(layer, query, key, value, scaling, step), None


def _grouped(
    new_ends: list[int], all_ends: list[int], cached: Int64[Tensor, " all"], dtype: torch.dtype
) -> Iterator[_Group]:
    """The requests with these ends in the step and in ``cached``, grouped by length.

    In a group the longest is less than twice as long as the shortest.
    """
    groups: dict[tuple[int, int], list[tuple[int, int, int, int]]] = defaultdict(list)
    for (first, last), (begin, end) in zip(pairwise(new_ends), pairwise(all_ends), strict=True):
        new, total = last - first, end - begin
        groups[new.bit_length(), total.bit_length()].append((first, begin, new, total))
    for requests in groups.values():
        firsts, begins, news, alls = torch.tensor(requests)[..., None].unbind(1)  # [requests, 1]
        nth_new = torch.arange(int(news.max())).minimum(news - 1)
        nth = torch.arange(int(alls.max())).minimum(alls - 1)
        hidden = torch.arange(nth.shape[1]) > (alls - news + nth_new)[..., None]
        mask = torch.zeros(hidden.shape, dtype=dtype)
        mask.masked_fill_(hidden, torch.finfo(dtype).min)
        yield _Group(firsts + nth_new, cached[begins + nth], mask[:, None])


def _gathered(
    pages: Float[Tensor, "cached shared dim"], cached: Int64[Tensor, "requests all"]
) -> Float[Tensor, "requests shared all dim"]:
    rows = pages.index_select(0, cached.flatten())
    return rows.view(*cached.shape, *rows.shape[1:]).transpose(1, 2)


def _attend(
    query: Float[Tensor, "requests heads new dim"],
    key: Float[Tensor, "requests shared all dim"],
    value: Float[Tensor, "requests shared all dim"],
    mask: Float[Tensor, "requests 1 new all"],
    scaling: float | None,
) -> Float[Tensor, "requests heads new dim"]:
    """Scaled dot-product attention with grouped queries (Ainslie et al. 2023).

    For one new token per request, the heads of one key become its queries: it is read only once.
    """
    shape, shared = query.shape, key.shape[1]
    one = shape[2] == 1
    if one:
        query = query.reshape(shape[0], shared, shape[1] // shared, shape[3])
    attended = scaled_dot_product_attention(
        query, key, value, attn_mask=mask, scale=scaling, enable_gqa=not one
    )
    return attended.reshape(shape) if one else attended
