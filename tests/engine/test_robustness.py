"""How firm places are: properties that hold whatever the draws, shares known by hand, the shipped rule books."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from gangmu.engine import facts as facts_files
from gangmu.engine import scoring
from gangmu.engine.draw_outcomes import Judge
from gangmu.engine.draws import Draws, NotDrawnError, Shaking
from gangmu.engine.examples import facts_of as facts_of_example
from gangmu.engine.facts import Case
from gangmu.engine.robustness import FEW, Settings, drawn_by_columns, drawn_by_reference, robustness
from gangmu.engine.rulebook import load
from tests.engine import strategies
from tests.engine.books import results
from tests.engine.pages import INDICES, REFERENCE, TABLE, book_of, rulebooks
from tests.engine.random_files import GRADES, TOPS
from tests.engine.test_against_plain_fractions import PROVEN, facts_of
from tests.engine.test_against_plain_fractions import UNITS as RANDOM_UNITS

PAGES = rulebooks(REFERENCE, TABLE, INDICES)

ROOT = Path(__file__).parents[2]
BOOKS = sorted(path.stem for path in (ROOT / "rulebooks" / "facts").glob("*.csv"))
NOTHING = Settings(draws=20, weights=0.0, doubt=0.0)
TWO = """
total: {full: 100}
indicators:
  - {code: a, name: 甲项, kind: direct, full: 50}
  - {code: b, name: 乙项, kind: direct, full: 50}
"""
UNITS = ("甲", "乙", "丙", "丁")


def shipped(name):
    rules = load((ROOT / "rulebooks" / f"{name}.yaml").read_text(encoding="utf-8"))
    return scoring.score(rules, facts_files.read(ROOT / "rulebooks" / "facts" / f"{name}.csv"))


def marks(rows):
    return "unit,a,b\n" + "".join(f"{unit},{a},{b}\n" for unit, (a, b) in rows.items())


def places(found, shaken="all"):
    return {
        one.case.unit: (one.place, one.low, one.p5, one.median, one.p95, one.high)
        for one in found.spreads[shaken]
    }


@pytest.mark.parametrize("name", BOOKS)
def test_draws_that_change_nothing_give_every_step_place_and_grade_of_the_exact_result(name):
    """A factor of a billionth of a billionth: everything runs through the draws, and nothing moves."""
    exact = shipped(name)
    draws = Draws(exact, Shaking(weights=1e-18), seed=1)
    judge = Judge(exact, draws.cases)
    steps = [step.name for step in exact.plan.steps]

    [block] = draws.blocks(3, frozenset(steps))

    ranks = [exact.rank("total", case) for case in draws.cases]
    drawn = judge.places(block)
    names = [grade.name for grade in exact.book.grading.grades] if exact.book.grading else []
    grades = [names.index(exact.grades[case]) if case in exact.grades else -1 for case in draws.cases]
    assert np.array_equal(
        drawn, [[np.nan if rank is None else float(rank) for rank in ranks]] * 3, equal_nan=True
    )
    assert (judge.grades(block, drawn) == [grades] * 3).all()
    for step in steps:
        cells = [exact.columns[step][case] for case in draws.cases]
        expected = [float(cell) if isinstance(cell, Fraction) else np.nan for cell in cells]
        assert np.allclose(block.values(step)[0], expected, equal_nan=True, atol=1e-9), step


@pytest.mark.parametrize("name", BOOKS)
def test_doubles_and_the_reference_give_the_same_places_in_the_same_draws(name):
    shaking = Shaking(weights=0.2, rounding=True, doubt=0.03)

    assert same_draws(shipped(name), Settings(draws=8, seed=5), shaking)


def same_draws(exact, settings, shaking):
    """Whether doubles can reckon the plan at all; where they can, they draw what the reference draws."""
    try:
        by_columns = drawn_by_columns(exact, shaking, settings, movers=True)
    except NotDrawnError:
        return False
    by_reference = drawn_by_reference(exact, shaking, settings)
    assert np.array_equal(by_columns.places, by_reference.places, equal_nan=True)
    assert np.array_equal(by_columns.grades, by_reference.grades)
    return True


@pytest.mark.parametrize("block", PAGES.values(), ids=list(PAGES))
def test_every_construct_of_the_documentation_is_drawn_as_the_reference_draws_it(block):
    rules = book_of(block)
    for example in rules.examples:
        exact = scoring.score(rules, facts_of_example(example, rules), grouped=False)
        for shaking in (Shaking(weights=0.3), Shaking(weights=0.1, rounding=True, doubt=0.02)):
            same_draws(exact, Settings(draws=4, seed=9), shaking)


def numbers_in(said):
    """Every number within lists, tuples and mappings."""
    if isinstance(said, Fraction):
        yield said
    elif isinstance(said, dict):
        yield from numbers_in(list(said.values()))
    elif isinstance(said, list | tuple):
        for part in said:
            yield from numbers_in(part)


def in_reach_of_doubles(value):
    return abs(value) <= 10**9 and value.denominator <= 10**6


@pytest.mark.parametrize("top", TOPS)
@given(data=st.data())
@settings(PROVEN, max_examples=15, phases=(Phase.explicit, Phase.reuse, Phase.generate))
def test_random_rule_books_are_drawn_as_the_reference_draws_them(top, data):
    kinds = data.draw(st.lists(st.sampled_from(sorted(strategies.PARAMETERS)), min_size=1, max_size=4))
    books = {f"x{n}": (kind, data.draw(strategies.indicators(kind))) for n, kind in enumerate(kinds)}
    given_facts = {code: data.draw(strategies.facts(kind, RANDOM_UNITS)) for code, (kind, _) in books.items()}
    # Draws are reckoned in plain doubles: 10^24 + 1 and 10^24 are one number to them.
    assume(all(map(in_reach_of_doubles, numbers_in([books, given_facts]))))
    body = "\n".join(strategies.written(code, kind, parameters) for code, (kind, parameters) in books.items())
    text = f"rulebook: r\ntitle: r\ngroups: {{a: A, b: B}}\n{top}\n{GRADES}\nindicators:\n{body}\n"
    exact = scoring.score(load(text), facts_of(given_facts))

    assert same_draws(exact, Settings(draws=5, seed=3), Shaking(weights=0.2, rounding=True, doubt=0.03))


@given(
    rows=st.fixed_dictionaries({unit: st.tuples(st.integers(0, 100), st.integers(0, 100)) for unit in UNITS})
)
@PROVEN
def test_without_any_shaking_every_place_is_its_own(rows):
    halves = {unit: (Fraction(a, 2), Fraction(b, 2)) for unit, (a, b) in rows.items()}
    found = robustness(
        results(TWO, marks({unit: (float(a), float(b)) for unit, (a, b) in halves.items()})), NOTHING
    )

    for shaken in ("weights", "doubt"):
        assert all(len(set(said)) == 1 for said in places(found, shaken).values())
        assert all(one.stays == 1 for one in found.spreads[shaken])


@given(
    rows=st.fixed_dictionaries({unit: st.tuples(st.integers(0, 50), st.integers(0, 50)) for unit in UNITS}),
    weights=st.floats(0, 0.9),
    seed=st.integers(0, 1000),
)
@PROVEN
def test_whoever_is_better_everywhere_is_never_overtaken_by_weights(rows, weights, seed):
    exact = results(TWO, marks(rows))
    draws = Draws(exact, Shaking(weights=weights), seed)
    judge = Judge(exact, draws.cases)
    drawn = np.concatenate(
        [judge.places(block) for block in draws.blocks(200, frozenset({"total", "total.out"}))]
    )
    at = {case.unit: n for n, case in enumerate(draws.cases)}

    for better in UNITS:
        for worse in UNITS:
            if all(a > b for a, b in zip(rows[better], rows[worse], strict=True)):
                assert (drawn[:, at[better]] < drawn[:, at[worse]]).all()


@given(order=st.permutations(UNITS), seed=st.integers(0, 1000))
@PROVEN
def test_the_order_of_the_facts_changes_nothing_and_the_seed_decides(order, seed):
    rows = {"甲": (40.5, 30.1), "乙": (35.2, 35.3), "丙": (30.4, 40.2), "丁": (35.3, 35.1)}
    said = Settings(draws=100, seed=seed, weights=0.2, doubt=0.02)

    straight = robustness(results(TWO, marks(rows)), said)
    permuted = robustness(results(TWO, marks({unit: rows[unit] for unit in order})), said)

    assert permuted == straight


def test_another_seed_gives_other_draws_and_much_the_same_findings():
    rows = {"甲": (40.5, 30.1), "乙": (35.2, 35.3), "丙": (30.4, 40.2)}
    one, other = (
        robustness(results(TWO, marks(rows)), Settings(draws=4000, seed=seed, weights=0.2)).spreads["all"]
        for seed in (1, 2)
    )

    assert one != other
    assert all(abs(a.stays - b.stays) < 0.04 for a, b in zip(one, other, strict=True))


def test_a_share_that_can_be_reckoned_by_hand():
    """甲 30 + 20 against 乙 20 + 29: 甲 leads by 10 of the first and loses 9 of the second.

    With factors f, g uniform in [0.9, 1.1] the order turns where 10 f < 9 g, that is f < 0.9 g. In the square of side
    0.2 that is the triangle above g = f ÷ 0.9 from f = 0.9 (g = 1) to g = 1.1 (f = 0.99): 0.1 × 0.09 ÷ 2 = 0.0045 of
    0.04, 11.25 %. Of 20,000 draws a share of p = 0.1125 spreads by √(p(1 − p)/20000) = 0.22 %; four of those are allowed.
    """
    exact = results(TWO, marks({"甲": (30, 20), "乙": (20, 29)}))

    found = robustness(exact, Settings(draws=20_000, weights=0.1, doubt=0.0))

    [pair] = found.pairs
    assert (pair.ahead.unit, pair.behind.unit) == ("甲", "乙")
    assert pair.turns == pytest.approx(0.1125, abs=4 * 0.0022)
    assert not pair.firm
    assert found.loose == (pair,)
    assert (pair.decided_by, pair.by) == ("a", 10)
    assert found.spread(Case("甲"), "weights").stays == pytest.approx(1 - 0.1125, abs=4 * 0.0022)


def test_rounding_moves_what_is_printed_with_decimals_and_leaves_whole_numbers():
    """8.4 ± 0.05 and 8.5 ± 0.05 do not cross, two times 8.5 do in half the draws; whole numbers are counted."""
    body = "total: {full: 10}\nindicators: [{code: a, name: 甲项, kind: direct, full: 10}]\n"
    said = Settings(draws=20_000, weights=0.0, doubt=0.0)

    close = robustness(results(body, "unit,a\n甲,8.5\n乙,8.4\n"), said)
    counted = robustness(results(body, "unit,a\n甲,8\n乙,7\n"), said)

    assert close.pairs[0].turns == 0
    assert counted.pairs[0].turns == 0
    mixed = robustness(results(body, "unit,a\n甲,8.5\n乙,8.46\n丙,8.42\n"), said)
    assert all(pair.turns == 0 for pair in mixed.pairs)
    ties = robustness(results(body, "unit,a\n甲,8.5\n乙,8.5\n丙,8.4\n"), said)
    assert ties.spread(Case("甲"), "rounding").stays == pytest.approx(0.5, abs=0.015)


def test_doubt_is_that_of_the_indicator_where_one_is_given():
    body = """
total: {full: 200}
indicators:
  - {code: a, name: 甲项, kind: completion, full: 100, uncapped: yes}
  - {code: b, name: 乙项, kind: completion, full: 100, uncapped: yes}
"""
    csv = "unit,a,a.target,b,b.target\n甲,90.5,100,80.5,100\n乙,89.5,100,80.5,100\n"

    sure = robustness(results(body, csv), Settings(draws=2000, doubt=0.05, doubts={"a": 0.0, "b": 0.0}))
    unsure = robustness(results(body, csv), Settings(draws=2000, doubt=0.0, doubts={"a": 0.05}))

    assert sure.spread(Case("甲"), "doubt").stays == 1
    assert 0.3 < 1 - unsure.spread(Case("甲"), "doubt").stays < 0.5
    assert unsure.spread(Case("甲")).mover == "a"


def test_grades_and_the_first_places_are_counted_over_the_draws():
    body = TWO + "grades: {list: [{grade: 优秀, places: 1}, {grade: 合格}]}\n"
    found = robustness(
        results(body, marks({"甲": (30, 20), "乙": (20, 29), "丙": (1, 1)})),
        Settings(draws=20_000, doubt=0.0, top=2),
    )

    first, second, last = (found.spread(Case(unit)) for unit in ("甲", "乙", "丙"))
    assert first.grades == {"优秀": pytest.approx(0.8875, abs=0.01), "合格": pytest.approx(0.1125, abs=0.01)}
    assert second.grades["优秀"] == pytest.approx(0.1125, abs=0.01)
    assert last.grades == {"合格": 1.0}
    assert (first.top, second.top, last.top) == (1.0, 1.0, 0.0)


def test_a_mark_beyond_the_full_mark_keeps_its_score():
    """Doubt pushes half the marks of 50.0 over the full mark, where no mark is accepted."""
    found = robustness(results(TWO, marks({"甲": (50.0, 50.0), "乙": (49.5, 0.5)})), Settings(draws=500))

    assert places(found)["甲"] == (1, 1, 1, 1, 1, 1)
    assert places(found)["乙"] == (2, 2, 2, 2, 2, 2)


def test_units_outside_the_running_have_no_place_and_disturb_nobody():
    body = TWO + "missing: unscored\nvetoes: [{code: v, name: 事故, effect: out, when: actual > 0}]\n"
    csv = "unit,a,b,v\n甲,40,40,0\n乙,45,45,1\n丙,30,,0\n丁,20,20,0\n"

    found = robustness(results(body, csv), Settings(draws=50))

    assert places(found) == {"甲": (1,) * 6, "丁": (2,) * 6}


def test_parts_that_are_not_for_a_unit_do_not_weigh_on_it():
    """乙 is assessed on one item: its factor is brought back to one, whatever is drawn."""
    body = """
groups: {x: {name: 甲组, members: [甲]}, y: {name: 乙组, members: [乙]}}
rank: {within: all}
total: {full: 100}
indicators:
  - {code: a, name: 甲项, kind: direct, full: {x: 50, y: 100}}
  - {code: b, name: 乙项, kind: direct, full: 50, groups: [x]}
"""
    exact = results(body, "unit,a,b\n甲,45,45\n乙,89,\n")
    draws = Draws(exact, Shaking(weights=0.5), seed=3)

    [block] = draws.blocks(100, frozenset({"total"}))

    at = [case.unit for case in draws.cases].index("乙")
    assert np.allclose(block.values("total")[:, at], 89)
    assert np.allclose(block.values("total"), block.values("total")[:1])


@pytest.mark.parametrize("combine", ["weighted", "mean", "geometric", "harmonic", "median", "trimmed", "min"])
def test_every_way_of_putting_parts_together_is_drawn(combine):
    body = f"""
total: {{combine: {combine}, full: 100}}
indicators:
  - {{code: a, name: 甲项, kind: direct, full: 100, weight: 0.5}}
  - {{code: b, name: 乙项, kind: direct, full: 100, weight: 0.3}}
  - {{code: c, name: 丙项, kind: direct, full: 100, weight: 0.2}}
"""
    exact = results(body, "unit,a,b,c\n甲,80,60,70\n乙,60.5,79.5,71\n丙,50,50.5,50\n")

    found = robustness(exact, Settings(draws=300, weights=0.3, doubt=0.05))

    assert found.why is None
    assert found.spread(Case("丙")).stays == 1
    if combine in ("median", "trimmed", "min"):
        assert found.spread(Case("甲"), "weights").stays == 1


def test_what_doubles_cannot_reckon_is_drawn_by_the_reference_and_said_so():
    body = """
total: {full: 100}
indicators:
  - {code: a, name: 甲项, kind: formula, full: 100, formula: "min(100, actual + 0 * group_percentile(actual, 50))"}
"""
    found = robustness(results(body, "unit,a\n甲,80.5\n乙,80.4\n丙,20.5\n"), Settings(draws=300, doubt=0.02))

    assert dict(found.draws) == {"weights": 300, "rounding": FEW, "doubt": FEW, "all": FEW}
    assert found.why is not None and "a.score" in found.why.zh
    assert 0.2 < found.spread(Case("甲")).stays < 0.8
    assert found.spread(Case("丙")).stays == 1


def test_the_findings_of_a_shipped_rule_book_stand_as_they_were():
    found = robustness(shipped("quzhou-jianshe"), Settings(draws=2000, seed=7))

    said = {
        one.case.unit: (str(one.place), str(one.p5), str(one.p95), round(one.stays, 1))
        for one in found.spreads["all"]
    }
    assert said == {
        "开化": ("1", "1", "1", 1.0),
        "江山": ("2", "2", "4", 0.8),
        "常山": ("3", "2", "5", 0.5),
        "柯城": ("4", "2", "5", 0.5),
        "龙游": ("5", "4", "6", 0.8),
        "衢江": ("6", "5", "6", 0.9),
    }
    assert [(pair.ahead.unit, pair.behind.unit, pair.decided_by) for pair in found.pairs] == [
        ("开化", "江山", "plant_load"),
        ("江山", "常山", "green"),
        ("常山", "柯城", "centre"),
        ("柯城", "龙游", "village"),
        ("龙游", "衢江", "plan"),
    ]
