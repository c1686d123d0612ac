"""Loading the models that the settings name, for the service and for evaluations."""

import gc
from collections.abc import Callable

from app.settings import Settings
from models.bundled import bundled_embedder, bundled_language_model
from models.embedder import SentenceEmbedder
from models.language.base import LanguageModel
from models.language.chat_template import ChatTemplate
from models.language.pass_through.engines import Engines
from models.language.pass_through.named_engine import NamedEngine
from models.language.remote import RemoteLanguageModel

Report = Callable[[str], None]
"""Told, in a few words, what is being done."""


def load_embedder(settings: Settings, *, steady: bool = False) -> SentenceEmbedder:
    """Takes seconds: run in a thread. ``steady`` is as in ``EmbeddingQueue``.

    Raises BundledModelError, OSError, ValueError.
    """
    return SentenceEmbedder.load(
        bundled_embedder() if settings.embedder == "bundled" else settings.embedder,
        revision=settings.embedder_revision,
        steady=steady,
    )


def load_language(settings: Settings, report: Report = lambda _: None) -> LanguageModel:
    """Loaded, or on its way to a server; not yet started. Takes seconds: run in a thread.

    Raises what loading can raise.
    """
    if settings.engine_url is not None:
        return _remote(settings, report)
    # Seconds of imports, which an engine elsewhere does not need and no listening waits for.
    from models.language.local import LocalLanguageModel

    report("Loading the language model")
    return LocalLanguageModel.load(
        bundled_language_model(settings.data_dir / "models", report)
        if settings.language_model == "bundled"
        else settings.language_model,
        revision=settings.language_model_revision,
        cache_tokens=settings.kv_cache_tokens,
        max_queue=settings.max_concurrent_replies,
    )


def _remote(settings: Settings, report: Report) -> RemoteLanguageModel | Engines:
    assert settings.engine_url is not None  # noqa: S101 - the caller has looked
    report(f"Looking for the language model at {settings.engine_url}")
    key, tokenizer = settings.engine_api_key, settings.engine_tokenizer
    default = RemoteLanguageModel(
        settings.engine_url,
        api_key=key.get_secret_value() if key else None,
        model=settings.engine_model,
        served=settings.served_models(),
        window=settings.engine_context_tokens,
        template=ChatTemplate.load(tokenizer) if tokenizer else None,
        read_timeout=settings.engine_timeout_seconds,
    )
    keys = settings.named_engine_keys
    others = [
        NamedEngine(
            name,
            url,
            api_key=keys.get(name),
            served=settings.served_models(name),
            read_timeout=settings.engine_timeout_seconds,
        )
        for name, url in settings.named_engines.items()
    ]
    return Engines(default, others) if others else default


def keep_loaded() -> None:
    """Take all that is loaded now out of the garbage collector's sight, for the process's life.

    Else it goes through the models again and again, which is a fifth of the time in which a long
    tape is built. For a process that loads once, and only after it has: what is already garbage
    in a cycle is collected first, whatever becomes such later of what was loaded never is.
    """
    gc.collect()
    gc.freeze()
