"""From YAML to a RuleBook: shapes and types are settled here, sense is `check`'s affair."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from gangmu.engine import dates, intervals, kind, numbers
from gangmu.engine import expressions as x
from gangmu.engine.expressions import Band, Expression
from gangmu.engine.form import Form
from gangmu.engine.kind import Kind, Parameter
from gangmu.engine.kinds import kinds
from gangmu.engine.rulebook import (
    EVERYONE,
    TOTAL,
    UNSCORED,
    Available,
    Example,
    FigureUse,
    Grade,
    Grading,
    Group,
    Hole,
    Indicator,
    Missingness,
    Ranking,
    Reach,
    Reward,
    RuleBook,
    Scorers,
    Section,
    Veto,
)
from gangmu.engine.values import MISSING, NOT_APPLICABLE
from gangmu.engine.yaml_tree import Mapping, Scalar, Sequence, Tree, parse, plain
from gangmu.problems import Problems, Text, refuse

CODE = re.compile(r"[^\W\d]\w*")
COMBINES = ("sum", "weighted", "mean", "geometric", "harmonic", "median", "min", "max", "trimmed")
MAX_BANDS = 500
FROM_FIGURES = ("planned", "last_year")
SLASH = ("/", "／", "不适用", "n/a")
ZERO, ONE = x.Const(Fraction(0)), x.Const(Fraction(1))


@dataclass(slots=True)
class Defaults:
    """What the top of a rule book, and the sections around, say for all of their indicators.

    each: keys that an indicator has unless it says them itself, with their lines. taken: those some indicator took.
    """

    groups: frozenset[str] = frozenset()
    missing: Missingness = UNSCORED
    not_applicable: Missingness = UNSCORED
    codes: dict[str, int] = field(default_factory=dict)
    each: Mapping = field(default_factory=lambda: Mapping({}, {}, 0))
    taken: set[str] = field(default_factory=set)
    reach: Reach = EVERYONE


def book(text: str, file: str = "") -> RuleBook:
    return book_of(parse(text, file), file)


def book_of(tree: Tree, file: str = "") -> RuleBook:
    """The rule book of a tree, wherever it was read from; findings name the lines the tree has."""
    if not isinstance(tree, Mapping) or not tree.entries:
        empty = not isinstance(tree, Sequence) and not (isinstance(tree, Scalar) and tree.text)
        raise refuse(
            "rulebook.empty" if empty else "rulebook.shape",
            "文件是空的" if empty else "不是考核办法：应从“rulebook: 编码”写起，逐项写“键: 值”",
            "the file is empty"
            if empty
            else "is no rule book: it begins with `rulebook: CODE`, then `key: value`",
            "请看 docs/rulebook.md 的例子，或从 rulebooks 中复制一份",
            "see the examples of docs/rulebook.md, or begin with a copy of one of rulebooks",
            file=file,
            cell=f"line {tree.line}",
        )
    problems = Problems()
    found = _book(Form(tree, problems, file), tree)
    problems.raise_if_any()
    return found


def _book(form: Form, tree: Tree) -> RuleBook:
    groups = tuple(_group(form, code, value, line) for code, value, line in form.pairs("groups"))
    defaults = Defaults(frozenset(group.code for group in groups))
    defaults.missing = _missing(form, "missing", UNSCORED)
    defaults.not_applicable = _missing(form, "not_applicable", UNSCORED)
    inputs = _inputs(form)
    defaults.codes.update(dict.fromkeys(inputs, form.line_of("inputs")))
    found = RuleBook(
        code=_code(form, "rulebook"),
        title=form.both("title", None),
        place=form.text("place"),
        year=form.text("year"),
        real=form.yes("real"),
        source=form.text("source"),
        about=form.both("about"),
        groups=groups,
        group_by=form.text("group_by") or "group",
        separate=form.text("separate"),
        total=_total(form, defaults),
        vetoes=tuple(_veto(inner, defaults) for inner in form.forms("vetoes")),
        ranking=_ranking(form.form("rank"), form.line),
        grading=_grading(form, defaults),
        rewards=tuple(_reward(inner, defaults) for inner in form.forms("rewards", "rewards")),
        examples=tuple(_example(inner) for inner in form.forms("examples")),
        holes=tuple(_hole(inner) for inner in form.forms("holes")),
        inputs=inputs,
        missing_marks=form.words("missing_marks"),
        rounding=form.choice("rounding", numbers.ROUNDINGS, "half_up"),
        precision=form.whole("precision", 6, 60) or 30,
        content=plain(tree),
        file=form.file,
    )
    form.close()
    return found


def _inputs(form: Form) -> dict[str, Text]:
    """`inputs: [population]`, or `{population: 人口}` with names: facts that belong to no indicator."""
    tree = form.tree("inputs")
    if not isinstance(tree, Mapping):
        found = {code: Text(code, code) for code in form.words("inputs")}
    else:
        inner = Form(tree, form.problems, form.file, "inputs")
        found = {code: inner.both(code, code) for code in inner.entries}
    for code in found:
        if not CODE.fullmatch(code):
            _not_a_name(form, code, form.line_of("inputs"))
    return found


def _not_a_name(form: Form, said: str, line: int) -> None:
    form.refuse(
        "code",
        f"“{said}”不能作编码",
        f'"{said}" cannot be a code',
        "用字母、汉字开头，后面可有数字和下划线",
        "begin with a letter; letters, digits and underscores follow",
        line,
    )


def _code(form: Form, key: str) -> str:
    said = form.text(key, None)
    if said and not re.fullmatch(r"[\w-]+", said):
        form.refuse("code", f"“{said}”不能作编码", f'"{said}" cannot be a code', line=form.line_of(key))
    return said


def _node_code(form: Form, defaults: Defaults) -> str:
    said = form.text("code", None)
    line = form.line_of("code")
    if said and (not CODE.fullmatch(said) or said == TOTAL):
        form.refuse(
            "code",
            f"“{said}”不能作编码",
            f'"{said}" cannot be a code',
            "用字母、汉字开头，后面可有数字和下划线；total 是总分",
            "begin with a letter; letters, digits and underscores follow; `total` is taken",
            line,
        )
    elif said in defaults.codes:
        form.refuse(
            "code_twice",
            f"编码“{said}”用了两次（第{defaults.codes[said]}行已有）",
            f'the code "{said}" stands twice (first on line {defaults.codes[said]})',
            "请改其中一个",
            "change one of them",
            line,
        )
    defaults.codes.setdefault(said, line)
    return said


def _group(form: Form, code: str, tree: Tree, line: int) -> Group:
    if isinstance(tree, Scalar):
        return Group(code, Text(tree.text or code, tree.text or code), line)
    inner = Form(tree, form.problems, form.file, f"groups.{code}")
    name = inner.both("name", code)
    if inner.has("zh"):
        name = Text(inner.text("zh"), inner.text("en") or inner.text("zh"))
    found = Group(code, name, line, inner.words("members"), inner.words("named"))
    inner.close()
    return found


def _total(form: Form, defaults: Defaults) -> Section:
    inner = form.form("total") or Form(Mapping({}, {}, form.line), form.problems, form.file)
    inner.where = "total"
    name = inner.both("name") if inner.has("name") else Text("总分", "total")
    parts = _parts(form, defaults)
    if not parts:
        form.refuse(
            "empty",
            "没有任何考核指标",
            "there is no indicator",
            "请写 sections: 或 indicators:",
            "write sections: or indicators:",
        )
    found = _as_section(inner, defaults, TOTAL, name, inner.text("clause"), parts)
    inner.close()
    return found


def _parts(form: Form, defaults: Defaults) -> tuple[Section | Indicator, ...]:
    """Sections and indicators in the order of the file."""
    readers: dict[str, Callable[[Form, Defaults], Section | Indicator]] = {
        "sections": _section,
        "indicators": _indicator,
    }
    own = form.tree("each")
    below = replace(defaults, each=_merged(own, defaults.each), taken=set()) if own else defaults
    keys = [key for key in form.entries if key in readers]
    found = tuple(readers[key](inner, below) for key in keys for inner in form.forms(key))
    if isinstance(own, Mapping):
        _unused(form, own, below.taken)
        defaults.taken |= below.taken
    elif own is not None:
        form.refuse("shape", "“each”应写成“键: 值”的形式", '"each" is a mapping', line=form.line_of("each"))
    return found


def _merged(own: Tree, outer: Mapping) -> Mapping:
    """What is said nearer goes before what is said farther off; steps of the same name likewise."""
    if not isinstance(own, Mapping):
        return outer
    entries, lines = {**outer.entries, **own.entries}, {**outer.lines, **own.lines}
    near, far = own.entries.get("steps"), outer.entries.get("steps")
    if isinstance(near, Mapping) and isinstance(far, Mapping):
        entries["steps"] = Mapping({**far.entries, **near.entries}, {**far.lines, **near.lines}, near.line)
    return Mapping(entries, lines, own.line)


def _unused(form: Form, own: Mapping, taken: set[str]) -> None:
    for key in own.entries:
        if key not in taken:
            form.refuse(
                "unknown_key",
                f"each 中的“{key}”没有一个指标用得上",
                f'"{key}" under each is known to none of the indicators',
                "请删去或改用规定的键",
                "remove it or use a documented key",
                own.lines[key],
            )


def _placed(form: Form, defaults: Defaults) -> tuple[str, Text, str]:
    """Code, name and clause; from here on findings name them."""
    code = _node_code(form, defaults)
    name = form.both("name", code)
    clause = form.text("clause")
    form.where = f"{clause}“{name.zh}”"
    return code, name, clause


def _section(form: Form, defaults: Defaults) -> Section:
    code, name, clause = _placed(form, defaults)
    outer, defaults.reach = defaults.reach, _reach(form, defaults)
    parts = _parts(form, defaults)
    found = _as_section(form, defaults, code, name, clause, parts)
    defaults.reach = outer
    if not parts and not found.formula:
        form.refuse("empty", "没有任何考核指标", "has no indicator")
    form.close()
    return found


def _as_section(
    form: Form,
    defaults: Defaults,
    code: str,
    name: Text,
    clause: str,
    parts: tuple[Section | Indicator, ...],
) -> Section:
    return Section(
        code,
        name,
        clause,
        form.line,
        parts,
        combine=form.choice("combine", COMBINES, "sum"),
        formula=form.text("formula"),
        full=_amount(form, "full", defaults),
        weight=_amount(form, "weight", defaults),
        factor=_amount(form, "factor", defaults, ONE),
        only_if=form.text("only_if"),
        if_not=_amount(form, "if_not", defaults, ZERO),
        cap=_amount(form, "cap", defaults),
        floor=_amount(form, "floor", defaults),
        round=form.whole("round"),
        show=form.whole("show"),
        extra=form.yes("extra"),
        beside=form.yes("beside"),
        available=_available(form),
        reach=_reach(form, defaults),
        accepts=form.words("accepts"),
        lines=dict(form.lines),
    )


def _available(form: Form) -> Available | None:
    """`available: {parts: 3}`, `{share: 66%}` or `{weight: 50%}`; `any`: at least one part."""
    tree = form.tree("available")
    if tree is None:
        return None
    if isinstance(tree, Scalar) and tree.text.strip() == "any":
        return Available("parts", Fraction(1))
    inner = Form(tree, form.problems, form.file, form.where)
    said = [(counted, inner.number(counted)) for counted in ("parts", "share", "weight")]
    inner.close()
    found = [(counted, least) for counted, least in said if least is not None]
    if len(found) != 1 or found[0][1] < 0 or (found[0][0] != "parts" and found[0][1] > 1):
        form.refuse(
            "available",
            "available 要写 any，或 parts（项数）、share、weight（比例）中的一个",
            "available is `any`, or one of parts (a number), share and weight (up to 100%)",
            "例如 available: {share: 66%}",
            "such as available: {share: 66%}",
            form.line_of("available"),
        )
        return None
    return Available(*found[0])


def _reach(form: Form, defaults: Defaults) -> Reach:
    """For whom a part is: as it says, else as the section it is in."""
    own = Reach(form.words("groups"), form.words("units"), form.words("except"))
    return defaults.reach if own == EVERYONE else own


def _amount(form: Form, key: str, defaults: Defaults, absent: Expression | None = None) -> Expression | None:
    """A number, or one for each group or unit."""
    tree = form.tree(key)
    if tree is None or (isinstance(tree, Scalar) and tree.text == "none"):
        return None
    if isinstance(tree, Mapping):
        return _lookup(form, key, tree, defaults, absent)
    found = form.as_number(key, tree)
    return None if found is None else x.Const(found)


def _lookup(
    form: Form, key: str, tree: Mapping, defaults: Defaults, absent: Expression | None = None
) -> Expression:
    rows = tuple(
        (name, _entry(form, key, value)) for name, value in tree.entries.items() if name != "otherwise"
    )
    by = "group" if rows and all(name in defaults.groups for name, _ in rows) else "unit"
    otherwise: Expression = absent or x.Nothing("outside", "不考核本项", "not assessed on this")
    if "otherwise" in tree.entries:
        otherwise = _entry(form, key, tree.entries["otherwise"])
    return x.Lookup(by, rows, otherwise)


def _entry(form: Form, key: str, tree: Tree) -> Expression:
    if isinstance(tree, Scalar) and tree.text.strip().lower() in SLASH:
        return x.Nothing(NOT_APPLICABLE, "本单位不适用", "not applicable to this unit")
    if isinstance(tree, Scalar) and (day := dates.read(tree.text)) is not None:
        return x.Const(day)
    return x.Const(form.as_number(key, tree) or Fraction(0))


def _indicator(form: Form, defaults: Defaults) -> Indicator:
    form.inherit(_merged(Mapping(form.entries, form.lines, form.line), defaults.each))
    code, name, clause = _placed(form, defaults)
    said = form.text("kind", None)
    of_kind = kinds().get(said)
    settings = _Settings()
    if of_kind is None:
        of_kind = _unknown_kind(form, said, settings)
    else:
        for parameter in (*of_kind.parameters, *kind.COMMON):
            _parameter(form, of_kind, parameter, settings, defaults)
    fields = _fields(form, of_kind)
    steps = _steps(form, of_kind, settings, fields)
    for name_of_fact in fields:
        _fact_value(form, name_of_fact, settings, defaults)
    full = _amount(form, "full", defaults)
    if of_kind.full and not form.has("full"):
        form.refuse(
            "required", "缺少“full”（分值）", '"full" (the full mark) is missing', "请写 full:", "write full:"
        )
    found = Indicator(
        code=code,
        name=name,
        clause=clause,
        line=form.line,
        kind=of_kind.code,
        full=full,
        weight=_amount(form, "weight", defaults) or ONE,
        values=settings.values,
        formulas=settings.formulas,
        tables=settings.tables,
        lists=settings.lists,
        levels=settings.levels,
        given=settings.given,
        fields=fields,
        steps=steps,
        beside=form.yes("beside"),
        scorers=_scorers(form),
        rounds=_rounds(form),
        show=form.whole("show"),
        cap=None if of_kind.parameter("cap") else _amount(form, "cap", defaults),
        floor=None if of_kind.parameter("floor") else _amount(form, "floor", defaults),
        missing=_missing(form, "missing", _default_missing(of_kind, defaults)),
        not_applicable=_missing(form, "not_applicable", defaults.not_applicable),
        reach=_reach(form, defaults),
        figures=_figures(form, settings),
        unit_of_measure=form.text("unit_of_measure"),
        responsible=form.text("responsible"),
        accepts=form.words("accepts"),
        lines=dict(form.lines),
    )
    form.close()
    defaults.taken |= set(form.asked)
    return found


def _steps(form: Form, of_kind: Kind, settings: _Settings, fields: tuple[str, ...]) -> dict[str, str]:
    """Formulas that prepare the facts, by name; a name that means something else already is refused."""
    taken = {"full", "score", *fields, *(parameter.name for parameter in of_kind.parameters)}
    taken |= {line.name for line in of_kind.lines(settings.given)}
    found = {}
    for name, tree, line in form.pairs("steps"):
        if not CODE.fullmatch(name):
            _not_a_name(form, name, line)
        elif name in taken:
            form.refuse(
                "step",
                f"steps 中的“{name}”已另有含义",
                f'the step "{name}" has a meaning already',
                "请换一个名称",
                "choose another name",
                line,
            )
        elif not isinstance(tree, Scalar):
            form.refuse("shape", f"“{name}”应是公式", f'"{name}" is a formula', line=line)
        else:
            found[name] = tree.text
    return found


def _default_missing(of_kind: Kind, defaults: Defaults) -> Missingness:
    """No event is not a missing fact, unless the kind cannot do without."""
    return UNSCORED if of_kind.events and not of_kind.needs_events else defaults.missing


def _unknown_kind(form: Form, said: str, settings: _Settings) -> Kind:
    """One finding is enough: nothing else can be told of an indicator whose kind is not known."""
    if said:
        form.choice("kind", tuple(kinds()), "formula")
    form.asked.extend(form.entries)
    settings.formulas["formula"] = "0"
    return kinds()["formula"]


def _fields(form: Form, of_kind: Kind) -> tuple[str, ...]:
    """The facts of the kind, and those that the rule book adds for its own formulas."""
    own = tuple(fact.name for fact in of_kind.fields)
    added = tuple(name for name in form.words("fields") if name not in own)
    return own + added or ("actual",)


@dataclass(slots=True)
class _Settings:
    """The parameters of an indicator, sorted by what they are."""

    values: dict[str, Expression] = field(default_factory=dict)
    formulas: dict[str, str] = field(default_factory=dict)
    tables: dict[str, tuple[Band, ...]] = field(default_factory=dict)
    lists: dict[str, tuple[Fraction, ...]] = field(default_factory=dict)
    levels: dict[str, tuple[str, tuple[tuple[str, Fraction], ...]]] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    from_figures: dict[str, str] = field(default_factory=dict)


def _parameter(
    form: Form, of_kind: Kind, parameter: Parameter, settings: _Settings, defaults: Defaults
) -> None:
    name = parameter.name
    if parameter.type == kind.CHOICE:
        settings.given[name] = form.choice(name, parameter.options, str(parameter.default))
        return
    if parameter.type == kind.YES:
        settings.given[name] = "yes" if form.yes(name, parameter.default == "yes") else "no"
        return
    if not form.has(name):
        if parameter.default is None:
            form.refuse(
                "required",
                f"缺少“{name}”（{parameter.label.zh}）",
                f'"{name}" ({parameter.label.en}) is missing',
                f"请写 {name}:",
                f"write {name}:",
            )
        if not parameter.default:
            return
        tree: Tree = Scalar(parameter.default, form.line)
    else:
        tree = form.entries[name]
    if isinstance(tree, Scalar) and tree.text == "none":
        return
    settings.given[name] = "1"
    _READERS[parameter.type](form, of_kind, name, tree, settings, defaults)


def _read_number(
    form: Form, of_kind: Kind, name: str, tree: Tree, settings: _Settings, defaults: Defaults
) -> None:
    if isinstance(tree, Mapping):
        parameter = of_kind.parameter(name)
        unnamed = numbers.read(parameter.unnamed) if parameter else None
        settings.values[name] = _lookup(
            form, name, tree, defaults, None if unnamed is None else x.Const(unnamed)
        )
    elif isinstance(tree, Scalar) and numbers.read(tree.text) is None:
        settings.formulas[name] = tree.text
    else:
        settings.values[name] = x.Const(form.as_number(name, tree) or Fraction(0))


def _read_formula(
    form: Form, of_kind: Kind, name: str, tree: Tree, settings: _Settings, defaults: Defaults
) -> None:
    settings.formulas[name] = tree.text if isinstance(tree, Scalar) else form.text(name)


def _read_numbers(
    form: Form, of_kind: Kind, name: str, tree: Tree, settings: _Settings, defaults: Defaults
) -> None:
    items = tree.items if isinstance(tree, Sequence) else form.items(name)
    settings.lists[name] = tuple(form.as_number(name, item) or Fraction(0) for item in items)


def _read_bands(
    form: Form, of_kind: Kind, name: str, tree: Tree, settings: _Settings, defaults: Defaults
) -> None:
    found: list[Band] = []
    rows = form.pairs(name)
    if len(rows) > MAX_BANDS:
        form.refuse(
            "too_large",
            f"“{name}”有{len(rows)}档，最多{MAX_BANDS}档",
            f'"{name}" has {len(rows)} bands, at most {MAX_BANDS}',
            "请改用公式",
            "use a formula",
            form.line_of(name),
        )
        return
    for said, value, line in rows:
        points = form.as_number(said, value)
        band = intervals.parse(said, points or Fraction(0), line)
        if band is None:
            form.refuse(
                "band",
                f"“{said}”不是区间",
                f'"{said}" is not an interval',
                '例如 "[80, 90)"、">= 90"、"< 60"',
                'such as "[80, 90)", ">= 90", "< 60"',
                line,
            )
        else:
            found.append(band)
    settings.tables[name] = tuple(found)


def _read_levels(
    form: Form, of_kind: Kind, name: str, tree: Tree, settings: _Settings, defaults: Defaults
) -> None:
    rows = tuple((said, form.as_number(said, value) or Fraction(0)) for said, value, _ in form.pairs(name))
    settings.levels[name] = ("level" if of_kind.events else "actual", rows)


_READERS: dict[str, Callable[[Form, Kind, str, Tree, _Settings, Defaults], None]] = {
    kind.NUMBER: _read_number,
    kind.FORMULA: _read_formula,
    kind.NUMBERS: _read_numbers,
    kind.BANDS: _read_bands,
    kind.LEVELS: _read_levels,
}


def _fact_value(form: Form, name: str, settings: _Settings, defaults: Defaults) -> None:
    """A fact that the rule book itself states: a number, one a unit, a formula; or where it comes from."""
    tree = form.tree(name)
    if tree is None:
        return
    if isinstance(tree, Mapping):
        absent = x.Nothing(
            MISSING, f"考核办法没有给出本单位的{name}", f"the rule book gives no {name} for this unit"
        )
        settings.values[name] = _lookup(form, name, tree, defaults, absent)
    elif isinstance(tree, Scalar) and tree.text in FROM_FIGURES:
        settings.from_figures[name] = tree.text
    elif isinstance(tree, Scalar) and (number := _number_or_day(tree.text)) is not None:
        settings.values[name] = x.Const(number)
    else:
        settings.formulas[name] = form.text(name)


def _number_or_day(text: str) -> Fraction | None:
    found = numbers.read(text)
    return dates.read(text) if found is None else found


def _scorers(form: Form) -> Scorers | None:
    tree = form.tree("scorers")
    if tree is None:
        return None
    if isinstance(tree, Mapping):
        rows = tuple(
            (name, form.as_number(name, value) or Fraction(0)) for name, value in tree.entries.items()
        )
        if sum((weight for _, weight in rows), Fraction(0)) == 0:
            form.refuse(
                "weights",
                "评分人的权重合计为零",
                "the weights of the scorers add up to zero",
                "请写各评分人的权重，如 {书记: 0.6, 区长: 0.4}",
                "give each scorer a weight, as {head: 0.6, deputy: 0.4}",
                form.line_of("scorers"),
            )
        return Scorers("weighted", rows)
    return Scorers(form.choice("scorers", ("mean", "sum", "trimmed"), "mean"))


def _rounds(form: Form) -> dict[str, int]:
    """`round: 2` rounds the score; a mapping rounds lines of the formula."""
    inner = form.tree("round")
    if not isinstance(inner, Mapping):
        found = form.whole("round")
        return {} if found is None else {"score": found}
    of_lines = Form(inner, form.problems, form.file, form.where)
    return {name: of_lines.whole(name) or 0 for name in inner.entries}


def _missing(form: Form, key: str, default: Missingness) -> Missingness:
    tree = form.tree(key)
    if tree is None:
        return default
    if isinstance(tree, Mapping):
        inner = Form(tree, form.problems, form.file, form.where)
        if inner.has("points"):
            found = Missingness("points", inner.number("points") or Fraction(0))
        else:
            found = Missingness("average", group=inner.text("average_of", None))
        inner.close()
        return found
    options = ["unscored", "full", "none", "average", "out"]
    if key == "not_applicable":
        options.append("shared_out")
    return Missingness(form.choice(key, options, "unscored"))


def _figures(form: Form, settings: _Settings) -> tuple[FigureUse, ...]:
    uses = []
    tree = form.tree("figure")
    if tree is not None:
        uses.append(_figure_use(form, "actual", tree, form.line_of("figure")))
        main = uses[0]
        for name, source in settings.from_figures.items():
            if source == "planned":
                uses.append(
                    FigureUse(name, main.code, f"planned {main.measure}", main.area, "same", main.line)
                )
            else:
                uses.append(FigureUse(name, main.code, main.measure, main.area, "last_year", main.line))
    uses.extend(_figure_use(form, name, value, line) for name, value, line in form.pairs("figures"))
    if settings.from_figures and tree is None and not uses:
        name = next(iter(settings.from_figures))
        form.refuse(
            "figure",
            f"“{name}: {settings.from_figures[name]}”要有 figure",
            f'"{name}: {settings.from_figures[name]}" needs a figure',
            "请写 figure:",
            "write figure:",
            form.line_of(name),
        )
    return tuple(uses)


def _figure_use(form: Form, name: str, tree: Tree, line: int) -> FigureUse:
    if isinstance(tree, Scalar):
        return FigureUse(name, tree.text.strip(), "value", "unit", "same", line)
    inner = Form(tree, form.problems, form.file, form.where)
    found = FigureUse(
        name,
        inner.text("code", None),
        inner.text("measure") or "value",
        inner.text("area") or "unit",
        inner.choice("period", ("same", "last_year"), "same"),
        line,
    )
    inner.close()
    return found


def _veto(form: Form, defaults: Defaults) -> Veto:
    code, name, clause = _placed(form, defaults)
    effect = form.choice("effect", ("zero", "out", "cap", "lower"), "zero")
    found = Veto(
        code=code,
        name=name,
        clause=clause,
        line=form.line,
        effect=effect,
        when=form.text("when") or "count_events() > 0",
        grade=form.text("grade", None if effect == "cap" else ""),
        steps=form.whole("steps", 1, 9) or 1,
        reach=_reach(form, defaults),
    )
    form.close()
    return found


def _ranking(form: Form | None, line: int) -> Ranking:
    if form is None:
        return Ranking(line=line)
    form.where = "rank"
    found = Ranking(
        on=form.choice("on", ("value", "printed"), "value"),
        best=form.choice("best", ("high", "low"), "high"),
        within=form.choice("within", ("group", "all"), "group"),
        ties=form.choice("ties", ("share", "dense", "mean", "last"), "share"),
        tie_break=form.words("tie_break"),
        among=tuple((key, value.text) for key, value, _ in form.pairs("among") if isinstance(value, Scalar)),
        line=form.line,
    )
    form.close()
    return found


def _grading(form: Form, defaults: Defaults) -> Grading | None:
    inner = form.form("grades")
    if inner is None:
        return None
    inner.where = "grades"
    clause = inner.text("clause")
    found = Grading(
        grades=tuple(_grade(row, defaults) for row in inner.forms("list", clause or "grades")),
        line=inner.line,
        clause=clause,
        of=inner.text("of"),
        on=inner.choice("on", ("value", "printed"), "value"),
        per=inner.choice("per", ("group", "all"), "group"),
        quota=inner.choice("quota", ("down", "up", "half_up", "half_even"), "down"),
        ties=inner.choice("ties", ("down", "up"), "down"),
    )
    inner.close()
    return found


def _grade(form: Form, defaults: Defaults) -> Grade:
    found = Grade(
        name=form.text("grade", None),
        line=form.line,
        at_least=form.number("at_least"),
        above=form.number("above"),
        at_most=form.number("at_most"),
        below=form.number("below"),
        share=_amount(form, "share", defaults),
        places=_amount(form, "places", defaults),
        rank_to=form.whole("rank_to", 1, 999),
    )
    form.close()
    return found


def _reward(form: Form, defaults: Defaults) -> Reward:
    found = Reward(
        name=form.both("name", None),
        line=form.line,
        grade=form.text("grade"),
        rank_to=form.whole("rank_to", 1, 999),
        amount=_amount(form, "amount", defaults),
        says=form.both("says"),
    )
    if found.amount is None and not found.says.zh:
        form.refuse(
            "required",
            "要写“amount”或“says”",
            'needs "amount" or "says"',
            "请写 amount: 或 says:",
            "write one",
        )
    form.close()
    return found


def _example(form: Form) -> Example:
    name = form.text("name", None)
    form.where = f"examples“{name}”"
    found = Example(
        name=name,
        node=form.text("node") or TOTAL,
        clause=form.text("clause"),
        line=form.line,
        source=form.choice("from", ("document", "computed"), "computed"),
        facts=tuple(_example_facts(form)),
        expect=_answers(form, "expect"),
        ranks=_answers(form, "expect_rank"),
        grades=_answers(form, "expect_grade"),
        rewards=_answers(form, "expect_reward"),
        arithmetic=_answers(form, "arithmetic"),
        decimals=form.whole("decimals"),
        units=tuple(unit for unit, _, _ in form.pairs("facts")),
    )
    form.close()
    return found


def _answers(form: Form, key: str) -> dict[str, str]:
    return {unit: value.text.strip() for unit, value, _ in form.pairs(key) if isinstance(value, Scalar)}


def _example_facts(form: Form) -> list[tuple[str, str, str, str, str, int, str]]:
    """Rows (unit, name, event, field, value, line, scorer) of the facts of an example."""
    rows = []
    for unit, tree, _ in form.pairs("facts"):
        inner = Form(tree, form.problems, form.file, form.where)
        for key, value in inner.entries.items():
            name, _, part = key.partition(".")
            if isinstance(value, Sequence):
                rows += _example_events(form, unit, name, value)
            elif isinstance(value, Scalar):
                rows.append((unit, name, "", part, value.text, inner.lines[key], ""))
            else:
                form.refuse("shape", f"“{key}”应是一个值", f'"{key}" is a value', line=inner.lines[key])
    return rows


def _example_events(
    form: Form, unit: str, name: str, events: Sequence
) -> list[tuple[str, str, str, str, str, int, str]]:
    """Each is an event of its own, unless it names the scorer whose mark it is."""
    rows = []
    for number, tree in enumerate(events.items, 1):
        inner = Form(tree, form.problems, form.file, form.where)
        scorer = inner.text("scorer")
        for part, value in inner.entries.items():
            if isinstance(value, Scalar) and part != "scorer":
                event = "" if scorer else str(number)
                rows.append((unit, name, event, part, value.text, inner.lines[part], scorer))
    return rows


def _hole(form: Form) -> Hole:
    found = Hole(
        form.text("clause"),
        Text(form.text("zh", None), form.text("en") or form.text("zh")),
        form.both("reading"),
    )
    form.close()
    return found
