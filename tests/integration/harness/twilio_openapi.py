# SPDX-License-Identifier: Apache-2.0
"""Twilio's own OpenAPI document of Verify v2, and what it has against a call and against the answer to it."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from . import openapi
from .node_packages import node_packages
from .twilio.exchange import Call

FORM = "application/x-www-form-urlencoded"
DOCUMENT = "@twilio-alpha/mcp/twilio-oai/spec/json/twilio_verify_v2.json"
NEWER = {"options", "passkeys"}  # properties of answers that Twilio's document of April 2026 has, and the package not yet

Schema = dict[str, Any]


@cache
def document() -> Schema:
    """The document, from Twilio's package of its OpenAPI documents."""
    return json.loads((node_packages() / DOCUMENT).read_text())


def complaints_about(call: Call) -> list[str]:
    """What is wrong with a request: the path, the method, names, values, what is missing, the form of the body."""
    operations, places, complaints = _path_item(call.path)
    if operations is None:
        return complaints
    operation = operations.get(call.method.lower())
    if operation is None:
        return [f"{call.path} has no {call.method}"]
    declared = {(one["in"], one["name"]): one for one in map(_resolved, operation.get("parameters", []))}
    for name, text in places.items():
        complaints += _text_complaints(name, text, declared["path", name]["schema"])
    queries = {name: one for (where, name), one in declared.items() if where == "query"}
    complaints += _named_texts("query parameter", list(call.query.items()), {n: q["schema"] for n, q in queries.items()},
                               [name for name, one in queries.items() if one.get("required")])
    return complaints + _body_complaints(call, operation)


def complaints_about_answer(call: Call) -> list[str]:
    """What is wrong with the answer that a call got. Of errors the document shows no more than their four properties."""
    operations, _, complaints = _path_item(call.path)
    answer = call.answer
    if answer is None:
        return ["there was no answer"]
    if answer.status >= 400:
        return list(_value_complaints("error", answer.json, ERROR))
    if operations is None:
        return complaints
    described = operations[call.method.lower()]["responses"].get(str(answer.status))
    if described is None:
        return [f"{call.name}: {answer.status} is not in the document"]
    if "content" not in described:
        return [f"{call.name}: a body with {answer.status}"] if answer.body else []
    if not answer.headers["Content-Type"].startswith("application/json"):
        return [f"{call.name}: {answer.headers['Content-Type']}"]
    return list(_value_complaints(call.name, answer.json, described["content"]["application/json"]["schema"]))


ERROR = {"type": "object", "required": ["code", "message", "more_info", "status"], "properties": {
    "code": {"type": "integer"}, "message": {"type": "string"}, "more_info": {"type": "string", "format": "uri"},
    "status": {"type": "integer"}}}


def _path_item(path: str) -> tuple[Schema | None, dict[str, str], list[str]]:
    """The operations of a path and what stands in its places, or a complaint."""
    operations, places = openapi.path_item(document(), path)
    return operations, places, [] if operations else [f"no path of the document is like {path}"]


def _body_complaints(call: Call, operation: Schema) -> list[str]:
    described = operation.get("requestBody")
    if described is None:
        return [f"{call.method} {call.path} has no body"] if call.body else []
    if FORM not in described["content"]:
        return [f"{call.path} takes no form: this is no call of a TOTP client"]
    schema = _resolved(described["content"][FORM]["schema"])
    if not call.body and not schema.get("required"):
        return []
    if call.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return [f"the body is {call.headers.get('content-type', 'of no type')}, not {FORM}"]
    try:
        call.body.decode()
    except UnicodeDecodeError:
        return ["the body is not UTF-8"]
    return _named_texts("form field", call.fields, schema["properties"], schema.get("required", []))


def _named_texts(what: str, pairs: list[tuple[str, str]], known: dict[str, Schema], required: list[str]) -> list[str]:
    """What is wrong with names and values of a form or a query."""
    complaints = []
    names = [name for name, _ in pairs]
    for name, text in pairs:
        if name not in known:
            complaints.append(f"no {what} is named {name}")
        else:
            complaints += _text_complaints(name, text, known[name])
    complaints += [f"{what} {name} is repeated" for name in sorted(set(names)) if names.count(name) > 1
                   and _resolved(known.get(name, {})).get("type") != "array"]
    return complaints + [f"{what} {name} is missing" for name in required if not dict(pairs).get(name)]


def _text_complaints(name: str, text: str, schema: Schema) -> list[str]:
    """What is wrong with a value that travels as text."""
    schema = _resolved(schema)
    match schema.get("type"):
        case "integer":
            if not re.fullmatch("-?[0-9]+", text, re.ASCII):
                return [f"{name} is no integer: {text!r}"]
            return list(_value_complaints(name, int(text), schema))
        case "boolean":
            return [] if text in ("true", "false") else [f"{name} is no boolean: {text!r}"]
        case "array":
            return []
        case _:
            return list(_value_complaints(name, text, schema))


def _resolved(schema: Schema) -> Schema:
    """What a schema says, or what it refers to."""
    return openapi.resolved(document(), schema)


TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}


def _value_complaints(where: str, value: Any, schema: Schema) -> Iterator[str]:
    """What is wrong with a value by its schema, as far as the document uses OpenAPI's words."""
    schema = _resolved(schema)
    if value is None:
        if not schema.get("nullable") and "type" in schema:
            yield f"{where} is null"
        return
    kind = schema.get("type")
    if kind and (not isinstance(value, TYPES[kind]) or isinstance(value, bool) and kind != "boolean"):
        yield f"{where} is no {kind}: {value!r}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where} is none of {', '.join(schema['enum'])}: {value!r}"
    if isinstance(value, str):
        yield from _string_complaints(where, value, schema)
    if kind == "integer" and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{where} is out of range: {value}"
    if isinstance(value, dict) and "properties" in schema:
        for name in schema.get("required", []):
            if name not in value:
                yield f"{where} has no {name}"
        for name, one in value.items():
            if name in schema["properties"]:
                yield from _value_complaints(f"{where}.{name}", one, schema["properties"][name])
            elif name not in NEWER:
                yield f"{where} has a property that the document has not: {name}"
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from _value_complaints(f"{where}[{number}]", one, schema.get("items", {}))


def _string_complaints(where: str, value: str, schema: Schema) -> Iterator[str]:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"{where} has a wrong length: {value!r}"
    if "pattern" in schema and not re.search(schema["pattern"].replace("$", r"\Z"), value):
        yield f"{where} is not like {schema['pattern']}: {value!r}"
    match schema.get("format"):
        case "date-time":
            try:
                datetime.fromisoformat(value)
            except ValueError:
                yield f"{where} is no date: {value!r}"
        case "uri":
            if not urlsplit(value).scheme:
                yield f"{where} is no URI: {value!r}"
