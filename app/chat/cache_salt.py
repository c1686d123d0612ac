"""A salt for each user, under which an engine keeps the prompts that it has cached.

An engine answers sooner when it has just read the same beginning of a prompt. If users shared that
cache, the time to the first word would tell one of them what another has asked. The engine shall
not learn who the user is, nor whether one of yesterday is the same: so the salt is made with a
secret that lives as long as this process.
"""

import hashlib
import hmac
import secrets

SALT_BYTES = 8  # vLLM with some caches cannot bear long ones


class Salts:
    """The salts of one process."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def of(self, user_id: str) -> str:
        """Always the same for the same user, in hex."""
        digest = hmac.digest(self._secret, user_id.encode(), hashlib.sha256)
        return digest[:SALT_BYTES].hex()
