"""The keys of a rule book, form by form: what a person calls them and what they hold.

`loading` reads them; the JSON Schema, the workbook for officers and the words of `diff` are made from this table and from
the declarations of the kinds. A test holds it against what `loading` really asks for.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from gangmu.engine import kind as kind_types
from gangmu.engine.kind import Kind
from gangmu.engine.kinds import kinds
from gangmu.engine.loading import COMBINES, FROM_FIGURES
from gangmu.engine.numbers import ROUNDINGS
from gangmu.problems import Text

CODE, TEXT, BOTH, YES, CHOICE, WHOLE, NUMBER, AMOUNT, FORMULA, WORDS = (
    "code",
    "text",
    "both",
    "yes",
    "choice",
    "whole",
    "number",
    "amount",
    "formula",
    "words",
)
ROUND, MISSING, SCORERS, FIGURE, FIGURES, FACT, TEXTS, FACTS, GROUPS = (
    "round",
    "missing",
    "scorers",
    "figure",
    "figures",
    "fact",
    "texts",
    "facts",
    "groups",
)
PARTS, FORMS, FORM, EACH = "parts", "forms", "form", "each"
INPUTS, STEPS, AVAILABLE = "inputs", "steps", "available"


@dataclass(frozen=True, slots=True)
class Key:
    """One key. default: what is meant where it does not stand. of: the form of the entries of FORM and FORMS."""

    name: str
    type: str
    label: Text
    options: tuple[str, ...] = ()
    default: str = ""
    required: bool = False
    of: str = ""


def _key(
    name: str,
    type_: str,
    zh: str,
    en: str,
    *options: str,
    default: str = "",
    required: bool = False,
    of: str = "",
) -> Key:
    return Key(name, type_, Text(zh, en), options, default, required, of)


_MISSING_RULES = ("unscored", "full", "none", "average", "out")
_PLACED = (
    _key("code", CODE, "编码", "code", required=True),
    _key("name", BOTH, "名称", "name", required=True),
    _key("clause", TEXT, "条款", "clause"),
)
_REACH = (
    _key("groups", WORDS, "适用分组", "groups"),
    _key("units", WORDS, "适用单位", "units"),
    _key("except", WORDS, "除外", "except"),
)
_SECTION = (
    _key("full", AMOUNT, "满分", "full mark"),
    _key("weight", AMOUNT, "权重", "weight", default="1"),
    _key("combine", CHOICE, "合成方式", "how parts come together", *COMBINES, default="sum"),
    _key("formula", FORMULA, "公式", "formula"),
    _key("cap", AMOUNT, "最高分", "cap"),
    _key("floor", AMOUNT, "最低分", "floor"),
    _key("round", WHOLE, "小数位（舍入）", "rounded to decimals"),
    _key("show", WHOLE, "打印小数位", "decimals printed"),
    _key("extra", YES, "不计入满分（加扣分）", "outside the full mark", default="no"),
    _key("beside", YES, "只列出，不合成", "shown beside, no part of the whole", default="no"),
    _key("factor", AMOUNT, "系数", "factor", default="1"),
    _key("only_if", FORMULA, "满足条件才计分", "counts only where this holds"),
    _key("if_not", AMOUNT, "不满足条件得几分", "points where it does not hold", default="0"),
    _key("available", AVAILABLE, "至少要有几项", "how many parts must be there"),
    *_REACH,
    _key("accepts", WORDS, "原文矛盾", "contradictions of the document"),
)
_PARTS = (
    _key("each", EACH, "各指标共同规定", "what holds for each indicator"),
    _key("sections", PARTS, "考核内容", "sections", of="section"),
    _key("indicators", PARTS, "考核指标", "indicators", of="indicator"),
)

FORMS_OF: Mapping[str, tuple[Key, ...]] = {
    "book": (
        _key("rulebook", CODE, "办法编码", "code of the rule book", required=True),
        _key("title", BOTH, "办法名称", "title", required=True),
        _key("place", TEXT, "地方", "place"),
        _key("year", TEXT, "年份", "year"),
        _key("real", YES, "真实文件", "a published document", default="no"),
        _key("source", TEXT, "出处", "source"),
        _key("about", BOTH, "说明", "about"),
        _key("groups", GROUPS, "分组", "groups", of="group"),
        _key("group_by", TEXT, "按哪一属性分组", "attribute that tells the group", default="group"),
        _key(
            "missing",
            MISSING,
            "缺项怎么计分",
            "what a missing fact earns",
            *_MISSING_RULES,
            default="unscored",
        ),
        _key(
            "not_applicable",
            MISSING,
            "不适用怎么计分",
            "what a fact that does not apply earns",
            *_MISSING_RULES,
            "shared_out",
            default="unscored",
        ),
        _key("separate", TEXT, "按哪一属性分开比", "attribute that keeps units apart"),
        _key("inputs", INPUTS, "共用数据", "facts that belong to no indicator"),
        _key("missing_marks", WORDS, "数据空缺记号", "marks that say a fact is missing"),
        _key("total", FORM, "总分", "total", of="total"),
        *_PARTS,
        _key("vetoes", FORMS, "一票否决", "vetoes", of="veto"),
        _key("rank", FORM, "排名", "ranks", of="rank"),
        _key("grades", FORM, "等次", "grades", of="grades"),
        _key("rewards", FORMS, "奖惩", "rewards", of="reward"),
        _key("examples", FORMS, "示例", "examples", of="example"),
        _key("holes", FORMS, "漏洞", "holes", of="hole"),
        _key("rounding", CHOICE, "舍入方法", "how to round", *ROUNDINGS, default="half_up"),
        _key("precision", WHOLE, "对数与乘方的小数位", "decimals of logarithms and powers", default="30"),
    ),
    "group": (
        _key("name", BOTH, "名称", "name"),
        _key("zh", TEXT, "名称", "name in Chinese"),
        _key("en", TEXT, "英文名称", "name in English"),
        _key("members", WORDS, "成员单位", "members"),
        _key("named", WORDS, "也称", "also called"),
    ),
    "total": (_key("name", BOTH, "名称", "name"), _key("clause", TEXT, "条款", "clause"), *_SECTION),
    "section": (*_PLACED, *_SECTION, *_PARTS),
    "indicator": (
        *_PLACED,
        _key("kind", CHOICE, "计分方式", "rule kind", *kinds(), required=True),
        _key("full", AMOUNT, "分值", "full mark"),
        _key("weight", AMOUNT, "权重", "weight", default="1"),
        _key("cap", AMOUNT, "最高分", "cap"),
        _key("floor", AMOUNT, "最低分", "floor"),
        _key("round", ROUND, "小数位（舍入）", "rounded to decimals"),
        _key("show", WHOLE, "打印小数位", "decimals printed"),
        _key("beside", YES, "只列出，不合成", "shown beside, no part of the whole", default="no"),
        _key("steps", STEPS, "数据处理步骤", "steps that prepare its facts"),
        _key("missing", MISSING, "缺项怎么计分", "what a missing fact earns", *_MISSING_RULES),
        _key(
            "not_applicable",
            MISSING,
            "不适用怎么计分",
            "what a fact that does not apply earns",
            *_MISSING_RULES,
            "shared_out",
        ),
        *_REACH,
        _key("fields", WORDS, "另用数据", "further facts"),
        _key(
            "scorers",
            SCORERS,
            "评分人怎么合成",
            "how marks of scorers are combined",
            "mean",
            "sum",
            "trimmed",
        ),
        _key("figure", FIGURE, "取自指标", "figure"),
        _key("figures", FIGURES, "各数据取自指标", "figures of the facts"),
        _key("unit_of_measure", TEXT, "计量单位", "unit of measure"),
        _key("responsible", TEXT, "负责考核部门", "responsible"),
        _key("accepts", WORDS, "原文矛盾", "contradictions of the document"),
    ),
    "veto": (
        *_PLACED,
        _key("effect", CHOICE, "后果", "effect", "zero", "out", "cap", "lower", default="zero"),
        _key("when", FORMULA, "何时适用", "when", default="count_events() > 0"),
        _key("grade", TEXT, "最高可评等次", "best grade left"),
        _key("steps", WHOLE, "降几等", "grades down", default="1"),
        *_REACH,
    ),
    "rank": (
        _key("on", CHOICE, "按什么排", "what is ranked", "value", "printed", default="value"),
        _key("best", CHOICE, "高低", "which is best", "high", "low", default="high"),
        _key("within", CHOICE, "范围", "among whom", "group", "all", default="group"),
        _key("ties", CHOICE, "并列", "ties", "share", "dense", "mean", "last", default="share"),
        _key("tie_break", WORDS, "同分先看", "what decides between equals"),
        _key("among", TEXTS, "只排这些单位", "only such units"),
    ),
    "grades": (
        _key("clause", TEXT, "条款", "clause"),
        _key("list", FORMS, "等次", "grades", of="grade"),
        _key("of", FORMULA, "按什么评", "what is judged"),
        _key("on", CHOICE, "看精确值还是打印值", "exact or printed", "value", "printed", default="value"),
        _key("per", CHOICE, "名额范围", "quota of whom", "group", "all", default="group"),
        _key(
            "quota",
            CHOICE,
            "名额舍入",
            "rounding of the quota",
            "down",
            "up",
            "half_up",
            "half_even",
            default="down",
        ),
        _key("ties", CHOICE, "名额边上并列", "equals at the edge of a quota", "down", "up", default="down"),
    ),
    "grade": (
        _key("grade", TEXT, "等次", "grade", required=True),
        _key("at_least", NUMBER, "不低于", "at least"),
        _key("above", NUMBER, "高于", "above"),
        _key("at_most", NUMBER, "不高于", "at most"),
        _key("below", NUMBER, "低于", "below"),
        _key("share", AMOUNT, "名额比例", "share"),
        _key("places", AMOUNT, "名额", "places"),
        _key("rank_to", WHOLE, "到第几名", "to place"),
    ),
    "example": (
        _key("name", TEXT, "算例", "name", required=True),
        _key("node", TEXT, "算哪一项", "node", default="total"),
        _key("clause", TEXT, "条款", "clause"),
        _key("from", CHOICE, "来源", "from", "document", "computed", default="computed"),
        _key("facts", FACTS, "数据", "facts"),
        _key("expect", TEXTS, "应得分", "expected score"),
        _key("expect_rank", TEXTS, "应得名次", "expected rank"),
        _key("expect_grade", TEXTS, "应得等次", "expected grade"),
        _key("expect_reward", TEXTS, "应得奖惩", "expected reward"),
        _key("arithmetic", TEXTS, "算式", "arithmetic"),
        _key("decimals", WHOLE, "比较到小数位", "compared at decimals"),
    ),
    "reward": (
        _key("name", BOTH, "奖惩", "reward", required=True),
        _key("grade", TEXT, "等次", "grade"),
        _key("rank_to", WHOLE, "到第几名", "to place"),
        _key("amount", AMOUNT, "数额", "amount"),
        _key("says", BOTH, "后果", "consequence"),
    ),
    "hole": (
        _key("clause", TEXT, "条款", "clause"),
        _key("zh", TEXT, "漏洞", "hole in Chinese", required=True),
        _key("en", TEXT, "漏洞（英文）", "hole in English"),
        _key("reading", BOTH, "读作", "read as"),
    ),
}


@functools.cache
def labels(form: str) -> Mapping[str, Text]:
    return {key.name: key.label for key in FORMS_OF[form]}


def of_kind(kind: Kind) -> tuple[Key, ...]:
    """What an indicator of a kind may say beside the common keys: its parameters, and facts that the book states."""
    parameters = (
        Key(each.name, each.type, each.label, each.options, each.default or "", each.default is None)
        for each in (*kind.parameters, *kind_types.COMMON)
    )
    return (*parameters, *(Key(fact.name, FACT, fact.label) for fact in kind.fields))


PARAMETER_TYPES = (
    kind_types.NUMBER,
    kind_types.NUMBERS,
    kind_types.BANDS,
    kind_types.LEVELS,
    kind_types.CHOICE,
    kind_types.FORMULA,
    kind_types.YES,
)

WORDS_OF: Mapping[str, Text] = {
    "sum": Text("相加", "sum"),
    "weighted": Text("加权", "weighted"),
    "mean": Text("平均", "mean"),
    "geometric": Text("几何平均", "geometric mean"),
    "harmonic": Text("调和平均", "harmonic mean"),
    "median": Text("中位数", "median"),
    "min": Text("取最低", "least"),
    "max": Text("取最高", "most"),
    "trimmed": Text("去最高最低后平均", "mean without highest and lowest"),
    "half_up": Text("四舍五入", "half up"),
    "half_even": Text("四舍六入五成双", "half even"),
    "down": Text("舍去", "down"),
    "up": Text("进一", "up"),
    "unscored": Text("不计分", "no score"),
    "full": Text("得满分", "full mark"),
    "none": Text("不得分", "no points"),
    "average": Text("取平均", "average"),
    "out": Text("不参加排名", "out of the running"),
    "shared_out": Text("分值分摊", "shared out"),
    "zero": Text("总分为零", "total is zero"),
    "cap": Text("限制等次", "grade capped"),
    "lower": Text("降等", "grades down"),
    "value": Text("精确值", "exact value"),
    "printed": Text("打印值", "as printed"),
    "high": Text("越高越好", "high is best"),
    "low": Text("越低越好", "low is best"),
    "group": Text("本组", "the group"),
    "all": Text("全部单位", "all units"),
    "share": Text("并列占位（1,2,2,4）", "share 1,2,2,4"),
    "dense": Text("并列不占位（1,2,2,3）", "dense 1,2,2,3"),
    "last": Text("并列取后（1,3,3,4）", "last 1,3,3,4"),
    "document": Text("原文", "document"),
    "computed": Text("按条款计算", "computed"),
    "natural": Text("自然单位", "natural units"),
    "percent_of_target": Text("目标的百分比", "per cent of the target"),
    "percent_of_mean": Text("平均值的百分比", "per cent of the mean"),
    "same": Text("同上", "the same"),
    "ratio": Text("目标÷实际", "target ÷ actual"),
    "complement": Text("2−实际÷目标", "2 − actual ÷ target"),
    "linear": Text("线性", "linear"),
    "ln": Text("自然对数", "natural logarithm"),
    "place": Text("名次", "place"),
    "planned": Text("计划值", "planned"),
    "last_year": Text("上年值", "last year"),
    "ties.down": Text("都不进", "none of them"),
    "ties.up": Text("都进", "all of them"),
    "yes": Text("是", "yes"),
    "no": Text("否", "no"),
}
"""Choices as a person says them. One that is not here is shown as it is written."""

SOURCES = FROM_FIGURES


def word(choice: str, key: str = "") -> Text:
    """What a person calls a choice; some mean another thing under a certain key."""
    return WORDS_OF.get(f"{key}.{choice}") or WORDS_OF.get(choice, Text(choice, choice))
