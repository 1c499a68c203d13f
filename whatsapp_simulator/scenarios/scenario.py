"""What all scenarios have in common."""

import re

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ..phones import digits_of


class Scenario(BaseModel):
    """Parameters of all scenarios."""

    model_config = ConfigDict(extra="forbid", strict=True)

    count: int | None = Field(None, ge=1, description="how often it is played; null = until switched off")
    phone: str | None = Field(None, description="only for this chat; null = for all")
    for_ms: int | None = Field(None, ge=0, description="switched off by itself after so long; null = never")

    @field_validator("phone")
    @classmethod
    def _digits(cls, value: str | None) -> str | None:
        return value if value is None else digits_of(value)

    @classmethod
    def name(cls) -> str:
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()
