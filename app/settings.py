"""The settings: the only reader of the environment. Every name is ``TAPEHEAD_`` and the field's."""

import ipaddress
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from the environment, then from ``.env`` in the working folder, then these defaults."""

    model_config = SettingsConfigDict(env_prefix="TAPEHEAD_", env_file=".env", extra="ignore")

    host: str = Field(
        "127.0.0.1",
        description="Address to listen on. Beyond the loopback, every request needs a key.",
    )
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on.")
    trusted_proxies: str | None = Field(
        None,
        description="Proxies whose X-Forwarded-For is believed: IP addresses and networks, with "
        "commas between them. With one, every request needs a key. Default: none.",
    )
    listen_when_ready: bool = Field(
        False,
        description="Refuse connections until the models are loaded, for a proxy that then asks "
        "another replica; otherwise /health answers and the rest is a 503.",
    )
    data_dir: Path = Field(Path("data"), description="Where the database and weights are kept.")
    database_url: str | None = Field(
        None,
        description="SQLAlchemy URL; postgresql://… for Postgres. Default: SQLite in data_dir.",
    )

    language_model: str = Field(
        "bundled", description="'bundled' (SmolLM2-135M-Instruct), a hub id or a local folder."
    )
    language_model_revision: str | None = Field(
        None, description="Branch, tag or commit on the hub."
    )
    engine_url: str | None = Field(
        None,
        description="A server that speaks OpenAI's protocol, like http://localhost:8001/v1, "
        "instead of a language model in this process.",
    )
    engine_key: SecretStr | None = Field(None, description="The key that it wants.")
    engine_model: str | None = Field(None, description="Its model. Needless if it has only one.")
    engine_window: int | None = Field(
        None, ge=256, description="Tokens of a prompt and its answer, if the server does not tell."
    )
    engine_tokenizer: str | None = Field(
        None, description="The model's tokenizer, a hub id or a local folder, to count tokens with."
    )
    engine_timeout_seconds: float = Field(
        60.0, gt=0, description="How long the server may say nothing while a reply waits for it."
    )
    embedder: str = Field(
        "bundled", description="'bundled' (all-MiniLM-L6-v2), a hub id or a local folder."
    )
    embedder_revision: str | None = Field(None, description="Branch, tag or commit on the hub.")

    system_prompt: str = Field(
        "You are a helpful assistant. When the user quotes earlier messages, use them to answer. "
        "Answer briefly.",
        description="How every prompt begins, unless the client brings its own.",
    )
    temperature: float = Field(0.2, ge=0, le=2, description="Default temperature; 0 is greedy.")
    top_p: float = Field(0.9, gt=0, le=1, description="Default nucleus.")
    max_tokens: int = Field(512, ge=1, description="Default bound on an answer, in tokens.")

    memory_budget_tokens: int = Field(512, ge=0, description="Tokens that memories may take.")
    withhold_secrets: bool = Field(
        True, description="Keep keys, passwords and card numbers in memories out of prompts."
    )
    read_head: str = Field(
        "shipped",
        description="'shipped', the untrained 'hybrid', 'identity' (cosine), or a file of train's.",
    )
    memory_candidates: int = Field(
        64, ge=1, le=1000, description="Slots that each of FAISS and BM25 proposes to a read."
    )
    tape_cache_mb: int = Field(512, ge=1, description="Memory for tapes of recent users, in MiB.")
    approximate_above: int = Field(
        50_000, ge=1000, description="Slots from which a tape uses an approximate index."
    )

    kv_cache_tokens: int = Field(
        32_768, ge=1024, description="Tokens of all running prompts and answers together."
    )
    max_running: int = Field(64, ge=1, description="Replies under way; further ones get a 503.")
    user_max_running: int = Field(
        32, ge=1, description="Replies of one user under way; further ones get a 429."
    )
    user_rate: str | None = Field(
        None, description='Replies that one user may begin, like "120/minute". Default: any number.'
    )
    user_write_rate: str | None = Field(
        None, description='Writes of one user to the memory, like "600/hour". Default: any.'
    )
    max_body_bytes: int = Field(1_048_576, ge=1024, description="Largest request body.")
    max_import_bytes: int = Field(
        268_435_456, ge=1024, description="Largest file of memories to import; read as a stream."
    )
    max_document_bytes: int = Field(
        16_777_216, ge=1024, description="Largest text, Markdown or PDF file."
    )
    lease_seconds: float = Field(
        15.0, ge=1, description="A reply whose process is silent for so long counts as failed."
    )

    openwebui_jwt_secret: SecretStr | None = Field(
        None,
        min_length=32,
        description="What Open WebUI signs its users with; then an app's users must be signed.",
    )

    log_format: Literal["console", "json"] = Field(
        "console", description="How the log is written: for eyes, or one JSON object a line."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="What is logged; at info, every request."
    )
    metrics: bool = Field(True, description="Whether GET /metrics tells counts and times.")
    otlp_endpoint: str | None = Field(
        None,
        description="OpenTelemetry collector that gets traces, like http://localhost:4318. "
        "Needs the extra 'otel'. Default: no traces.",
    )

    @field_validator("host")
    @classmethod
    def _an_address(cls, host: str) -> str:
        if host != "localhost":
            try:
                ipaddress.ip_address(host)
            except ValueError:
                raise ValueError("is not an IP address, nor localhost") from None
        return host

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, given: str | None) -> str | None:
        networks = []
        for each in (given or "").split(","):
            if not (name := each.strip()):
                continue
            try:
                network = ipaddress.ip_network(name)
            except ValueError:
                raise ValueError(
                    f"{name!r} is neither an IP address nor a network; like 10.0.0.7 or 10.0.0.0/24"
                ) from None
            if network.prefixlen == 0:
                raise ValueError(f"{name} is every address; name the proxies")
            networks.append(name)
        return ",".join(networks) or None

    @field_validator("engine_url")
    @classmethod
    def _web_address(cls, given: str | None) -> str | None:
        if not given:
            return None
        try:
            url = urlsplit(given)
            whole = url.scheme in ("http", "https") and url.hostname and url.port != 0
        except ValueError:
            whole = False
        if not whole:
            raise ValueError("is not a web address; like http://localhost:8001/v1")
        if url.username or url.password or url.query or url.fragment:
            raise ValueError("is an address and no more; a key goes into TAPEHEAD_ENGINE_KEY")
        return given

    @field_validator(
        "engine_key", "engine_model", "engine_window", "engine_tokenizer", mode="before"
    )
    @classmethod
    def _empty_is_none(cls, given: object) -> object:
        return given or None

    @field_validator("otlp_endpoint")
    @classmethod
    def _a_collector(cls, given: str | None) -> str | None:
        if given and not given.startswith(("http://", "https://")):
            raise ValueError("is not an address; like http://localhost:4318")
        return given or None

    @field_validator("user_rate", "user_write_rate")
    @classmethod
    def _a_rate(cls, given: str | None) -> str | None:
        from limits import parse

        if not given:
            return None
        try:
            parse(given)
        except ValueError:
            raise ValueError('is not a rate; write "120/minute" or "2000/day"') from None
        return given

    @field_validator("database_url")
    @classmethod
    def _one_of_ours(cls, given: str | None) -> str | None:
        from sqlalchemy import make_url  # takes as long as all other settings together
        from sqlalchemy.exc import ArgumentError

        if not given:
            return None
        try:
            url = make_url(given)
        except ArgumentError:
            raise ValueError("is not a URL; like postgresql://user:password@host/name") from None
        if url.get_backend_name() not in ("postgresql", "sqlite"):
            raise ValueError(f"{url.get_backend_name()} is not supported; use postgresql or sqlite")
        if not url.database:
            raise ValueError("names no database")
        return given

    @property
    def exposed(self) -> bool:
        """Whether others can reach us: beyond this machine, or through a proxy."""
        return self.proxies != [] or not self._on_loopback

    @property
    def proxies(self) -> list[str]:
        """The trusted proxies, each an address or a network."""
        return self.trusted_proxies.split(",") if self.trusted_proxies else []

    @property
    def _on_loopback(self) -> bool:
        return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback

    @property
    def address(self) -> str:
        """Where clients on this machine find the service."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - asked for
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def make_data_dir(self) -> None:
        """Make the data folder, for this user's eyes only."""
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)

    @property
    def url(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'tapehead.db'}"
