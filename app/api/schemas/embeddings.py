"""Requests of OpenAI's embeddings."""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.api.schemas.open_body import ModelName, OpenBody
from app.field_types import NonEmptyText

MOST_INPUTS = 2048
Inputs = Annotated[
    list[NonEmptyText | int | list[int]],
    Field(min_length=1, max_length=MOST_INPUTS, fail_fast=True),
]


class EmbeddingsBody(OpenBody):
    """``POST /v1/embeddings``."""

    model: ModelName
    input: NonEmptyText | Inputs = Field(
        description="One text or several. Token lists are refused."
    )
    encoding_format: Literal["float", "base64"] | None = Field(
        None, description="Default: float. base64: little-endian 32-bit floats."
    )
    dimensions: int | None = Field(None, description="Refused unless it is the embedder's own.")
    user: Any = None
