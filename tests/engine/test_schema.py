"""The JSON Schema: the copy that ships is the one that is made; right books pass, wrong ones do not; no key is forgotten."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from gangmu.engine import keys, samples
from gangmu.engine.kinds import kinds
from gangmu.engine.schema import schema
from gangmu.engine.yaml_tree import Mapping, Scalar, parse
from tests.engine.books import book, refused
from tests.engine.test_reference_page import BLOCKS
from tests.factories.commands import gangmu

SHIPPED = Path(__file__).parents[2] / "docs" / "rulebook.schema.json"
VALIDATOR = Draft202012Validator(schema())
HEAD = "rulebook: t\ntitle: t\n"
INTEGER, NUMBER = re.compile(r"[-+]?\d+"), re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")


def as_an_editor_reads(tree):
    """The values of YAML 1.2's core schema, which editors go by."""
    if isinstance(tree, Mapping):
        return {key: as_an_editor_reads(value) for key, value in tree.entries.items()}
    if not isinstance(tree, Scalar):
        return [as_an_editor_reads(item) for item in tree.items]
    if tree.quoted:
        return tree.text
    if tree.text in ("true", "false"):
        return tree.text == "true"
    if INTEGER.fullmatch(tree.text):
        return int(tree.text)
    return float(tree.text) if NUMBER.fullmatch(tree.text) else tree.text


def errors(text):
    return [error.message for error in VALIDATOR.iter_errors(as_an_editor_reads(parse(text)))]


def test_the_copy_that_ships_is_what_the_command_prints():
    printed = gangmu("rulebook", "schema").out

    assert SHIPPED.read_text(encoding="utf-8") == printed
    assert json.loads(printed) == schema()


def test_it_is_a_valid_schema_of_draft_2020_12():
    Draft202012Validator.check_schema(schema())

    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("path", samples.files(), ids=lambda path: path.stem)
def test_every_shipped_rule_book_passes(path):
    assert errors(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("block", BLOCKS.values(), ids=list(BLOCKS))
def test_every_block_of_the_reference_passes(block):
    assert errors(block if "rulebook:" in block else HEAD + block) == []


WRONG = {
    "unknown key": "indicators: [{code: a, name: A, kind: direct, full: 1, colour: red}]",
    "unknown key of the book": "indicators: [{code: a, name: A, kind: direct, full: 1}]\ncolour: red",
    "unknown kind": "indicators: [{code: a, name: A, kind: dirct, full: 1}]",
    "parameter of another kind": "indicators: [{code: a, name: A, kind: direct, full: 1, up: 1}]",
    "reward without a name": "indicators: [{code: a, name: A, kind: direct, full: 1}]\nrewards: [{amount: 1}]",
    "available of what there is not": "total: {available: {most: 1}}\nindicators: [{code: a, name: A, kind: direct, full: 1}]",
    "missing code": "indicators: [{name: A, kind: direct, full: 1}]",
    "bad code": "indicators: [{code: 1a, name: A, kind: direct, full: 1}]",
    "total as a code": "indicators: [{code: total, name: A, kind: direct, full: 1}]",
    "text for a full mark": "indicators: [{code: a, name: A, kind: direct, full: ten}]",
    "bad choice": "indicators: [{code: a, name: A, kind: minmax, full: 1, best: highest}]",
    "bad yes": "indicators: [{code: a, name: A, kind: minmax, full: 1, clip: maybe}]",
    "bad rounding": "rounding: sideways\nindicators: [{code: a, name: A, kind: direct, full: 1}]",
    "bad missing rule": "missing: {points: 1, average_of: x}\nindicators: [{code: a, name: A, kind: direct, full: 1}]",
    "spread where it cannot be": "missing: shared_out\nindicators: [{code: a, name: A, kind: direct, full: 1}]",
    "rounding to a half": "indicators: [{code: a, name: A, kind: direct, full: 1, round: 0.5}]",
    "grade without a name": "indicators: [{code: a, name: A, kind: direct, full: 1}]\ngrades: {list: [{at_least: 1}]}",
    "veto of an unknown effect": "indicators: [{code: a, name: A, kind: direct, full: 1}]\nvetoes: [{code: v, name: V, effect: x}]",
    "no indicator": "place: x",
    "section that is a text": "sections: [x]",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_book_passes_neither_the_schema_nor_the_loader(name):
    assert errors(HEAD + WRONG[name])
    assert refused(book, WRONG[name])


FORMS = {
    "book": "strange: 1\nsections: []\n",
    "group": "groups: {g: {zh: G, strange: 1}}\n",
    "total": "total: {strange: 1}\n",
    "section": "sections: [{code: s, name: S, strange: 1, sections: [], indicators: [{code: b, name: B, kind: direct, full: 1}]}]\n",
    "indicator": "indicators: [{code: s, name: S, kind: direct, full: 1, strange: 1}]\n",
    "veto": "vetoes: [{code: v, name: V, strange: 1}]\n",
    "rank": "rank: {strange: 1}\n",
    "grades": "grades: {strange: 1}\n",
    "grade": "grades: {list: [{grade: G, strange: 1}]}\n",
    "example": "examples: [{name: E, strange: 1}]\n",
    "reward": "rewards: [{name: R, amount: 1, strange: 1}]\n",
    "hole": "holes: [{zh: H, strange: 1}]\n",
}


def known_to_the_loader(body):
    """The keys of a form, as the remedy of an unknown one lists them."""
    rest = "" if "indicators:" in body else "indicators: [{code: a, name: A, kind: direct, full: 1}]\n"
    [finding] = refused(book, body + rest)
    return set(finding.remedy.en.removeprefix("remove it, or use one of: ").split(", "))


@pytest.mark.parametrize("form", FORMS)
def test_the_table_has_every_key_the_loader_asks_for_and_no_other(form):
    listed = {key.name for key in keys.FORMS_OF[form]}
    if form == "indicator":
        listed |= {key.name for key in keys.of_kind(kinds()["direct"])}

    assert known_to_the_loader(FORMS[form]) - {"strange"} == listed


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_takes_the_parameters_the_schema_knows(kind):
    body = f"indicators: [{{code: s, name: S, kind: {kind}, full: 1, qqqqqqqqqq: 1}}]\n"

    stray = next(found for found in refused(book, body) if found.code == "rulebook.unknown_key")

    assert {key.name for key in keys.of_kind(kinds()[kind])} <= set(
        stray.remedy.en.split(": ")[1].split(", ")
    )


@pytest.mark.parametrize(
    ("form", "key"),
    [(form, key) for form, listed in keys.FORMS_OF.items() for key in listed if key.type == keys.CHOICE],
    ids=lambda part: part if isinstance(part, str) else part.name,
)
def test_every_choice_the_table_offers_is_one_the_loader_takes(form, key):
    if form in ("section", "indicator") and key.name == "kind":
        return
    for option in key.options:
        said = FORMS[form].replace(
            "strange: 1", f"{key.name}: {option}, grade: G" if form == "veto" else f"{key.name}: {option}"
        )
        rest = "" if "indicators:" in said else "indicators: [{code: a, name: A, kind: direct, full: 1}]\n"

        assert book(said + rest)
