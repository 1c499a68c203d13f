"""The fields of settings and scenarios, for people and for the control page."""

from typing import Any

from pydantic import BaseModel


def fields_of(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema()
    return {
        name: {
            "default": model.model_fields[name].get_default(),
            "description": spec.get("description", ""),
            "values": spec.get("enum"),
        }
        for name, spec in schema["properties"].items()
    }
