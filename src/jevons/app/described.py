"""The interface's description as a page that needs no network and no script."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

Schema = Mapping[str, Any]


def described(openapi: Schema) -> str:
    """HTML of an OpenAPI description: each path with its parameters and the answer's fields."""
    made = Environment(
        loader=PackageLoader("jevons.app", "static"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    operations = [
        operation | {"path": path, "method": method.upper(), "answer": answer_of(operation)}
        for path, methods in openapi["paths"].items()
        for method, operation in methods.items()
    ]
    groups: dict[str, list[dict[str, Any]]] = {}
    for operation in operations:
        groups.setdefault(operation["tags"][0], []).append(operation)
    shapes = {
        name: {
            "about": shape.get("description", ""),
            "fields": {
                field: (kind_of(each), each.get("description", ""))
                for field, each in shape["properties"].items()
            },
        }
        for name, shape in sorted(openapi["components"]["schemas"].items())
        if "properties" in shape
    }
    return made.get_template("docs.html.jinja").render(
        info=openapi["info"], groups=groups, shapes=shapes, kind_of=kind_of
    )


def answer_of(operation: Schema) -> str:
    """What an operation answers with."""
    content = operation["responses"]["200"].get("content", {})
    return ", ".join(kind_of(each.get("schema", {})) or media for media, each in content.items())


def kind_of(schema: Schema) -> str:
    """A schema in a few words.

    >>> kind_of({"type": "array", "items": {"$ref": "#/components/schemas/Value"}})
    'list of Value'
    >>> kind_of({"type": "integer", "minimum": 1, "maximum": 9})
    'integer, 1 to 9'
    """
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(kind_of(each) for each in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return " | ".join(schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {kind_of(schema.get('items', {}))}"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"{kind_of(schema['additionalProperties'])} by name"
    kind = str(schema.get("format") or schema.get("type") or "")
    if "minimum" in schema and "maximum" in schema:
        return f"{kind}, {schema['minimum']:,} to {schema['maximum']:,}"
    return kind
