"""How the service stands, for Prometheus."""

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client.exposition import choose_encoder

from app.api.dependencies import administrator

router = APIRouter(tags=["health"])


@router.get(
    "/metrics",
    dependencies=[Depends(administrator)],
    response_class=Response,
    responses={200: {"description": "Prometheus' text.", "content": {"text/plain": {}}}},
)
async def metrics(request: Request) -> Response:
    """Counts and times. No user and no text is in them. Where there are keys, for admins."""
    encode, kind = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(request.app.state.metrics.registry), media_type=kind)
