"""Whose memory a request of mem0's clients means, and which one.

mem0's client names a memory by its id alone. Where the credential does not tell whose it is, the id
does: it ends in ``@`` and the user's name. That is a name like any other in a request, and reaches
no further: an app's users are looked for among its own.
"""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote, unquote

from fastapi import Depends
from pydantic import TypeAdapter, ValidationError

from app.api.dependencies import WhoAsks
from app.api.schemas.mem0_results import fields_of
from app.auth import DEFAULT_USER, Caller
from app.field_types import Identifier
from app.services import Services
from memory.errors import NotFound
from memory.types import Slot

_ID: TypeAdapter[str] = TypeAdapter(Identifier)


@dataclass(frozen=True, slots=True)
class Whose:
    """A user by the id that lies in the database, and by the name that the client knows."""

    user: str
    name: str
    suffix: str

    @classmethod
    def of(cls, caller: Caller, also: str | None = None) -> "Whose":
        """Raises what ``Caller.user`` does."""
        user = caller.user(also)
        given = also or next(iter(caller.named), None)
        own = caller.api_key.user_id if caller.api_key else None
        return cls(user, given or own or DEFAULT_USER, f"@{quote(given, safe='')}" if given else "")

    def fields(self, slot: Slot) -> dict[str, Any]:
        return fields_of(slot, slot.id + self.suffix, self.name)


@dataclass(frozen=True, slots=True)
class One:
    """A memory that an id names."""

    whose: Whose
    id: str

    @classmethod
    def of(cls, memory_id: str, caller: Caller) -> "One":
        """Raises NotFound, and what ``Caller.user`` does."""
        slot_id, at, name = memory_id.rpartition("@")
        try:
            if not at:
                return cls(Whose.of(caller), _ID.validate_python(memory_id))
            user = _ID.validate_python(unquote(name))
            return cls(Whose.of(caller, user), _ID.validate_python(slot_id))
        except ValidationError:
            raise NotFound("memory") from None

    async def slot(self, services: Services) -> Slot:
        """Raises NotFound."""
        return await services.run(services.memories.get, self.whose.user, self.id)


async def one(memory_id: str, caller: WhoAsks) -> One:
    return One.of(memory_id, caller)


ThisOne = Annotated[One, Depends(one)]
