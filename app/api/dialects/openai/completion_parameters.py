"""The parameters of a chat completion: what the model in this process does with them.

A value that cannot be followed is replaced by the nearest that can, or left out, and reported.
"""

from collections.abc import Collection
from typing import Any

from app.api.dialects.ignored import field_name
from app.api.schemas.openai import CompletionBody
from models.language.base import Sampling

# Parameters without a use here, with the values that change nothing.
_NO_EFFECT: dict[str, tuple[Any, ...]] = {
    "n": (1,),
    "frequency_penalty": (0,),
    "presence_penalty": (0,),
    "logit_bias": ({},),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "response_format": ({}, {"type": "text"}),
    "tools": ([],),
    "functions": ([],),
    "modalities": ([], ["text"]),
    "service_tier": ("", "auto", "default"),
    "metadata": ({},),
    "store": (False,),
}
MOST_STOPS = 16
_LONGEST_STOP = 200  # characters
_SMALLEST_TOP_P = 1e-6  # leaves one token, as 0 asks for


def sampling_of(body: CompletionBody, default: Sampling) -> tuple[Sampling, list[str]]:
    """How the reply is sampled, and the parameters that are not followed."""
    ignored: list[str] = []

    def within(name: str, value: float, low: float, high: float) -> float:
        if not low <= value <= high:
            ignored.append(name)
        return min(max(value, low), high)

    temperature, top_p = default.temperature, default.top_p
    if body.temperature is not None:
        temperature = within("temperature", body.temperature, 0.0, 2.0)
    if body.top_p is not None:
        top_p = within("top_p", body.top_p, _SMALLEST_TOP_P, 1.0)
    limit = "max_tokens" if body.max_completion_tokens is None else "max_completion_tokens"
    max_tokens = getattr(body, limit)
    if max_tokens is not None and max_tokens < 1:
        if max_tokens != -1:  # many local clients' word for no limit
            ignored.append(limit)
        max_tokens = None
    given = [body.stop] if isinstance(body.stop, str) else body.stop or []
    stop = [text for text in given if 0 < len(text) <= _LONGEST_STOP][:MOST_STOPS]
    if len(stop) < sum(text != "" for text in given):
        ignored.append("stop")
    sampling = Sampling(
        temperature=temperature,
        top_p=top_p,
        max_tokens=default.max_tokens if max_tokens is None else max_tokens,
        seed=_within_64_bits(body.seed),
        stop=tuple(stop),
    )
    return sampling, ignored


def _within_64_bits(seed: int | None) -> int | None:
    return seed if seed is None or -(2**63) <= seed < 2**63 else seed % 2**63


def ignored_parameters(body: CompletionBody, followed: Collection[str]) -> list[str]:
    """The parameters that have no effect here. ``followed`` are those of the answer's format."""
    ignored = [
        name
        for name, without_effect in _NO_EFFECT.items()
        if name not in followed
        and (value := getattr(body, name)) is not None
        and value not in without_effect
    ]
    ignored += [field_name(name) for name, value in _extra(body) if value is not None]
    if body.stream_options is not None:
        options = [field_name(name) for name, value in _extra(body.stream_options) if value]
        ignored += [f"stream_options.{name}" for name in options]
    return ignored


def _extra(body: Any) -> list[tuple[str, Any]]:
    return list((body.model_extra or {}).items())
