"""API keys, for who manages them; and for everyone, the own one."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool as in_thread

from app.deps import Service, administrator, api_key
from app.fields import Identifier
from app.key_schemas import KeyList, KeyMade, KeyOut, NewKeyBody, OwnKey
from memory.api_keys import ApiKey

router = APIRouter(prefix="/v1/keys", tags=["keys"])
_MANAGING = [Depends(administrator)]


@router.get("/me")
async def own_key(key: Annotated[ApiKey | None, Depends(api_key)]) -> OwnKey:
    """Which key this request came with, if with one: whoever holds it may know what it is for."""
    return OwnKey(
        key=None if key is None else KeyOut.of(key), manages=key is None or key.kind == "admin"
    )


@router.post("", status_code=201, dependencies=_MANAGING)
async def make_key(body: NewKeyBody, parts: Service) -> KeyMade:
    """Make a key. Its secret is in this answer and nowhere else."""
    key, secret = await in_thread(
        parts.api_keys.create,
        body.kind,
        body.name,
        user_id=body.user,
        namespace=body.namespace,
    )
    return KeyMade(**KeyOut.of(key).model_dump(), secret=secret)


@router.get("", dependencies=_MANAGING)
async def list_keys(parts: Service) -> KeyList:
    """Every key there ever was, oldest first."""
    return KeyList(results=[KeyOut.of(key) for key in await in_thread(parts.api_keys.list)])


@router.delete("/{key_id}", dependencies=_MANAGING)
async def revoke_key(key_id: Identifier, parts: Service) -> KeyOut:
    """Refuse a key from now on."""
    return KeyOut.of(await in_thread(parts.api_keys.revoke, key_id))
