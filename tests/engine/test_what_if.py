"""What if: facts, weights and rules as they might be; every total, rank and grade before and after, exactly."""

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gangmu.engine import expressions as x
from gangmu.engine import rulebook, samples
from gangmu.engine.facts import read
from gangmu.engine.scoring import score
from gangmu.engine.what_if import FactChange, RuleChange, WeightChange, fact, rule, weight, what_if
from gangmu.problems import InputRefused
from tests.engine import books, strategies
from tests.engine.test_against_plain_fractions import UNITS, facts_of
from tests.factories.commands import gangmu

HEAD = "rulebook: test\ntitle: 测试\n"
BOOK = """
total: {show: 2}
groups: {a: 甲组, b: 乙组}
sections:
  - code: work
    name: 工作
    indicators:
      - {code: gdp, name: 增速, kind: step, full: 30, target: 6, up: 1, up_cap: 3, down: 2}
      - {code: plan, name: 完成, kind: completion, full: 30}
  - code: opinion
    name: 评价
    combine: mean
    full: 40
    indicators:
      - {code: peers, name: 互评, kind: direct, full: 40, scorers: mean}
      - {code: poll, name: 测评, kind: bands, full: 40, bands: {">= 90": 40, "[80, 90)": 35, "otherwise": 20}}
  - code: extra
    name: 扣分
    extra: yes
    indicators: [{code: press, name: 通报, kind: deduction, full: 0, each: 2, floor: none}]
vetoes: [{code: accident, name: 事故, effect: out}]
grades: {list: [{grade: 优秀, at_least: 90}, {grade: 良好, at_least: 80}, {grade: 一般}]}
"""
FACTS = """unit,indicator,event,scorer,field,value
甲局,,,,group,a
乙局,,,,group,a
丙局,,,,group,b
甲局,gdp,,,,6
乙局,gdp,,,,7
丙局,gdp,,,,5
甲局,plan,,,,100
甲局,plan,,,target,100
乙局,plan,,,,90
乙局,plan,,,target,100
丙局,plan,,,,80
丙局,plan,,,target,100
甲局,peers,,王,,38
甲局,peers,,李,,36
乙局,peers,,王,,30
丙局,peers,,王,,40
甲局,poll,,,,91
乙局,poll,,,,85
丙局,poll,,,,70
乙局,press,一,,count,1
"""
BEFORE = books.results(BOOK, FACTS)


def after(*changes):
    return {
        move.after.unit: (move.after.total, move.after.rank, move.after.grade, move.sentence.zh)
        for move in what_if(BEFORE, HEAD + BOOK, changes).moves()
    }


def refused(*changes):
    with pytest.raises(InputRefused) as refusal:
        what_if(BEFORE, HEAD + BOOK, changes)
    return [(problem.code, problem.cell) for problem in refusal.value.problems]


def test_one_fact_moves_totals_ranks_and_grades_and_says_by_how_much():
    assert after(fact("乙局.plan=100")) == {
        "甲局": ("98.50", "1", "优秀", "不变"),
        "乙局": ("91.50", "2", "优秀", "总分 88.50 → 91.50（+3），等次 良好 → 优秀"),
        "丙局": ("82.00", "1", "良好", "不变"),
    }


def test_a_rank_says_how_many_places_it_moved_in_both_languages():
    moves = {m.after.unit: m.sentence for m in what_if(BEFORE, HEAD + BOOK, [fact("甲局.plan=50")]).moves()}

    assert moves["甲局"].zh == "总分 98.50 → 83.50（-15），名次 1 → 2（下降1名），等次 优秀 → 良好"
    assert moves["乙局"].zh == "名次 2 → 1（上升1名）"
    assert moves["乙局"].en == "place 2 → 1 (up 1)"
    assert moves["丙局"].en == "unchanged"


@pytest.mark.parametrize(
    ("change", "unit", "total"),
    [
        (fact("甲局.plan.target=125"), "甲局", "92.50"),
        (fact("甲局.peers=30"), "甲局", "95.00"),
        (fact("乙局.press.count=3"), "乙局", "84.50"),
        (fact("乙局.press="), "乙局", "90.50"),
        (fact("甲局.press.count=1"), "甲局", "96.50"),
        (fact("甲局.poll=/"), "甲局", None),
        (fact("甲局.plan.target="), "甲局", None),
        (weight("gdp=60"), "甲局", "128.50"),
        (weight("peers=3"), "甲局", "97.75"),
        (rule("gdp.up=2"), "乙局", "89.50"),
        (rule("total.cap=90"), "甲局", "90.00"),
        (rule('poll.bands={">= 80": 40, "otherwise": 0}'), "乙局", "91.00"),
        (rule("gdp.round.score=0"), "乙局", "88.50"),
        (rule("opinion.combine=min"), "乙局", "86.00"),
    ],
)
def test_facts_weights_and_rules_may_change(change, unit, total):
    assert after(change)[unit][0] == total


def test_a_grade_a_rank_and_a_group_may_change_and_changes_add_up():
    assert after(rule("优秀.at_least=99"))["甲局"][2] == "良好"
    assert after(rule("rank.best=low"))["甲局"][1] == "2"
    assert after(fact("丙局.group=a"))["丙局"][1] == "3"
    assert after(fact("乙局.plan=100"), fact("乙局.press="), weight("plan=60"))["乙局"][0] == "123.50"


def test_a_unit_that_would_be_out_of_the_running_says_so():
    assert after(fact("甲局.accident.count=1"))["甲局"] == (
        "98.50", None, None, "名次 1 → 无，等次 优秀 → 无",
    )  # fmt: skip


def test_everything_wrong_is_told_at_once():
    assert refused(
        fact("丁局.gdp=1"), fact("甲局.gpd=1"), fact("甲局.gdp=很好"), weight("pln=2"), rule("x.y=1")
    ) == [
        ("what_if.unknown", "pln"),
        ("what_if.unknown", "x.y"),
        ("explain.unknown_unit", ""),
        ("what_if.unknown", "甲局.gpd"),
    ]
    assert refused(fact("甲局.gdp=很好")) == [("facts.not_a_number", "甲局.gdp")]
    assert refused(weight("work=30")) == [("what_if.section", "work")]
    assert refused(rule("gdp.upp=1"))[0][0] == "rulebook.unknown_key"
    assert refused() == [("what_if.nothing", "")]


@pytest.mark.parametrize("said", ["", "甲局=1", "甲局.gdp", "a.b.c.d=1", ".gdp=1", "甲局.=1"])
def test_what_cannot_be_read_says_how_it_is_written(said):
    with pytest.raises(InputRefused) as refusal:
        fact(said)

    assert refusal.value.problems[0].code == "what_if.unreadable"
    assert refusal.value.problems[0].remedy.zh


@pytest.mark.parametrize("said", ["gdp=3", ".up_cap=3", "gdp.=3", "gdp.up_cap"])
def test_a_rule_that_names_no_indicator_or_parameter_says_how_it_is_written(said):
    with pytest.raises(InputRefused) as refusal:
        rule(said)

    assert refusal.value.problems[0].code == "what_if.unreadable"


def test_what_is_said_is_read():
    assert fact("甲局@2025.gdp.target = 6 ") == FactChange("甲局", "gdp", "target", "6", "2025")
    assert weight("gdp=20") == WeightChange("gdp", "20")
    assert rule("gdp.round.score=1") == RuleChange("gdp", "round.score", "1")


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_if_is_the_score_of_the_changed_facts_and_changing_back_is_the_score_before(data):
    kinds = data.draw(
        st.lists(
            st.sampled_from(sorted(strategies.PARAMETERS.keys() - strategies.OF_EVENTS)),
            min_size=1,
            max_size=3,
        )
    )
    books_drawn = {f"x{n}": (kind, data.draw(strategies.indicators(kind))) for n, kind in enumerate(kinds)}
    given_facts = {code: data.draw(strategies.facts(kind, UNITS)) for code, (kind, _) in books_drawn.items()}
    body = "\n".join(
        strategies.written(code, kind, parameters) for code, (kind, parameters) in books_drawn.items()
    )
    text = f"rulebook: random\ntitle: random\ngroups: {{a: A, b: B}}\nindicators:\n{body}\n"
    before = score(rulebook.load(text), facts_of(given_facts))
    unit, code = data.draw(st.sampled_from(UNITS)), data.draw(st.sampled_from(sorted(books_drawn)))
    value = data.draw(strategies.values)
    was = given_facts[code][unit]["actual"]

    asked = what_if(before, text, [FactChange(unit, code, "actual", str(value))])
    back = what_if(asked.after, text, [FactChange(unit, code, "actual", "" if was is None else str(was))])

    given_facts[code][unit]["actual"] = Fraction(value)
    assert asked.after.digest == score(rulebook.load(text), facts_of(given_facts)).digest
    assert back.after.digest == before.digest


def test_the_command_prints_every_unit_and_json_carries_before():
    book, facts = samples.folder() / "gongxiao.yaml", samples.folder() / "facts" / "gongxiao.csv"

    done = gangmu("score", "--rulebook", book, "--facts", facts, "--set", "乙.productivity=5000", "--json")
    said = gangmu(
        "score", "--rulebook", book, "--facts", facts, "--what-if", "乙.productivity=5000", "--lang", "en"
    )

    assert done.code == 0
    assert [
        (row["unit"], row["rank"], row["before"]["rank"], row["before"]["total"]) for row in done.lines
    ] == [
        ("甲", "1", "1", "91.835"),
        ("乙", "3", "4", "68.173"),
        ("丙", "4", "3", "73.847"),
        ("丁", "2", "2", "82.185"),
    ]
    assert done.lines[1]["total"] != "68.173"
    assert done.lines[1]["sentence"].startswith("总分 68.173 → ")
    assert "3 of 4 move; nothing was kept." in said.out


def test_a_change_that_cannot_be_read_is_refused_with_exit_code_1():
    book, facts = samples.folder() / "gongxiao.yaml", samples.folder() / "facts" / "gongxiao.csv"

    done = gangmu("score", "--rulebook", book, "--facts", facts, "--set", "乙", "--json")

    assert (done.code, done.object["code"]) == (1, "what_if.unreadable")


@pytest.mark.parametrize("name", [path.stem for path in sorted((samples.folder() / "facts").glob("*.csv"))])
def test_scoring_again_after_any_one_change_is_scoring_from_the_start(name):
    text = (samples.folder() / f"{name}.yaml").read_text()
    before = score(rulebook.load(text), read(samples.folder() / "facts" / f"{name}.csv"))
    unit = before.cases[0].unit
    of_facts = [
        FactChange(unit, indicator, field, "7")
        for indicator, reads in before.plan.reads().items()
        for field in sorted(reads.numbers)[:1]
    ]
    of_rules = [RuleChange("total", "round", "0"), *(WeightChange(code, "9") for code in weighed(before)[:5])]

    for change in [*of_facts[:12], *of_rules]:
        after = what_if(before, text, [change]).after
        assert after.digest == score(after.book, after.facts).digest, change


def weighed(before):
    return [node.code for node in before.book.indicators() if isinstance(node.full, x.Const)]


def test_whoever_changes_group_or_description_is_scored_anew_with_all_others():
    for change in (fact("甲局.group=乙组"), rule("gdp.name=国内生产总值"), fact("甲局.gdp=")):
        after = what_if(BEFORE, HEAD + BOOK, [change]).after
        again = score(after.book, after.facts)
        assert (after.digest, list(after.rows())) == (again.digest, list(again.rows())), change
