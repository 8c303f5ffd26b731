"""The JSON Schema of rule books (draft 2020-12), for editors: made from the table of keys and the kinds' declarations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gangmu.engine import keys
from gangmu.engine import kind as kind_types
from gangmu.engine.keys import Key
from gangmu.engine.kind import Kind
from gangmu.engine.kinds import kinds
from gangmu.engine.rulebook import TOTAL

Schema = dict[str, Any]

_SCALAR = {"type": ["string", "number", "boolean"]}
_NUMBER_TEXT = r"^\s*[+-]?(\d[\d,]*)?(\.\d+)?([eE][+-]?\d{1,2})?(/\d+)?\s*[%％]?\s*$"


def schema() -> Schema:
    """The schema, ready for `json.dump`: whatever `loading` takes it takes, and of the rest what can be told by shape."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "考核办法 / rule book",
        "description": "gangmu rulebook schema; docs/rulebook.md",
        "$ref": "#/$defs/book",
        "$defs": {**_values(), **_forms(), **{f"kind.{kind.code}": _kind(kind) for kind in kinds().values()}},
    }


def _values() -> Schema:
    """What entries may hold, by name."""
    return {
        "text": _SCALAR,
        "both": {
            "anyOf": [
                _SCALAR,
                {
                    "type": "object",
                    "properties": {"zh": _SCALAR, "en": _SCALAR},
                    "required": ["zh"],
                    "additionalProperties": False,
                },
            ]
        },
        "number": {"anyOf": [{"type": "number"}, {"type": "string", "pattern": _NUMBER_TEXT}]},
        "none": {"const": "none"},
        "entry": {"anyOf": [_ref("number"), {"enum": list(_SLASH)}]},
        "amount": {
            "description": "一个数，或各分组、各单位的数 / a number, or one for each group or unit",
            "anyOf": [
                _ref("number"),
                _ref("none"),
                {"type": "object", "additionalProperties": _ref("entry")},
            ],
        },
        "formula": {"type": ["string", "number"]},
        "parameter": {"anyOf": [_ref("amount"), _ref("formula")]},
        "fact": {"anyOf": [_ref("amount"), _ref("formula"), {"enum": list(keys.SOURCES)}]},
        "yes": {"anyOf": [{"type": "boolean"}, {"enum": ["yes", "no", "是", "否"]}]},
        "words": {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR}]},
        "texts": {"type": "object", "additionalProperties": _SCALAR},
        "numbers": {"type": "array", "items": _ref("number")},
        "table": {"type": "object", "additionalProperties": _ref("number"), "minProperties": 1},
        "round": {
            "anyOf": [{"type": "integer"}, {"type": "object", "additionalProperties": {"type": "integer"}}]
        },
        "figure": {
            "anyOf": [
                _SCALAR,
                {
                    "type": "object",
                    "properties": {
                        "code": _SCALAR,
                        "measure": _SCALAR,
                        "area": _SCALAR,
                        "period": {"enum": ["same", "last_year"]},
                    },
                    "required": ["code"],
                    "additionalProperties": False,
                },
            ]
        },
        "figures": {"type": "object", "additionalProperties": _ref("figure")},
        "facts": {
            "description": "单位: {指标: 值, 指标.字段: 值, 属性: 文字, 指标: [{事项}]}",
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": {
                    "anyOf": [
                        _SCALAR,
                        {"type": "array", "items": {"type": "object", "additionalProperties": _SCALAR}},
                    ]
                },
            },
        },
        "each": {"type": "object"},
        "steps": {"type": "object", "additionalProperties": _ref("formula")},
        "inputs": {"anyOf": [_ref("words"), {"type": "object", "additionalProperties": _ref("both")}]},
        "available": {
            "anyOf": [
                {"const": "any"},
                {
                    "type": "object",
                    "properties": {name: _ref("number") for name in ("parts", "share", "weight")},
                    "minProperties": 1,
                    "maxProperties": 1,
                    "additionalProperties": False,
                },
            ]
        },
        "code": {"type": "string", "pattern": r"^[^\W\d]\w*$", "not": {"const": TOTAL}},
        "book_code": {"type": ["string", "number"], "pattern": r"^[\w-]+$"},
    }


_SLASH = ("/", "／", "不适用", "n/a")


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _forms() -> Schema:
    found = {form: _form(form) for form in keys.FORMS_OF if form not in ("indicator", "group")}
    found["group"] = {"anyOf": [_SCALAR, _form("group")]}
    return {**found, **_indicator()}


def _form(form: str) -> Schema:
    listed = keys.FORMS_OF[form]
    made: Schema = {
        "type": "object",
        "properties": {key.name: _entry(key) for key in listed},
        "additionalProperties": False,
    }
    required = [key.name for key in listed if key.required]
    if required:
        made["required"] = required
    if form == "book":
        made["anyOf"] = [{"required": ["sections"]}, {"required": ["indicators"]}]
    return made


def _indicator() -> Schema:
    """The common keys and, by `kind`, those of the kind.

    Facts that `fields` adds may be stated as well; what is not said may stand under an `each` farther out, the kind too.
    """
    common = keys.FORMS_OF["indicator"]
    by_kind = [
        {
            "if": {"properties": {"kind": {"const": kind.code}}, "required": ["kind"]},
            "then": _ref(f"kind.{kind.code}"),
        }
        for kind in kinds().values()
    ]
    base = {
        "type": "object",
        "properties": {key.name: _entry(key) for key in common if key.name not in ("cap", "floor")},
        "required": ["code", "name"],
        "allOf": by_kind,
    }
    return {
        "indicator.base": base,
        "indicator": {
            "type": "object",
            "if": {"required": ["kind"], "not": {"required": ["fields"]}},
            "then": {**_ref("indicator.base"), "unevaluatedProperties": False},
            "else": _ref("indicator.base"),
        },
    }


def _kind(kind: Kind) -> Schema:
    """What a kind adds. `cap` and `floor` mean its own parameters where it has them, else the bounds of the score."""
    own = {key.name: key for key in keys.of_kind(kind)}  # none required: any may stand under an `each`
    bounds = {key.name: key for key in keys.FORMS_OF["indicator"] if key.name in ("cap", "floor")}
    every = {**bounds, **own}
    return {
        "title": f"{kind.name.zh} / {kind.name.en}",
        "description": f"{kind.about.zh} / {kind.about.en}",
        "properties": {name: _entry(key, "kind") for name, key in every.items()},
    }


def _entry(key: Key, form: str = "") -> Schema:
    """One entry. A number among a kind's parameters may also be a table or a formula; elsewhere it is plain."""
    described = {"description": f"{key.label.zh} / {key.label.en}"}
    if key.default:
        described["description"] += f" ({key.default})"
    if form == "kind" and key.type == kind_types.NUMBER:
        return {**described, **_ref("parameter")}
    make = _TYPES.get(key.type)
    return {**described, **(make(key) if make else _ref(key.type))}


def _choice(key: Key) -> Schema:
    return {"enum": list(key.options)}


def _missing(key: Key) -> Schema:
    return {
        "anyOf": [
            {"enum": list(key.options)},
            {
                "type": "object",
                "properties": {"points": _ref("number"), "average_of": _SCALAR},
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": False,
            },
        ]
    }


def _scorers(key: Key) -> Schema:
    return {"anyOf": [{"enum": list(key.options)}, _ref("table")]}


def _list(key: Key) -> Schema:
    return {"type": "array", "items": _ref(key.of)}


def _code(key: Key) -> Schema:
    return _ref("book_code" if key.name == "rulebook" else "code")


_TYPES: Mapping[str, Callable[[Key], Schema]] = {
    keys.CHOICE: _choice,
    keys.MISSING: _missing,
    keys.SCORERS: _scorers,
    keys.FORMS: _list,
    keys.PARTS: _list,
    keys.CODE: _code,
    keys.FORM: lambda key: _ref(key.of),
    keys.WHOLE: lambda key: {"type": "integer"},
    keys.GROUPS: lambda key: {"type": "object", "additionalProperties": _ref("group")},
    kind_types.BANDS: lambda key: _ref("table"),
    kind_types.LEVELS: lambda key: _ref("table"),
    kind_types.NUMBERS: lambda key: _ref("numbers"),
}
