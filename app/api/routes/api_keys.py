"""API keys: managing them, and the key of the request."""

from typing import Annotated

from fastapi import APIRouter, Depends

from app.api.dependencies import AppServices, administrator, api_key
from app.api.schemas.api_keys import KeyList, KeyMade, KeyOut, NewKeyBody, OwnKey
from app.field_types import Identifier
from memory.repositories.api_keys import ApiKey

router = APIRouter(prefix="/v1/keys", tags=["keys"])
_MANAGING = [Depends(administrator)]
_ADMIN = "admin"  # the pool's user: API keys belong to no user


@router.get("/me")
async def own_key(key: Annotated[ApiKey | None, Depends(api_key)]) -> OwnKey:
    """Get the API key of this request."""
    return OwnKey(
        key=None if key is None else KeyOut.of(key), manages=key is None or key.kind == "admin"
    )


@router.post("", status_code=201, dependencies=_MANAGING)
async def make_key(body: NewKeyBody, services: AppServices) -> KeyMade:
    """Create an API key. Only this response contains its secret."""
    key, secret = await services.pools.requests.run(
        lambda _: services.api_keys.create(
            body.kind, body.name, user_id=body.user, namespace=body.namespace
        ),
        _ADMIN,
    )
    return KeyMade(**KeyOut.of(key).model_dump(), secret=secret)


@router.get("", dependencies=_MANAGING)
async def list_keys(services: AppServices) -> KeyList:
    """List all API keys, revoked ones too, oldest first."""
    found = await services.pools.requests.run(lambda _: services.api_keys.list(), _ADMIN)
    return KeyList(results=[KeyOut.of(key) for key in found])


@router.delete("/{key_id}", dependencies=_MANAGING)
async def revoke_key(key_id: Identifier, services: AppServices) -> KeyOut:
    """Revoke an API key."""
    revoked = await services.pools.requests.run(lambda _: services.api_keys.revoke(key_id), _ADMIN)
    return KeyOut.of(revoked)
