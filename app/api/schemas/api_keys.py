"""Requests and responses of the routes for API keys."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

from app.field_types import Body, Identifier
from memory.repositories.api_keys import ApiKey, KeyKind

# Without a slash, which separates it from the name of a user.
Namespace = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]


class NewKeyBody(Body):
    """``POST /v1/keys``."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "user", "name": "Anna's", "user": "anna"}]}
    )

    kind: KeyKind = Field(description="Holder: one user, an app (for all its users), or an admin.")
    name: Identifier = Field(description="Label.")
    user: Identifier | None = Field(None, description="User name. Required for kind user.")
    namespace: Namespace | None = Field(
        None, description="Namespace of the app's users. Required for kind app."
    )

    @model_validator(mode="after")
    def _check_kind(self) -> Self:
        if (self.user is not None) != (self.kind == "user"):
            raise ValueError("user is required for kind user, and not allowed for other kinds")
        if (self.namespace is not None) != (self.kind == "app"):
            raise ValueError("namespace is required for kind app, and not allowed for other kinds")
        return self


class KeyOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    kind: KeyKind
    name: str
    prefix: str = Field(description="First characters of the secret.")
    user: str | None = Field(validation_alias=AliasChoices("user", "user_id"))
    namespace: str | None
    created_at: datetime
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> "KeyOut":
        return cls.model_validate(key)


class KeyMade(KeyOut):
    secret: str = Field(description="The API key. It is shown only once.")


class KeyList(BaseModel):
    results: list[KeyOut]


class OwnKey(BaseModel):
    key: KeyOut | None = Field(description="Null if the service has no API keys and needs none.")
    manages: bool = Field(description="Whether it may create, list and revoke API keys.")
