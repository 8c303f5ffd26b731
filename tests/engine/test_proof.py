"""A bundle is recomputed by the engine, and by a program of its own that shares no line with it: to the last digit."""

import gzip

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gangmu.engine import examples, facts, samples
from gangmu.engine.facts import Facts
from gangmu.engine.numbers import exact
from gangmu.engine.proof import bundle, recompute
from gangmu.engine.rulebook import load
from gangmu.engine.scoring import score
from gangmu.problems import Problems
from tests.engine import books, pages, strategies
from tests.engine.test_against_plain_fractions import UNITS, scored
from tests.engine.test_published_cases import CASES

PROVEN = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
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


@pytest.mark.parametrize(
    ("case", "name", "periods"),
    [
        ("undp-hdi", "undp-hdi-2022", ("", "2021", "2022")),
        ("undp-gdi", "undp-gdi-2022", ("", "2022")),
        ("asem-coinr", "asem-connectivity-2018", ("",)),
    ],
)
def test_the_program_agrees_on_published_indices(case, name, periods, tmp_path):
    packed = (CASES / case / "inputs.csv.gz").read_bytes()
    rows = [row for row in facts.read(gzip.decompress(packed), "inputs.csv").rows() if row.period in periods]

    agree(score(load(BOOKS[name]), Facts.of(rows, Problems())), tmp_path)


def examples_of(text):
    book = load(text)
    for example in book.examples:
        yield score(book, examples.facts_of(example, book), grouped=False)


@pytest.mark.parametrize("name", BOOKS)
def test_the_program_agrees_on_every_worked_example_that_ships(name, tmp_path):
    for results in examples_of(BOOKS[name]):
        agree(results, tmp_path)


@pytest.mark.parametrize("page", [pages.REFERENCE, pages.TABLE, pages.INDICES], ids=lambda page: page.stem)
def test_the_program_agrees_on_every_example_of_the_documentation(page, tmp_path):
    for block in pages.rulebooks(page).values():
        book = pages.book_of(block)
        for example in book.examples:
            agree(score(book, examples.facts_of(example, book), grouped=False), tmp_path)


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


FORMULAS = [
    "all_winsorised(actual, 5, 2, 3.5)",
    "all_winsorised(actual, 1, 0, 0)",
    "group_winsorised(actual, 3, 1, 1)",
    "all_skewed(actual, 2, 3.5)",
    "all_skew(actual)",
    "all_kurtosis(actual)",
    "all_sample_sd(actual)",
    "group_sd(actual)",
    "all_percentile(actual, 12.5)",
    "all_percentile(actual, 33.3, 'exclusive')",
    "all_percentile(actual, 50, 'nearest_rank')",
    "all_percentile(actual, 75, 'averaged')",
    "first(actual, same_median(actual, 'region'), all_mean(actual))",
    "same_rank(actual, 'region')",
    "(actual - all_mean(actual)) / all_sd(actual)",
    "own_max(actual) - ever_min(actual)",
    "first(actual, before(actual))",
    "at_unit(actual, 'u1') + in_period(actual, '2')",
    "has('region', 'n') + has('unit', 'u2') * 2 + has('period', '2') * 4 + first(actual, 0)",
    "all_rank(actual, 'mean') + rank_low(actual, 'dense')",
    "log10(max(actual, 0.001)) + exp(min(actual, 3)) + ln(max(actual, 0.5))",
    "exp(actual)",
    "power(abs(actual), 0.37) + actual ^ 3",
    "sqrt(abs(actual))",
    "harmonic(abs(actual), 3)",
    "geometric(abs(actual), 3, 7)",
    "sd(actual, 1, 2) + sample_sd(actual, 4)",
    "known_mean(actual, before(actual), 3)",
    "known_median(actual, before(actual))",
    "count(actual, before(actual)) / size(actual, 1)",
]


@pytest.mark.parametrize("formula", FORMULAS)
@given(data=st.data())
@settings(PROVEN, max_examples=15)
def test_the_program_agrees_on_what_a_formula_makes_of_random_columns(formula, data, tmp_path_factory):
    units = [f"u{n}" for n in range(8)]
    lines = ["unit,period,indicator,field,value"]
    for period in ("1", "2"):
        for unit in units:
            group, region = data.draw(st.sampled_from("ab")), data.draw(st.sampled_from(["n", "s", ""]))
            value = data.draw(strategies.maybe)
            lines += [f"{unit},{period},,group,{group}", f"{unit},{period},,region,{region}"]
            lines += [] if value is None else [f"{unit},{period},x,,{exact(value)}"]
    body = f'groups: {{a: A, b: B}}\nindicators:\n  - {{code: x, name: x, kind: formula, formula: "{formula}"}}\n'

    agree(books.results(body, "\n".join(lines) + "\n"), tmp_path_factory.mktemp("column"))


@given(data=st.data())
@PROVEN
def test_the_program_agrees_on_sections_of_which_parts_are_missing(data, tmp_path_factory):
    combine = data.draw(
        st.sampled_from(["sum", "weighted", "mean", "geometric", "harmonic", "median", "min", "trimmed"])
    )
    needed = data.draw(
        st.one_of(
            st.just(""),
            st.builds("available: {{parts: {}}}, ".format, st.integers(1, 4)),
            st.builds("available: {{share: {}}}, ".format, st.sampled_from(["0", "0.5", "1"])),
            st.builds("available: {{weight: {}}}, ".format, st.sampled_from(["0.25", "0.75"])),
        )
    )
    lines = [
        f"  - {{code: x{n}, name: x, kind: direct, full: {data.draw(st.integers(1, 20))},"
        f" weight: {exact(data.draw(strategies.cents))}, groups: [{data.draw(st.sampled_from(['a', 'b', 'a, b']))}],"
        f" not_applicable: {data.draw(st.sampled_from(['shared_out', 'unscored', 'none']))}}}"
        for n in range(4)
    ]
    rows = ["unit,group,x0,x1,x2,x3"]
    for unit in UNITS:
        cells = [data.draw(st.sampled_from(["", "/", "0", "3", "5", "7.5"])) for _ in range(4)]
        rows.append(",".join([unit, data.draw(st.sampled_from("ab")), *cells]))
    body = (
        f"groups: {{a: A, b: B}}\ntotal: {{{needed}combine: {combine}}}\nindicators:\n"
        + "\n".join(lines)
        + "\n"
    )

    agree(books.results(body, "\n".join(rows) + "\n"), tmp_path_factory.mktemp("parts"))


def test_the_program_agrees_on_units_kept_apart(tmp_path):
    body = """separate: county
groups: {a: A, b: B}
total: {round: 1}
rank: {within: all, ties: mean}
grades: {per: all, list: [{grade: A, share: 50%}, {grade: B}]}
indicators:
  - {code: x, name: X, kind: rank_points, full: 10, step: 1}
  - {code: most, name: Y, kind: formula, formula: "ever_max(x.actual) + at_unit(x.actual, 'u1')"}
"""
    rows = "unit,group,county,x\n" + "".join(
        f"u{n},{'ab'[n % 2]},{'ns'[n % 3 > 0]},{n * 7 % 5}\n" for n in range(12)
    )

    agree(books.results(body, rows), tmp_path)
