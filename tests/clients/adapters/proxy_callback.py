"""The proxy's own module beside its configuration: the callback, and whose key is whose."""

from fastapi import Request
from litellm.proxy._types import UserAPIKeyAuth

from tapehead_client.litellm_callback import TapeheadMemory

memory = TapeheadMemory()


async def authenticate(request: Request, api_key: str) -> UserAPIKeyAuth:
    return UserAPIKeyAuth(api_key=api_key, user_id=api_key.removeprefix("sk-"))
