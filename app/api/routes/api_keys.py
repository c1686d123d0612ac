"""API keys, for who manages them; and for everyone, the own one."""

from typing import Annotated

from fastapi import APIRouter, Depends

from app.api.dependencies import AppServices, administrator, api_key
from app.api.schemas.api_keys import KeyList, KeyMade, KeyOut, NewKeyBody, OwnKey
from app.field_types import Identifier
from memory.repositories.api_keys import ApiKey

router = APIRouter(prefix="/v1/keys", tags=["keys"])
_MANAGING = [Depends(administrator)]
_ADMIN = "admin"  # for whom the pool does it: keys are no user's


@router.get("/me")
async def own_key(key: Annotated[ApiKey | None, Depends(api_key)]) -> OwnKey:
    """Which key this request came with, if with one: whoever holds it may know what it is for."""
    return OwnKey(
        key=None if key is None else KeyOut.of(key), manages=key is None or key.kind == "admin"
    )


@router.post("", status_code=201, dependencies=_MANAGING)
async def make_key(body: NewKeyBody, services: AppServices) -> KeyMade:
    """Make a key. Its secret is in this answer and nowhere else."""
    key, secret = await services.pools.requests.run(
        lambda _: services.api_keys.create(
            body.kind, body.name, user_id=body.user, namespace=body.namespace
        ),
        _ADMIN,
    )
    return KeyMade(**KeyOut.of(key).model_dump(), secret=secret)


@router.get("", dependencies=_MANAGING)
async def list_keys(services: AppServices) -> KeyList:
    """Every key there ever was, oldest first."""
    found = await services.pools.requests.run(lambda _: services.api_keys.list(), _ADMIN)
    return KeyList(results=[KeyOut.of(key) for key in found])


@router.delete("/{key_id}", dependencies=_MANAGING)
async def revoke_key(key_id: Identifier, services: AppServices) -> KeyOut:
    """Refuse a key from now on."""
    revoked = await services.pools.requests.run(lambda _: services.api_keys.revoke(key_id), _ADMIN)
    return KeyOut.of(revoked)
