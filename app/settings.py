"""The settings. ``.env.example`` describes each: ``TAPEHEAD_`` and the name of a field here."""

import ipaddress
import re
from datetime import tzinfo
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.time_zones import local_time_zone, time_zone

_ROOT_PATH = re.compile(r"(?:/[A-Za-z0-9_.~-]{1,64}){1,8}")
# A scheme of its own is that of a desktop app or a browser's extension. A default port is never
# named in the header Origin.
_ORIGIN = re.compile(
    r"[a-z][a-z0-9+.-]{0,31}://(?:[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?"
)


def _pairs(given: str) -> list[tuple[str, str]]:
    """The names and values of ``name=value, name=value``."""
    split = [each.partition("=") for each in given.split(",") if each.strip()]
    return [(name.strip(), value.strip()) for name, _, value in split]


def _is_engine_name(name: str) -> bool:
    plain = name.replace("-", "").replace("_", "")
    return plain.isascii() and plain.isalnum() and len(name) <= 32


def _check_http_url(given: str) -> None:
    """Raises ValueError for an address with more in it than a server needs."""
    try:
        url = urlsplit(given)
        valid = url.scheme in ("http", "https") and url.hostname and url.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise ValueError("must be an HTTP URL, such as http://localhost:8001/v1")
    if url.username or url.password or url.query or url.fragment:
        raise ValueError(
            "must have no user, password, query or fragment; "
            "the API key of an engine is TAPEHEAD_ENGINE_API_KEY, or in TAPEHEAD_ENGINE_KEYS"
        )


class Settings(BaseSettings):
    """The environment overrides ``.env`` in the working folder, which overrides the defaults."""

    model_config = SettingsConfigDict(
        env_prefix="TAPEHEAD_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,  # it may be a secret
    )

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    trusted_proxies: str | None = None
    root_path: str = Field("", max_length=200)
    cors_origins: str | None = None
    listen_when_ready: bool = False
    data_dir: Path = Path("data")
    database_url: str | None = None

    language_model: str = "bundled"
    language_model_revision: str | None = None
    engine_url: str | None = None
    engine_api_key: SecretStr | None = None
    engine_model: str | None = None
    engine_models: str | None = None
    engines: str | None = None
    engine_keys: SecretStr | None = None
    engine_context_tokens: int | None = Field(None, ge=256)
    engine_tokenizer: str | None = None
    engine_timeout_seconds: float = Field(60.0, gt=0)
    embedder: str = "bundled"
    embedder_revision: str | None = None

    system_prompt: str = (
        "You are a helpful assistant. When the user quotes earlier messages, use them to answer. "
        "Answer briefly."
    )
    temperature: float = Field(0.2, ge=0, le=2)
    top_p: float = Field(0.9, gt=0, le=1)
    max_tokens: int = Field(2048, ge=1)

    timezone: str | None = None
    memory_budget_tokens: int = Field(512, ge=0)
    redact_secrets: bool = True
    read_head: str = "shipped"
    memory_candidates: int = Field(64, ge=1, le=1000)
    tape_cache_mb: int = Field(512, ge=1)
    approximate_index_above: int = Field(50_000, ge=1000)

    kv_cache_tokens: int = Field(32_768, ge=1024)
    max_concurrent_replies: int = Field(64, ge=1)
    user_max_concurrent_replies: int = Field(32, ge=1)
    user_reply_rate: str | None = None
    user_write_rate: str | None = None
    max_body_bytes: int = Field(1_048_576, ge=1024)
    max_import_bytes: int = Field(268_435_456, ge=1024)
    max_document_bytes: int = Field(16_777_216, ge=1024)
    lease_seconds: float = Field(15.0, ge=1)

    openwebui_jwt_secret: SecretStr | None = Field(None, min_length=32)

    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "warning"
    metrics: bool = True
    otlp_endpoint: str | None = None

    @field_validator("host")
    @classmethod
    def _check_host(cls, host: str) -> str:
        if host != "localhost":
            try:
                ipaddress.ip_address(host)
            except ValueError:
                raise ValueError("must be an IP address or localhost") from None
        return host

    @field_validator("trusted_proxies")
    @classmethod
    def _check_proxies(cls, given: str | None) -> str | None:
        names = [name.strip() for name in (given or "").split(",") if name.strip()]
        for name in names:
            try:
                network = ipaddress.ip_network(name)
            except ValueError:
                raise ValueError(
                    f"{name!r} must be an IP address or a network, such as 10.0.0.0/24"
                ) from None
            if network.prefixlen == 0:
                raise ValueError(f"{name} means every address; list the proxies only")
        return ",".join(names) or None

    @field_validator("root_path")
    @classmethod
    def _check_root_path(cls, given: str) -> str:
        path = given.rstrip("/")
        if path and not _ROOT_PATH.fullmatch(path):
            raise ValueError("must be a path of letters, digits and -._~, such as /tapehead")
        return path

    @field_validator("cors_origins")
    @classmethod
    def _check_origins(cls, given: str | None) -> str | None:
        origins = [each.strip().rstrip("/") for each in (given or "").split(",") if each.strip()]
        for origin in origins:
            if origin != "*" and not _ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"{origin!r} must be an origin, such as https://chat.example.org, or *"
                )
        return ",".join(origins) or None

    @field_validator("engine_url", "otlp_endpoint")
    @classmethod
    def _check_url(cls, given: str | None) -> str | None:
        if given is not None:
            _check_http_url(given)
        return given

    @field_validator("engines")
    @classmethod
    def _check_engines(cls, given: str | None, info: ValidationInfo) -> str | None:
        if given and info.data.get("engine_url") is None:
            raise ValueError("needs TAPEHEAD_ENGINE_URL, the default engine")
        names = [name for name, _ in _pairs(given or "")]
        for name, url in _pairs(given or ""):
            if not _is_engine_name(name):
                raise ValueError(
                    "must be NAME=URL, separated by commas; a name has at most 32 letters, digits, "
                    "- and _"
                )
            _check_http_url(url)
        if len(set(names)) < len(names):
            raise ValueError("must not name an engine twice")
        return given

    @field_validator("engine_keys")
    @classmethod
    def _check_engine_keys(cls, given: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        engines = dict(_pairs(info.data.get("engines") or ""))
        for name, key in _pairs(given.get_secret_value() if given else ""):
            if name not in engines or not key:
                raise ValueError("must be NAME=KEY, separated by commas, for TAPEHEAD_ENGINES")
        return given

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, given: str | None) -> str | None:
        if given is not None:
            time_zone(given)
        return given

    @field_validator("user_reply_rate", "user_write_rate")
    @classmethod
    def _check_rate(cls, given: str | None) -> str | None:
        from limits import parse

        if given is not None:
            try:
                parse(given)
            except ValueError:
                raise ValueError('must be a rate, such as "120/minute" or "2000/day"') from None
        return given

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, given: str | None) -> str | None:
        from sqlalchemy import make_url  # slow to import
        from sqlalchemy.exc import ArgumentError

        if given is None:
            return None
        try:
            url = make_url(given)
        except ArgumentError:
            raise ValueError(
                "must be a URL, such as postgresql://user:password@host/name"
            ) from None
        if url.get_backend_name() not in ("postgresql", "sqlite"):
            raise ValueError(f"{url.get_backend_name()} is not supported; use postgresql or sqlite")
        if not url.database:
            raise ValueError("must name a database")
        return given

    @property
    def exposed(self) -> bool:
        """Whether other machines can connect, directly or through a proxy."""
        on_loopback = self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback
        return bool(self.proxies) or not on_loopback

    @property
    def proxies(self) -> list[str]:
        """The trusted proxies: addresses and networks."""
        return self.trusted_proxies.split(",") if self.trusted_proxies else []

    @property
    def origins(self) -> list[str]:
        """The origins whose pages may use the service."""
        return self.cors_origins.split(",") if self.cors_origins else []

    @property
    def address(self) -> str:
        """The URL of the service for clients on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - asked for
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def make_data_dir(self) -> None:
        """Create the data folder, readable by its owner only."""
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)

    @property
    def zone(self) -> tzinfo:
        """The time zone of users whose requests name none."""
        return time_zone(self.timezone or local_time_zone())

    @property
    def max_completion_bytes(self) -> int:
        """The largest body of a chat completion: an engine elsewhere may take pictures."""
        if self.engine_url is None:
            return self.max_body_bytes
        return max(self.max_body_bytes, self.max_document_bytes)

    @property
    def named_engines(self) -> dict[str, str]:
        """The URLs of further engines by their names."""
        return dict(_pairs(self.engines or ""))

    @property
    def named_engine_keys(self) -> dict[str, str]:
        """The API keys of further engines by their names."""
        return dict(_pairs(self.engine_keys.get_secret_value() if self.engine_keys else ""))

    def served_models(self, engine: str | None = None) -> list[str]:
        """The only models of an engine that clients may name; empty for all that it lists.

        Those of the default engine are named alone, those of others as ``engine/model``.
        """
        named = [name.strip() for name in (self.engine_models or "").split(",") if name.strip()]
        others = self.named_engines
        split = [(name.partition("/"), name) for name in named]
        if engine is None:
            return [name for (prefix, _, own), name in split if not (own and prefix in others)]
        return [own for (prefix, _, own), _ in split if own and prefix == engine]

    @property
    def url(self) -> str:
        """The URL of the database."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'tapehead.db'}"
