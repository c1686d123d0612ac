"""API keys: who may ask, and for whom.

A key is 32 random bytes. Its first characters are shown and found by; of the whole only the SHA-256
is kept, which nobody can guess backwards: what is random to that degree needs no slow hash.
"""

import hashlib
import hmac
import re
import secrets
import time
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import insert, or_, select, update

from memory.db.database import EVERYONE, Database
from memory.db.queries import columns
from memory.db.tables import api_keys
from memory.errors import NotFound

KeyKind = Literal["user", "app", "admin"]
_SECONDS = 1.0  # within which the first key ends the time without keys, also in other processes
_MARK = "th_"
_PREFIX = len(_MARK) + 8  # 48 of its 256 bits: enough to find it by, too few to guess the rest
_SHAPE = re.compile(rf"{_MARK}[A-Za-z0-9_-]{{43}}", re.ASCII)
_NOBODY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key.

    ``user``: it is one user's, and ``user_id`` says whose. ``app``: it acts for every user of its
    ``namespace``. ``admin``: it manages keys and has no memory.
    """

    id: str
    kind: KeyKind
    name: str
    prefix: str
    created_at: datetime
    user_id: str | None = None
    namespace: str | None = None
    revoked_at: datetime | None = None


_COLUMNS = columns(api_keys, ApiKey)


class ApiKeys:
    """The keys of the service."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._any = (False, -_SECONDS)

    def create(
        self,
        kind: KeyKind,
        name: str,
        *,
        user_id: str | None = None,
        namespace: str | None = None,
    ) -> tuple[ApiKey, str]:
        """A new key, and its secret, which is told this once and never again."""
        secret = _MARK + secrets.token_urlsafe(32)
        with self.database.write(EVERYONE) as connection:
            row = connection.execute(
                insert(api_keys)
                .values(
                    id=str(uuid.uuid4()),
                    kind=kind,
                    name=name,
                    user_id=user_id,
                    namespace=namespace,
                    prefix=secret[:_PREFIX],
                    sha256=_digest(secret),
                    created_at=self.database.now(connection),
                )
                .returning(*_COLUMNS)
            ).one()
        self._any = (True, time.monotonic())
        return ApiKey(*row), secret

    def list(self) -> list[ApiKey]:
        """Every key there ever was, oldest first."""
        with self.database.read(EVERYONE) as connection:
            rows = connection.execute(
                select(*_COLUMNS).order_by(api_keys.c.created_at, api_keys.c.id)
            )
            return [ApiKey(*row) for row in rows]

    def revoke(self, which: str) -> ApiKey:
        """Refuse the key with this id or prefix from now on. Raises NotFound."""
        named = or_(api_keys.c.id == which, api_keys.c.prefix == which)
        with self.database.write(EVERYONE) as connection:
            connection.execute(
                update(api_keys)
                .where(named, api_keys.c.revoked_at.is_(None))
                .values(revoked_at=self.database.now(connection))
            )
            row = connection.execute(select(*_COLUMNS).where(named)).one_or_none()
            if row is None:
                raise NotFound("key")
            return ApiKey(*row)

    def find(self, secret: str) -> ApiKey | None:
        """The live key with this secret. How long it takes tells of no more than its beginning.

        What does not have the shape of a key is not looked up.
        """
        if _SHAPE.fullmatch(secret) is None:
            return None
        digest = _digest(secret)
        with self.database.read(EVERYONE) as connection:
            rows = connection.execute(
                select(api_keys.c.sha256, *_COLUMNS).where(
                    api_keys.c.prefix == secret[:_PREFIX], api_keys.c.revoked_at.is_(None)
                )
            ).all()
        found = None
        for sha256, *fields in rows:
            if hmac.compare_digest(sha256, digest):
                found = ApiKey(*fields)
        if not rows:
            hmac.compare_digest(_NOBODY, digest)
        return found

    def any(self) -> bool:
        """Whether there ever was a key: revoking the last one must not open the house."""
        if (remembered := self.remembered()) is not None:
            return remembered
        with self.database.read(EVERYONE) as connection:
            found = connection.execute(select(api_keys.c.id).limit(1)).first() is not None
        self._any = (found, time.monotonic())
        return found

    def remembered(self) -> bool | None:
        """The same without looking: for good once there is one, for a second while there is none.

        (Another process may make the first.) None: one has to look.
        """
        found, since = self._any
        return found if found or time.monotonic() - since < _SECONDS else None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
