"""A service with keys, who holds them, and who guesses."""

from dataclasses import dataclass
from typing import Any

import httpx
from support.error_shape import code_of
from support.service import Service

WRONG, TOO_MANY = (401, "invalid_api_key"), (429, "too_many_attempts")


@dataclass
class Keyed:
    """A service with keys: a bearer header for each of its holders."""

    service: Service
    bearer: dict[str, dict[str, str]]

    def forgive(self) -> None:
        """Forget the wrong keys that came so far."""
        self.service.app.state.services.authenticator.failures.clear()

    async def ask(self, who: str, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {**self.bearer[who], **more.pop("headers", {})}
        return await self.service.client.request(method, path, headers=headers, **more)


def with_keys(service: Service) -> Keyed:
    """Keys of every kind are made: of two users, two apps and an admin, and one is revoked."""
    keys = service.app.state.services.api_keys
    made = {
        "anna": keys.create("user", "Anna", user_id="anna"),
        "bob": keys.create("user", "Bob", user_id="bob"),
        "webui": keys.create("app", "Open WebUI", namespace="webui"),
        "other": keys.create("app", "Another app", namespace="other"),
        "admin": keys.create("admin", "me"),
        "revoked": keys.create("user", "Anna's old phone", user_id="anna"),
    }
    keys.revoke(made["revoked"][0].id)
    bearer = {name: {"Authorization": f"Bearer {secret}"} for name, (_, secret) in made.items()}
    none = {"nobody": {}, "guesser": {"Authorization": "Bearer th_" + "a" * 43}}
    return Keyed(service, bearer | none)


async def guess(service: Service, times: int, **headers: str) -> list[tuple[int, str | None]]:
    """What is answered to so many wrong keys in the shape of right ones."""
    answers = []
    for number in range(times):
        wrong = {"Authorization": f"Bearer th_{number:043d}", **headers}
        answers.append(code_of(await service.client.get("/v1/memories", headers=wrong)))
    return answers
