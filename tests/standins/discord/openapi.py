"""Discord's own description of its HTTP API, as a check of request bodies. Validators are made when first needed."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

Json = dict[str, Any]
Place = tuple[str | int, ...]

DESCRIPTION = Path(__file__).parents[4] / "shared" / "data" / "discord" / "openapi.json"
"""Not part of this repository: where it is absent bodies are checked by hand-written rules only."""

MOST_WORDS = 300
"""A complaint about a value quotes all of it; more than this helps nobody."""

_NUMERIC = {"type": "string", "pattern": r"^-?\d+$"}
_METHODS = ("get", "put", "post", "patch", "delete")


def relax(schema: Any) -> Any:
    """The same schema as Discord really reads it: numbers may come as texts and the reverse, one-of means any-of."""
    if isinstance(schema, list):
        return [relax(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    relaxed = {("anyOf" if key == "oneOf" else key): relax(value) for key, value in schema.items()}
    kinds = relaxed.get("type")
    kinds = [kinds] if isinstance(kinds, str) else kinds if isinstance(kinds, list) else []
    if "integer" in kinds and "enum" not in relaxed:
        return {"anyOf": [relaxed, _NUMERIC]}
    if relaxed.get("format") == "snowflake" or relaxed.get("pattern") == r"^(0|[1-9][0-9]*)$":
        return {"anyOf": [relaxed, {"type": "integer"}]}
    return relaxed


class Description:
    def __init__(self, document: Json) -> None:
        self._root = {"components": {"schemas": relax(document["components"]["schemas"])}}
        self._paths: Json = document["paths"]
        self._bodies: dict[str, Any] = {}
        self.operations: dict[str, str] = {}
        """Method and path of each operation."""
        for path, methods in self._paths.items():
            for method in _METHODS:
                if method in methods:
                    operation = methods[method]
                    self.operations[operation["operationId"]] = f"{method.upper()} {path}"
                    self._bodies[operation["operationId"]] = operation.get("requestBody")
        self._validators: dict[str, Draft202012Validator | None] = {}

    def problems(self, operation: str, body: Any) -> Iterator[tuple[Place, str, str]]:
        """Where the body breaks the description, the code that Discord has for it, and how."""
        if operation not in self._validators:
            self._validators[operation] = self._make(operation)
        validator = self._validators[operation]
        for error in validator.iter_errors(body) if validator else ():
            yield _in_discords_words(_sharpen(error))

    def _make(self, operation: str) -> Draft202012Validator | None:
        body = self._bodies.get(operation)
        if body is None:
            return None
        schema = relax(body["content"]["application/json"]["schema"])
        return Draft202012Validator({**self._root, **schema}, validate_formats=True)


@cache
def discords_description() -> Description | None:
    """None where it is not there. Read once: its validators serve every stand-in of a test run."""
    return Description(json.loads(DESCRIPTION.read_bytes())) if DESCRIPTION.exists() else None


def _in_discords_words(error: ValidationError) -> tuple[Place, str, str]:
    place = tuple(error.instance_path)
    match error.kind:
        case ValidationErrorKind.Required(property=name):
            return (*place, name), "BASE_TYPE_REQUIRED", "This field is required"
        case ValidationErrorKind.MaxLength(limit=most) | ValidationErrorKind.MaxItems(limit=most):
            return place, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length."
        case ValidationErrorKind.MinLength(limit=least) | ValidationErrorKind.MinItems(limit=least):
            return place, "BASE_TYPE_MIN_LENGTH", f"Must be {least} or more in length."
        case ValidationErrorKind.Format(format="uri"):
            return place, "URL_TYPE_INVALID_URL", "Not a well formed URL."
        case _:
            words = re.sub(r"\s+", " ", error.message)
            return place, "BASE_TYPE_CHOICES", words if len(words) <= MOST_WORDS else f"{words[:MOST_WORDS]} …"


def _sharpen(error: ValidationError) -> ValidationError:
    """Follow a failed union into the branch that was meant: whose ``type`` fits, and among those the least wrong."""
    while isinstance(error.kind, ValidationErrorKind.AnyOf):
        depth = len(error.instance_path)
        branches = [errors for errors in error.kind.context if errors]
        meant = [errors for errors in branches if not any(_is_about_type(inner, depth) for inner in errors)]
        if not meant:
            return error
        error = min(meant, key=len)[0]
    return error


def _is_about_type(error: ValidationError, depth: int) -> bool:
    path = list(error.instance_path[depth:])
    return path == ["type"] or (not path and isinstance(error.kind, ValidationErrorKind.Type))
