# SPDX-License-Identifier: Apache-2.0
"""OpenAPI documents: what stands at a path, and what the module's own document has against an answer."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema

from .browser import OWN, Answer
from .paths import REPOSITORY

Schema = dict[str, Any]
SPECIFICATION = Path("/usr/share/openapi-specification/schemas/v3.0/schema.json")  # the OpenAPI Initiative's


def path_item(document: Schema, path: str) -> tuple[Schema | None, dict[str, str]]:
    """The operations of a path and what stands in its places; nothing where no path of the document is like it."""
    for template, operations in document["paths"].items():
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template))
        if found := re.fullmatch(pattern, path):
            return operations, {name: unquote(text) for name, text in found.groupdict().items()}
    return None, {}


def resolved(document: Schema, schema: Schema) -> Schema:
    """What a schema says, or what it refers to."""
    if "$ref" in schema:
        found: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return found
    return schema


@cache
def own_document() -> Schema:
    """The module's."""
    return json.loads((REPOSITORY / "docs" / "openapi.json").read_text())


def complaints_about_document() -> list[str]:
    """What the OpenAPI Initiative's schema of documents has against the module's."""
    schema = json.loads(SPECIFICATION.read_text())
    return [f"{list(error.absolute_path)}: {error.message}" for error in jsonschema.Draft4Validator(schema).iter_errors(own_document())]


def complaints_about(method: str, answer: Answer) -> list[str]:
    """What the module's document has against an answer: its status, its type, its members."""
    operations, _ = path_item(own_document(), urlsplit(answer.target).path.removeprefix(OWN))
    operation = (operations or {}).get(method.lower())
    if operation is None:
        return [f"the document has no {method} {answer.target}"]
    responses = operation["responses"]
    content = resolved(own_document(), responses.get(str(answer.status), responses["default"]))["content"]
    if answer.headers["Content-Type"] not in content:
        return [f"{method} {answer.target}: {answer.status} {answer.headers['Content-Type']}"]
    schema = {**content[answer.headers["Content-Type"]]["schema"], "components": own_document()["components"]}
    validator = jsonschema.Draft7Validator(_with_null(schema))
    return [f"{method} {answer.target}: {list(error.absolute_path)}: {error.message}"
            for error in validator.iter_errors(answer.json())]


def operations() -> Iterator[tuple[str, str]]:
    """Method and path of everything that the document has."""
    for path, item in own_document()["paths"].items():
        yield from ((method.upper(), path) for method in item if method in ("get", "post", "put", "delete"))


def _with_null(schema: Any) -> Any:
    """The same in JSON Schema's own words, which has null as a type."""
    if isinstance(schema, list):
        return [_with_null(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _with_null(one) for name, one in schema.items() if name != "nullable"}
    return {**made, "type": [made["type"], "null"]} if schema.get("nullable") is True else made
