"""`/docs`: an OpenAPI document as one readable page, made here, with no script and nothing fetched from elsewhere."""

from __future__ import annotations

import json
import re
from html import escape
from typing import TYPE_CHECKING, Any

from . import pages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

METHODS = ("get", "post", "put", "patch", "delete")
STYLE = """
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; padding: .4rem .8rem }
summary { cursor: pointer } summary code { font-weight: 600 } summary span { opacity: .75; margin-left: .6rem }
.GET { color: #07a } .POST { color: #283 } .PUT, .PATCH { color: #a60 } .DELETE { color: #b22 }
nav a { margin-right: 1rem } dt { font-weight: 600; margin-top: .5rem } dd { margin-left: 1.2rem } small { opacity: .75 }
"""


def page(document: Mapping[str, Any]) -> str:
    groups = _grouped(document)
    schemas = document.get("components", {}).get("schemas", {})
    navigation = "".join(f'<a href="#{_anchor(tag)}">{escape(tag)}</a>' for tag in [*groups, "Schemas"])
    parts = [f"<p>{_prose(document['info'].get('description', ''))}</p><nav>{navigation}</nav>"]
    for tag, operations in groups.items():
        parts.append(f'<h2 id="{_anchor(tag)}">{escape(tag)}</h2>')
        parts += [_operation(document, *operation) for operation in operations]
    parts.append('<h2 id="schemas">Schemas</h2>')
    parts += [_schema(name, schema) for name, schema in schemas.items()]
    return pages.page(f"{document['info']['title']} {document['info']['version']}", *parts, style=STYLE)


def _grouped(document: Mapping[str, Any]) -> dict[str, list[tuple[str, str, Mapping[str, Any]]]]:
    groups: dict[str, list[tuple[str, str, Mapping[str, Any]]]] = {}
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                operation = {
                    **item[method],
                    "parameters": [*item.get("parameters", []), *item[method].get("parameters", [])],
                }
                groups.setdefault((operation.get("tags") or ["Operations"])[0], []).append(
                    (method.upper(), path, operation)
                )
    return groups


def _operation(document: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any]) -> str:
    head = f'<summary><code class="{method}">{method} {escape(path)}</code><span>{escape(operation.get("summary", ""))}</span></summary>'
    parts = [head, f"<p>{_prose(operation.get('description', ''))}</p>"]
    if parameters := [_resolved(document, each) for each in operation["parameters"]]:
        rows = (
            f"<tr><td><code>{escape(each['name'])}</code></td><td>{escape(each['in'])}{', required' if each.get('required') else ''}</td>"
            f"<td>{_type(each.get('schema', {}))}</td><td>{_prose(each.get('description', ''))}</td></tr>"
            for each in parameters
        )
        parts.append(f"<table><tr><th>parameter</th><th>in</th><th>type</th><th></th></tr>{''.join(rows)}</table>")
    if body := _resolved(document, operation.get("requestBody", {})):
        parts.append(f"<dl><dt>Body</dt>{''.join(_content(body))}</dl>")
    answers = (
        f"<dt>{escape(str(status))} <small>{_prose(answer.get('description', ''))}</small></dt>{''.join(_content(answer))}"
        for status, raw in operation.get("responses", {}).items()
        for answer in (_resolved(document, raw),)
    )
    return f'<details id="{_anchor(method + path)}">{"".join(parts)}<dl>{"".join(answers)}</dl></details>'


def _content(body: Mapping[str, Any]) -> Iterator[str]:
    for kind, media in body.get("content", {}).items():
        yield f"<dd><code>{escape(kind)}</code> {_type(media.get('schema', {}))}"
        if "example" in media:
            yield f"<pre>{escape(_json(media['example']))}</pre>"
        yield "</dd>"


def _schema(name: str, schema: Mapping[str, Any]) -> str:
    required = schema.get("required", [])
    rows = (
        f"<tr><td><code>{escape(field)}</code></td><td>{_type(each)}{'' if field in required else ', optional'}</td>"
        f"<td>{_prose(each.get('description', ''))} <small>{escape(_limits(each))}</small></td></tr>"
        for field, each in schema.get("properties", {}).items()
    )
    shape = f"<table>{''.join(rows)}</table>" if "properties" in schema else f"<p>{_type(schema)}</p>"
    return (
        f'<details id="{_anchor(name)}"><summary><code>{escape(name)}</code></summary>'
        f"<p>{_prose(schema.get('description', ''))}</p>{shape}</details>"
    )


def _type(schema: Mapping[str, Any]) -> str:
    """A schema in a few words; named ones are linked."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#{_anchor(name)}">{escape(name)}</a>'
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return (" and " if key == "allOf" else " or ").join(_type(each) for each in schema[key])
    if "enum" in schema or "const" in schema:
        return " | ".join(f"<code>{escape(_json(each))}</code>" for each in schema.get("enum", [schema.get("const")]))
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    kinds = " or ".join(kind) if isinstance(kind, list) else str(kind)
    form = f" ({schema['format']})" if "format" in schema else ""
    return escape(kinds + form)


def _limits(schema: Mapping[str, Any]) -> str:
    named = ("minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum", "pattern", "default")
    return ", ".join(f"{name} {_json(schema[name])}" for name in named if name in schema)


def _resolved(document: Mapping[str, Any], value: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = value
    if "$ref" in value:
        found = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part]
    resolved: Mapping[str, Any] = found
    return resolved


def _prose(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text)).replace("\n\n", "<br><br>")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _anchor(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
