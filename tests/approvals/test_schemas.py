"""The schemas that clients read."""

import pytest

from approvals.registry import Tool, registry
from approvals.schemas import input_schema, output_schema, plain
from tests.demo_tools.fixtures import demo_tools as demo_tools

pytestmark = pytest.mark.usefixtures("demo_tools")


def tool(name: str) -> Tool:
    return registry.find(name)


def test_titles_go_but_a_field_called_title_stays() -> None:
    schema = output_schema(tool("demo.tree.get"))
    data = schema["properties"]["data"]["anyOf"][0]
    assert data == {
        "additionalProperties": False,
        "properties": {"title": {"description": "A field that is called title.", "type": "string"}},
        "required": ["title"],
        "type": "object",
    }
    assert "title" not in schema


def test_definitions_are_written_where_they_are_used() -> None:
    notes = output_schema(tool("demo.notes.list"))["properties"]["data"]["anyOf"][0]["properties"]["notes"]
    assert notes["items"]["properties"]["title"] == {"description": "What it is about.", "type": "string"}


def test_a_recursive_type_keeps_its_definition() -> None:
    schema = input_schema(tool("demo.tree.get"))
    assert schema["properties"]["tree"]["$ref"] == "#/$defs/Branch"
    assert set(schema["$defs"]) == {"Branch"}
    assert schema["$defs"]["Branch"]["properties"]["branches"]["items"] == {"$ref": "#/$defs/Branch"}


def test_a_masked_value_meets_the_output_schema() -> None:
    """The note's phone has a pattern that `+852••••567` does not match; clients check answers against the schema."""
    notes = output_schema(tool("demo.notes.list"))["properties"]["data"]["anyOf"][0]["properties"]["notes"]
    assert notes["items"]["properties"]["phone"] == {"description": "Whom to call.", "type": "string"}


def test_what_a_discriminator_points_at_is_inlined_and_its_field_is_needed() -> None:
    schema = {
        "$defs": {
            "Tea": {"type": "object", "title": "Tea", "properties": {"kind": {"const": "tea", "default": "tea"}}}
        },
        "oneOf": [{"$ref": "#/$defs/Tea"}],
        "discriminator": {"mapping": {"tea": "#/$defs/Tea"}, "propertyName": "kind"},
        "enum": ["title"],
        "default": {"title": "a value, not a keyword"},
    }
    assert plain(schema) == {
        "oneOf": [{"type": "object", "properties": {"kind": {"const": "tea", "default": "tea"}}, "required": ["kind"]}],
        "enum": ["title"],
        "default": {"title": "a value, not a keyword"},
    }
