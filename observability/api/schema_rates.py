"""What every answer of the API has beside what it is about, in the OpenAPI schema: the rate, and being told to wait."""

from typing import Any

ERROR = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "code": {"type": "string", "description": "One word, such as too-many-requests."},
                "message": {"type": "string", "description": "A sentence for people."},
            },
            "required": ["code", "message"],
        }
    },
    "required": ["error"],
}
HEADERS = {
    "RateLimit-Policy": ("string", "Requests allowed, and seconds of the window: `12000;w=60`."),
    "RateLimit-Limit": ("integer", "Requests allowed in a minute, by the project's plan."),
    "RateLimit-Remaining": ("integer", "Of these, how many are left."),
    "RateLimit-Reset": ("integer", "Seconds until all of them are there again."),
    "Retry-After": ("integer", "Seconds after which to ask again."),
}
WITH_EVERY_ANSWER = [name for name in HEADERS if name != "Retry-After"]


def with_rate_limits(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of drf-spectacular."""
    components = result["components"]
    components.setdefault("schemas", {})["Error"] = ERROR
    components["headers"] = {
        name: {"schema": {"type": kind}, "description": means} for name, (kind, means) in HEADERS.items()
    }
    components["responses"] = {"TooManyRequests": too_many_requests()}
    for operations in result["paths"].values():
        for operation in operations.values():
            for response in operation["responses"].values():
                response["headers"] = {**references(WITH_EVERY_ANSWER), **response.get("headers", {})}
            operation["responses"]["429"] = {"$ref": "#/components/responses/TooManyRequests"}
    return result


def too_many_requests() -> dict[str, Any]:
    return {
        "description": "More requests in a minute than the project's plan allows, or too many zips at once.",
        "headers": references(HEADERS),
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }


def references(names: Any) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
