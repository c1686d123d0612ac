"""Metrics for Prometheus."""

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client.exposition import choose_encoder

from app.api.dependencies import administrator

router = APIRouter(tags=["health"])


@router.get(
    "/metrics",
    dependencies=[Depends(administrator)],
    response_class=Response,
    responses={
        200: {"description": "Metrics in Prometheus' text format.", "content": {"text/plain": {}}}
    },
)
async def metrics(request: Request) -> Response:
    """Get metrics for Prometheus. If the service has API keys, an admin's key is required."""
    encode, kind = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(request.app.state.metrics.registry), media_type=kind)
