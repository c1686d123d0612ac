"""The shapes of API keys: what is sent and what comes back."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.field_types import Body, Identifier
from memory.repositories.api_keys import ApiKey, KeyKind

# Without the slash that sets it apart from the name of the user in it.
Namespace = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]


class NewKeyBody(Body):
    """``POST /v1/keys``."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "user", "name": "Anna's", "user": "anna"}]}
    )

    kind: KeyKind = Field(description="One user's, an app's (for all of its users), or an admin's.")
    name: Identifier = Field(description="What it is for, for people.")
    user: Identifier | None = Field(None, description="Whose it is: for a user's key, and only it.")
    namespace: Namespace | None = Field(
        None, description="What sets the app's users apart from others': for an app's key."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.user is not None) != (self.kind == "user"):
            raise ValueError("a user's key, and only that, names its user")
        if (self.namespace is not None) != (self.kind == "app"):
            raise ValueError("an app's key, and only that, names its namespace")
        return self


class KeyOut(BaseModel):
    id: str
    kind: KeyKind
    name: str
    prefix: str = Field(description="How its secret begins.")
    user: str | None
    namespace: str | None
    created_at: datetime
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> "KeyOut":
        return cls(
            id=key.id,
            kind=key.kind,
            name=key.name,
            prefix=key.prefix,
            user=key.user_id,
            namespace=key.namespace,
            created_at=key.created_at,
            revoked_at=key.revoked_at,
        )


class KeyMade(KeyOut):
    secret: str = Field(description="Told this once.")


class KeyList(BaseModel):
    results: list[KeyOut]


class OwnKey(BaseModel):
    key: KeyOut | None = Field(description="Null where no key is needed: no key was ever made.")
    manages: bool = Field(description="Whether it may make, list and revoke keys.")
