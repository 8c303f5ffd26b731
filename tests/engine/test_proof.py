"""A bundle is recomputed by the engine, and by a program of its own that shares no line with it: to the last digit."""

import gzip
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gangmu.engine import examples, facts, samples
from gangmu.engine.facts import Facts
from gangmu.engine.proof import bundle, recompute
from gangmu.engine.rulebook import load
from gangmu.engine.scoring import score
from gangmu.problems import Problems
from tests.engine import strategies
from tests.engine.test_against_plain_fractions import UNITS, scored
from tests.engine.test_published_cases import CASES

ROOT = Path(__file__).parents[2]
PROVEN = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
PAGE = (ROOT / "docs" / "rulebook.md").read_text()
BLOCKS = [block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.S) if "examples:" in block]
BOOKS = {path.stem: path.read_text() for path in samples.files()}


def differences(results, folder):
    """What the stand-alone program finds in the bundle of results, and what the engine finds: both must be nothing."""
    members = bundle.make(results, "")
    for name, text in members.items():
        (folder / name).write_bytes(text.encode())
    return recompute.main(folder)


def agree(results, folder):
    assert differences(results, folder) == 0


@pytest.mark.parametrize("name", [path.stem for path in sorted((samples.folder() / "facts").glob("*.csv"))])
def test_the_program_agrees_on_every_shipped_rule_book_with_facts(name, tmp_path):
    results = score(load(BOOKS[name]), facts.read(samples.folder() / "facts" / f"{name}.csv"))

    agree(results, tmp_path)


def read_case(name):
    return facts.read(gzip.decompress((CASES / "undp-hdi" / name).read_bytes()), "inputs.csv")


def test_the_program_agrees_on_a_published_index_with_logarithms_and_roots(tmp_path):
    index = read_case("inputs.csv.gz")
    rows = [row for row in index.rows() if row.period in ("", "2021", "2022")]

    agree(score(load(BOOKS["undp-hdi-2022"]), Facts.of(rows, Problems())), tmp_path)


def examples_of(text):
    book = load(text)
    for example in book.examples:
        yield score(book, examples.facts_of(example, book), grouped=False)


@pytest.mark.parametrize("name", BOOKS)
def test_the_program_agrees_on_every_worked_example_that_ships(name, tmp_path):
    for results in examples_of(BOOKS[name]):
        agree(results, tmp_path)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_the_program_agrees_on_every_example_of_the_reference(block, tmp_path):
    for results in examples_of(block if "rulebook:" in block else f"rulebook: page\ntitle: page\n{block}"):
        agree(results, tmp_path)


TOPS = st.fixed_dictionaries(
    {
        "total": st.sampled_from(
            [
                "",
                "{round: 2}",
                "{show: 1}",
                "{combine: mean}",
                "{combine: geometric}",
                "{combine: trimmed, round: 0}",
                "{combine: weighted, cap: 30}",
                "{combine: min, round: -1}",
            ]
        ),
        "missing": st.sampled_from(["unscored", "none", "full", "average", "out", "{points: 1.25}"]),
        "not_applicable": st.sampled_from(["unscored", "shared_out", "none"]),
        "rounding": st.sampled_from(["half_up", "half_even", "down", "up"]),
        "rank": st.builds(
            "{{on: {}, ties: {}, within: {}, best: {}, tie_break: [x0]}}".format,
            st.sampled_from(["value", "printed"]),
            st.sampled_from(["share", "dense", "mean", "last"]),
            st.sampled_from(["group", "all"]),
            st.sampled_from(["high", "low"]),
        ),
        "grades": st.builds(
            "{{quota: {}, ties: {}, per: {}, on: {}, list: [{{grade: A, share: {}%, at_least: 5}},"
            " {{grade: B, places: {}}}, {{grade: C, rank_to: 4}}, {{grade: D}}]}}".format,
            st.sampled_from(["down", "up", "half_up"]),
            st.sampled_from(["down", "up"]),
            st.sampled_from(["group", "all"]),
            st.sampled_from(["value", "printed"]),
            st.integers(0, 100),
            st.integers(1, 3),
        ),
        "vetoes": st.builds(
            "[{{code: v0, name: v, effect: {}, grade: B}}, {{code: v1, name: w, effect: {}, grade: C}}]".format,
            st.sampled_from(["zero", "out", "cap", "lower"]),
            st.sampled_from(["out", "cap", "lower"]),
        ),
    }
)


@given(data=st.data())
@PROVEN
def test_the_program_agrees_on_random_rule_books_and_facts(data, tmp_path_factory):
    kinds = data.draw(st.lists(st.sampled_from(sorted(strategies.PARAMETERS)), min_size=1, max_size=4))
    books = {f"x{n}": (kind, data.draw(strategies.indicators(kind))) for n, kind in enumerate(kinds)}
    given_facts = {code: data.draw(strategies.facts(kind, UNITS)) for code, (kind, _) in books.items()}
    for veto in ("v0", "v1"):
        struck = data.draw(st.sets(st.sampled_from(UNITS), max_size=2))
        given_facts[veto] = {unit: {"events": [1]} for unit in struck}
    body = "\n".join(strategies.written(code, kind, parameters) for code, (kind, parameters) in books.items())
    top = "\n".join(f"{key}: {value}" for key, value in data.draw(TOPS).items() if value)

    agree(scored(body, given_facts, top), tmp_path_factory.mktemp("random"))
