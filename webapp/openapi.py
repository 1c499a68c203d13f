"""``/openapi.json``: generated from the models and the table of routes."""

import inspect
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from flask import Blueprint, Response, current_app
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from webapp.listening import LAST_EVENT_ID
from webapp.operations import OPERATIONS, Operation
from webapp.problem_codes import KINDS
from webapp.queries import LARGEST_WHOLE
from webapp.sends import PHONE_PATTERN
from whatsapp_tasks.domain import event_places
from whatsapp_tasks.domain.accounts import SLUG
from whatsapp_tasks.domain.identity import ID, KEY, MESSAGE_ID
from whatsapp_tasks.domain.templates import LANGUAGE, NAME
from whatsapp_tasks.stores.evidence import EVIDENCE_ID

blueprint = Blueprint("openapi", __name__)

REF = "#/components/schemas/{model}"

AUTH_CODES = (
    "api_key_missing",
    "api_key_invalid",
    "scope_missing",
    "rate_limited",
    "store_unavailable",
    "signature_missing",
    "signature_invalid",
    "timestamp_invalid",
    "timestamp_expired",
)

INTRODUCTION = """
Accepted does not mean sent: after 202 from `POST /send` a message is stored durably, and its status says what
happened to it.

Every request names its key in `X-Api-Key` and is signed with the key's secret: `X-Timestamp` is the unix
time in seconds, `X-Signature` is `sha256=HEX`, the HMAC-SHA256 with the secret over
`timestamp\\nMETHOD\\npath?query\\nraw body`. The path and query are signed exactly as they are sent. The
signature of a request that changes something is accepted once.

A file is uploaded first (`POST /files`), or fetched by the service from a URL. The signature of an upload
covers the SHA-256 of the body, as 64 hex digits in `X-Content-SHA256`, instead of the raw body.

A repeated request is safe: the same idempotency key, or without one the same account, phone, text (or
template with variables) and file within the window (24 hours, unless set otherwise), is the same message.

Every refusal is a problem document (RFC 9457) with a stable `code`.
"""

PATH_PARAMETERS: dict[str, dict[str, Any]] = {
    "webhook": {
        "description": "The webhook's name.",
        "schema": {"type": "string", "pattern": f"^{SLUG}$"},
        "example": "orders",
    },
    "message_id": {
        "description": "The id returned by POST /send.",
        "schema": {"type": "string", "pattern": f"^{MESSAGE_ID}$"},
        "example": "9f86d081884c7d659a2feaa0c55ad015-default",
    },
    "file_id": {
        "description": "The id returned by POST /files.",
        "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "example": "2c26b46b68ffc68ff99b453c1d304134",
    },
    "evidence_id": {
        "description": "The value of error.evidence of a message.",
        "schema": {"type": "string", "pattern": f"^{EVIDENCE_ID}$"},
        "example": "default_1790000000000_0a1b2c3d",
    },
    "check_id": {
        "description": "The id returned by POST /contacts/check.",
        "schema": {"type": "string", "pattern": f"^{ID}$"},
        "example": "7c9e6679f3b24b0c9d2e1a5f8b3c4d6e-default",
    },
    "chat_id": {
        "description": "The id of a chat, from GET /chats or an event.",
        "schema": {"type": "string", "pattern": f"^{ID}$"},
        "example": "3b1f5c0e9a7d4b2f8c6e1d0a5f4b3c2d-default",
    },
    "batch_id": {
        "description": "The id returned by POST /messages:batch.",
        "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "example": "2c26b46b68ffc68ff99b453c1d304134",
    },
    "phone": {
        "description": "A phone number in international form; the + may be written as %2B.",
        "schema": {"type": "string", "pattern": PHONE_PATTERN},
        "example": "+4915112345678",
    },
    "name": {
        "description": "The template's name.",
        "schema": {"type": "string", "pattern": f"^{NAME}$"},
        "example": "order_ready",
    },
    "language": {
        "description": "A language code.",
        "schema": {"type": "string", "pattern": f"^{LANGUAGE}$"},
        "example": "en",
    },
    "account": {
        "description": "The account's name.",
        "schema": {"type": "string", "pattern": f"^{SLUG}$"},
        "example": "default",
    },
}

REQUEST_HEADERS: dict[str, dict[str, Any]] = {
    LAST_EVENT_ID: {
        "description": "The `id:` of the last event that was received; sent by browsers by themselves.",
        "schema": {"type": "string", "pattern": event_places.PATTERN},
    },
}

OF_RAW_BODY: list[dict[str, Any]] = [
    {
        "name": "X-Content-SHA256",
        "in": "header",
        "required": True,
        "description": "SHA-256 of the body, hex; covered by the signature instead of the body.",
        "schema": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    },
    {
        "name": "Content-Disposition",
        "in": "header",
        "description": "The name that recipients see, as in attachment; filename*=UTF-8''Invoice.pdf",
        "schema": {"type": "string"},
    },
]

HEADERS: dict[str, dict[str, Any]] = {
    "X-Request-Id": {
        "description": "The request's id: the caller's own, or a new one. It is in each log line.",
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "Seconds to wait before the request is repeated.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "Location": {"description": "The path of the result.", "schema": {"type": "string"}},
    "RateLimit-Limit": {"description": "Requests per window.", "schema": {"type": "integer"}},
    "RateLimit-Remaining": {"description": "Requests left.", "schema": {"type": "integer"}},
    "RateLimit-Reset": {"description": "Seconds until the limit is reset.", "schema": {"type": "integer"}},
}


PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "Problem details (RFC 9457). The meaning of `code` never changes; `detail` is for people.",
    "required": ["type", "title", "status", "detail", "code", "instance", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "code": {"type": "string", "enum": sorted(KINDS)},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "Which fields are wrong.",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "next_place_at": {
            "type": "string",
            "format": "date-time",
            "description": "With daily_cap_reached: the start of the next day with a free place.",
        },
        "message_id": {"type": "string", "description": "With idempotency_conflict: the first message."},
        "batch_id": {"type": "string", "description": "With idempotency_conflict: the first batch."},
        "languages": {
            "type": "array",
            "items": {"type": "string"},
            "description": "With template_unknown: the languages in which the template is there.",
        },
        "variables": {
            "type": "array",
            "items": {"type": "string"},
            "description": "With template_variables_wrong: the variables of the template.",
        },
    },
    "examples": [
        {
            "type": "/docs#phone_invalid",
            "title": "The phone number is malformed",
            "status": 422,
            "detail": "The phone number must be in international form with a leading +.",
            "code": "phone_invalid",
            "errors": [{"field": "phone", "message": "must be in international form with a leading +"}],
            "instance": "/send",
            "request_id": "b3440a2fcc5e59979ad35e13",
        }
    ],
}


@blueprint.get("/openapi.json")
def serve() -> Response:
    """The OpenAPI 3.1 document."""
    return Response(_text(), content_type="application/json", headers={"Cache-Control": "no-cache"})


@lru_cache(maxsize=1)
def _text() -> str:
    docs = {o.endpoint: current_app.view_functions[o.endpoint].__doc__ or "" for o in OPERATIONS}
    return json.dumps(document(docs), indent=1)


def document(descriptions: dict[str, str]) -> dict[str, Any]:
    """The document; ``descriptions`` has a text for each endpoint."""
    schemas = Schemas()
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for operation in OPERATIONS:
        description = inspect.cleandoc(descriptions[operation.endpoint])
        paths[operation.path][operation.method.lower()] = _operation(operation, description, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "whatsapp-tasks",
            "version": version("whatsapp-tasks"),
            "description": INTRODUCTION.strip(),
            "license": {"name": "GPL-3.0-or-later", "identifier": "GPL-3.0-or-later"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in dict.fromkeys(o.tag for o in OPERATIONS)],
        "paths": dict(paths),
        "components": {
            "schemas": {**schemas.definitions(), "Problem": PROBLEM_SCHEMA},
            "headers": HEADERS,
            "securitySchemes": {
                "ApiKey": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
                "Timestamp": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-Timestamp",
                    "description": "Unix time in seconds; it may be 30 s old and 5 s ahead.",
                },
                "Signature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-Signature",
                    "description": "sha256=HEX, see above. Except for GET, each is accepted once.",
                },
            },
        },
        "x-problem-codes": {
            code: {"status": kind.status, "title": kind.title} for code, kind in KINDS.items()
        },
    }


class Schemas:
    """Collects the schemas of models and typed dictionaries, and returns references to them."""

    def __init__(self) -> None:
        self._adapters: dict[tuple[Any, JsonSchemaMode], TypeAdapter[Any]] = {}

    def reference(self, model: Any, mode: JsonSchemaMode) -> dict[str, Any]:
        self._adapters.setdefault((model, mode), TypeAdapter(model))
        return {"$ref": REF.format(model=model.__name__)}

    def definitions(self) -> dict[str, Any]:
        inputs = [
            (str(number), mode, adapter) for number, ((_, mode), adapter) in enumerate(self._adapters.items())
        ]
        _, schema = TypeAdapter.json_schemas(inputs, ref_template=REF, schema_generator=_Generator)
        definitions: dict[str, Any] = schema["$defs"]
        return definitions


class _Generator(GenerateJsonSchema):
    """Without titles for fields: their names are enough."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - the interface of the base
        return False


def _operation(operation: Operation, description: str, schemas: Schemas) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "operationId": operation.endpoint.replace(".", "_"),
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": _with_scope(description, operation),
        "parameters": _parameters(operation),
        "responses": _responses(operation, schemas),
        "security": _security(operation),
    }
    if operation.body is not None:
        content: dict[str, Any] = {"schema": schemas.reference(operation.body, "validation")}
        if operation.examples:
            content["examples"] = {name: {"value": value} for name, value in operation.examples.items()}
        fields["requestBody"] = {
            "required": not operation.body_optional,
            "content": {"application/json": content},
        }
    if operation.raw_body:
        fields["requestBody"] = {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    return fields


def _with_scope(description: str, operation: Operation) -> str:
    if operation.scope is None:
        return f"{description}\n\nNo key is needed."
    return f"{description}\n\nScope: `{operation.scope}`."


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    if operation.scope is None:
        return []
    return [{"ApiKey": [], "Timestamp": [], "Signature": []}]


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, **PATH_PARAMETERS[name]}
        for name in re.findall(r"\{(\w+)\}", operation.path)
    ]
    if operation.idempotency_key:
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "description": "Identifies a repeated request. 1 to 255 printable ASCII characters.",
                "schema": {"type": "string", "pattern": f"^{KEY}$"},
            }
        )
    if operation.raw_body:
        parameters += OF_RAW_BODY
    parameters += [{"name": name, "in": "header", **REQUEST_HEADERS[name]} for name in operation.headers]
    if operation.query is not None:
        schema = TypeAdapter(operation.query).json_schema(schema_generator=_Generator)
        for name, about in schema["properties"].items():
            kind = _without_null(about, schema.get("$defs", {}))
            parameters.append(
                {"name": name, "in": "query", "description": about.get("description", ""), "schema": kind}
            )
    return parameters


def _without_null(about: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter: it may be omitted, but not null."""
    kind = next((k for k in about.get("anyOf", ()) if k.get("type") != "null"), about)
    if "$ref" in kind:
        kind = definitions[kind["$ref"].rpartition("/")[2]]
    schema = {_BOUNDS.get(n, n): value for n, value in kind.items() if n not in ("description", "title")}
    return {"maximum": LARGEST_WHOLE, **schema} if schema.get("type") == "integer" else schema


_BOUNDS = {"ge": "minimum", "le": "maximum"}
"""pydantic does not translate bounds that follow one of our validators."""


def _responses(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    content: dict[str, Any] = {kind: {} for kind in operation.pictures}
    if operation.answer is not None:
        content[operation.answers_with] = {"schema": schemas.reference(operation.answer, "serialization")}
    headers = ["X-Request-Id", *(["Location"] if operation.idempotency_key or operation.raw_body else [])]
    responses: dict[str, Any] = {
        str(operation.status): {
            "description": _doc(operation),
            "headers": _header_references(headers),
            "content": content,
        }
    }
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in codes_of(operation):
        by_status[KINDS[code].status].append(code)
    for status, codes in sorted(by_status.items()):
        responses[str(status)] = _problem_response(status, codes)
    return responses


def codes_of(operation: Operation) -> tuple[str, ...]:
    """All codes with which the operation may be refused."""
    codes: tuple[str, ...] = (*operation.codes, "internal_error")
    if operation.scope is not None:
        codes += tuple(c for c in AUTH_CODES if (c, operation.scope) != ("scope_missing", "any"))
        if operation.method != "GET":
            codes += ("signature_replayed",)
    return codes


def _problem_response(status: int, codes: list[str]) -> dict[str, Any]:
    headers = ["X-Request-Id"]
    if status in (429, 503, 504):
        headers.append("Retry-After")
    if "rate_limited" in codes:
        headers += ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"]
    return {
        "description": ", ".join(codes),
        "headers": _header_references(headers),
        "content": {"application/problem+json": {"schema": {"$ref": REF.format(model="Problem")}}},
    }


def _header_references(names: Iterable[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _doc(operation: Operation) -> str:
    if operation.answer is None:
        return "A picture or file."
    return " ".join((inspect.getdoc(operation.answer) or operation.summary).split())
