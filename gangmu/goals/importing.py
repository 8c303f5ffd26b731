"""Importing goals.xlsx: the goal book and its cascade, everything checked at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from gangmu.figures import areas, catalogue
from gangmu.figures.arithmetic import plain
from gangmu.figures.figure import Figure
from gangmu.figures.measures import Measure
from gangmu.figures.requests import Request, resolve
from gangmu.figures.units_of_measure import unit_of
from gangmu.goals.book import EMPTY_GOAL, GOAL, SHARE, Content, Writing, key_of
from gangmu.goals.models import Goal, Kind, Share
from gangmu.org.models import Person, Post, Unit
from gangmu.problems import InputRefused, Problems, Text
from gangmu.records.log import Actor
from gangmu.records.models import ImportBatch
from gangmu.records.periods import Period
from gangmu.sheets import parsing
from gangmu.sheets.importing import Counts
from gangmu.sheets.reading import Row, Workbook
from gangmu.sheets.writing import Column, SheetOut

Headers = Mapping[str, Sequence[str]]

GOALS: Headers = {
    "code": ("编码", "code"),
    "parent": ("上级", "parent"),
    "name": ("名称", "name"),
    "name_en": ("英文名称", "name_en"),
    "kind": ("类型", "kind"),
    "figure": ("指标", "figure"),
    "measure": ("取值方式", "measure"),
    "period": ("期间", "period"),
    "target": ("目标值", "target"),
    "compare_with": ("比较对象", "compare_with"),
    "floor": ("底线", "floor"),
    "stretch": ("争取", "stretch"),
    "direction": ("方向", "direction"),
    "owner": ("责任单位", "owner"),
    "person": ("责任人", "person"),
    "source": ("来源", "source"),
    "what": ("干什么", "what"),
    "how": ("怎么干", "how"),
    "assessed": ("如何考评", "assessed"),
    "rewarded": ("如何奖惩", "rewarded"),
    "done_on": ("完成日期", "done_on"),
}
SHARES: Headers = {
    "goal": ("目标", "goal"),
    "unit": ("单位", "unit"),
    "post": ("岗位", "post"),
    "person": ("人员", "person"),
    "target": ("目标值", "target"),
    "share": ("份额", "share"),
    "note": ("说明", "note"),
}
_GOAL_NEEDS = ("code", "name", "kind", "owner")
_SHARE_NEEDS = ("goal", "unit")
_KINDS = {str(kind.label): kind.value for kind in Kind} | {kind.value: kind.value for kind in Kind}
_DIRECTIONS = {"越高越好": "up", "正向": "up", "up": "up", "越低越好": "down", "逆向": "down", "down": "down"}
_DEFAULT_MEASURES: Mapping[str, str] = {
    Kind.GROWTH: "yoy",
    Kind.HIGHER_THAN: "yoy",
    Kind.RANK: "rank",
    Kind.SHARE: "share(parent)",
}
_NEEDS_TARGET = (Kind.VALUE, Kind.GROWTH, Kind.SHARE)


def takes(workbook: Workbook) -> bool:
    """goals.xlsx, or any workbook with a sheet 目标 whose header names 编码 and 类型."""
    if workbook.stem == "goals":
        return True
    sheet = workbook.sheet("目标")
    return sheet is not None and {"编码", "类型"} <= set(sheet.headers())


def run(workbook: Workbook, problems: Problems, actor: Actor, batch: ImportBatch) -> Counts:
    """Apply goals, then their shares. A goal that the cascade sheet names gets exactly the shares listed there."""
    importing = _Importing(problems, Writing(actor, batch))
    importing.goals(_rows(workbook, ("目标", "goals"), GOALS, _GOAL_NEEDS, problems, main=True))
    importing.shares(_rows(workbook, ("分解", "shares"), SHARES, _SHARE_NEEDS, problems, main=False))
    importing.check_sums()
    if not len(problems):
        importing.writing.finish()
    done = importing.done
    return Counts(done["created"], done["changed"], done["unchanged"], tuple(importing.notes()))


def templates() -> Mapping[str, Sequence[SheetOut]]:
    """goals.xlsx as `init` lays it out."""
    kinds = {"kind": tuple(str(kind.label) for kind in Kind)}
    sheets = (("目标", GOALS, _GOAL_NEEDS), ("分解", SHARES, _SHARE_NEEDS))
    return {
        "goals.xlsx": [
            SheetOut(name, [Column(words[0], required=key in needs, choices=kinds.get(key, ())) for key, words in headers.items()])
            for name, headers, needs in sheets
        ]
    }  # fmt: skip


def _rows(
    workbook: Workbook,
    names: Sequence[str],
    headers: Headers,
    needs: Sequence[str],
    problems: Problems,
    *,
    main: bool,
) -> list[Row]:
    sheet = workbook.need(names, problems) if main else workbook.sheet(names)
    columns = sheet.columns(headers, needs, problems) if sheet else None
    return list(sheet.rows(columns)) if sheet and columns else []


class _Importing:
    """One file being applied: its findings, its writes, and where each goal stands in it."""

    def __init__(self, problems: Problems, writing: Writing) -> None:
        self.problems, self.writing = problems, writing
        self.done: Counter[str] = Counter()
        self.units = {word: u for u in Unit.objects.all() for word in (u.short_name, u.name, u.code)}
        self.posts = {(p.unit_id, p.name): p for p in Post.objects.select_related("unit")}
        self.people: dict[str, list[Person]] = defaultdict(list)
        for person in Person.objects.all():
            self.people[person.name].append(person)
            self.people[person.code].append(person)
        self.keys: dict[str, str] = {
            row.code: key for key, row in writing.rows(GOAL).items() if isinstance(row, Goal)
        }
        self.goal_rows: dict[str, Row] = {}
        self.said: set[str] = set()
        self.share_rows: dict[str, list[tuple[Row, Content]]] = defaultdict(list)

    # ---- goals

    def goals(self, rows: Sequence[Row]) -> None:
        """Parents may stand below their parts: codes are known before parents are looked up."""
        self.said = {row["code"].text for row in rows}
        read = [(row, content) for number, row in enumerate(rows, 1) if (content := self._goal(row, number))]
        self._inherit_periods(read)
        for row, content in read:
            self._remember(row, content)
        self._refuse_circles(read)
        for row, content in _parents_first(read):
            said = content["parent"]
            if said and said not in self.keys:
                self._wrong(row, "parent", "goal.parent_unknown", f"没有编码为“{said}”的上级目标", f"there is no goal “{said}” to hang from",
                            "请改为“目标”表中的编码，或留空", "use a code of the sheet of goals, or leave it empty")  # fmt: skip
                continue
            content["parent"] = self.keys[said] if said else None
            self._keep_done(content)
            if not self._has_findings(row):
                self.done[self.writing.put(GOAL, content)] += 1

    def _goal(self, row: Row, number: int) -> Content | None:
        before = len(self.problems)
        kind = parsing.choice(row["kind"], self.problems, _KINDS, required=True)
        figure = self._figure(row, kind)
        owner = self._unit(row, "owner", missing=self._no_owner)
        content: Content = {
            **EMPTY_GOAL,
            "code": parsing.text(row["code"], self.problems, required=True, limit=30),
            "period": self._period(row),
            "parent": row["parent"].text,
            "order": number,
            "name": parsing.text(row["name"], self.problems, required=True, limit=200),
            "kind": kind,
            "figure": figure.code if figure else "",
            "measure": self._measure(row, figure, kind),
            "owner": owner.code if owner else None,
            "person": self._person(row, owner),
            "direction": parsing.choice(row["direction"], self.problems, _DIRECTIONS) or "",
            "compare_with": "、".join(self._areas(row)),
            "source": parsing.text(row["source"], self.problems, limit=100) or "",
        }
        for name in ("name_en", "what", "how", "assessed", "rewarded"):
            content[name] = parsing.text(row[name], self.problems) or ""
        done_on = parsing.day(row["done_on"], self.problems)
        content["done_on"] = done_on.isoformat() if done_on else None
        unit = self._unit_of_measure(figure, content["measure"])
        for name in ("target", "floor", "stretch"):
            content[name] = self._number(row, name, unit)
        self._check_kind(row, content)
        return content if len(self.problems) == before else None

    def _figure(self, row: Row, kind: str | None) -> Figure | None:
        said = row["figure"].text
        if not said:
            if kind not in (None, Kind.OVERALL, Kind.MILESTONE):
                self._wrong(row, "figure", "goal.no_figure", "没有指标：此类目标须由指标衡量", "is empty: a goal of this kind is measured by a figure",
                            "请填写指标目录中的名称；没有指标的工作请用“里程碑”", "name a figure of the catalogue; work without one is a milestone")  # fmt: skip
            return None
        figure = catalogue.find(said)
        if figure is None:
            near = [catalogue.catalogue()[code].name_zh for code in catalogue.nearest(said)]
            self._wrong(row, "figure", "figure.unknown", f"“{said}”不在指标目录中", f"“{said}” is not in the catalogue",
                        f"是否应为“{near[0]}”？" if near else "请先在 declared/figures 中声明",
                        f"is it “{near[0]}”?" if near else "declare it in declared/figures first")  # fmt: skip
        return figure

    def _measure(self, row: Row, figure: Figure | None, kind: str | None) -> str:
        if figure is None:
            return ""
        said = row["measure"].text or _default_measure(figure, kind)
        try:
            return resolve(Request(figure.code, "2000", said)).measure.actual_text
        except InputRefused as refused:
            for one in refused.problems:
                self.problems.add(row["measure"].problem(one.code, one.message, one.remedy))
            return ""

    def _unit_of_measure(self, figure: Figure | None, measure: str) -> str | None:
        parsed = Measure.parse(measure) if figure else None
        return unit_of(figure, parsed) if figure and parsed else None

    def _areas(self, row: Row) -> list[str]:
        """Whom the figure must exceed, each one of the known areas."""
        words = parsing.words(row["compare_with"], self.problems)
        for message, remedy in filter(None, map(areas.finding, words)):
            self._wrong(row, "compare_with", "area.unknown", message.zh, message.en, remedy.zh, remedy.en)
        return [areas.area_of(word) for word in words]

    def _check_kind(self, row: Row, content: Content) -> None:
        kind = content["kind"]
        if kind in _NEEDS_TARGET and content["target"] is None and row["target"].empty:
            self._wrong(
                row,
                "target",
                "goal.no_target",
                "没有目标值",
                "is empty: the goal has no target",
                "请填写目标值",
                "fill in the target",
            )
        if kind == Kind.HIGHER_THAN and not content["compare_with"]:
            self._wrong(row, "compare_with", "goal.no_comparison", "没有写明高于谁", "does not say higher than whom",
                        "请填写地区，如 全国、全市", "name areas, such as 全国、全市")  # fmt: skip
        if kind == Kind.RANK and content["floor"] is None and content["target"] is None:
            self._wrong(
                row,
                "floor",
                "goal.no_floor",
                "没有写明保持第几位",
                "is empty: no place to hold",
                "请填写底线位次",
                "fill in the floor",
            )
        if (
            content["floor"]
            and content["stretch"]
            and Decimal(content["stretch"]) > Decimal(content["floor"])
            and kind == Kind.RANK
        ):
            self._wrong(row, "stretch", "goal.stretch_below_floor", f"争取第{content['stretch']}位低于底线第{content['floor']}位",
                        f"stretch place {content['stretch']} is worse than floor place {content['floor']}",
                        "请核对两个位次", "check the two places")  # fmt: skip

    def _period(self, row: Row) -> str:
        """The period's code; empty where nothing is said, to be taken from the parent."""
        said = row["period"].text
        if not said:
            return ""
        try:
            return Period.parse(said.removesuffix("年")).code
        except InputRefused as refused:
            for one in refused.problems:
                self.problems.add(row["period"].problem(one.code, one.message, one.remedy))
            return "?"

    def _inherit_periods(self, read: Sequence[tuple[Row, Content]]) -> None:
        periods = {content["code"]: content["period"] for _, content in read}
        parents = {content["code"]: content["parent"] for _, content in read}
        for row, content in read:
            climbing, seen = content["code"], set()
            while climbing in periods and not periods[climbing] and climbing not in seen:
                seen.add(climbing)
                climbing = parents[climbing]
            content["period"] = periods.get(climbing, "")
            if not content["period"]:
                self._wrong(row, "period", "goal.no_period", "没有期间，上级目标也没有", "is empty, and so is that of the goal above",
                            "请填写年度，如 2026", "fill in the year, such as 2026")  # fmt: skip

    def _remember(self, row: Row, content: Content) -> None:
        key = key_of(GOAL, content)
        if key in self.goal_rows:
            first = self.goal_rows[key].number
            self._wrong(row, "code", "goal.repeated", f"编码“{content['code']}”与第{first}行重复", f"“{content['code']}” repeats row {first}",
                        "请改为不同的编码", "give it another code")  # fmt: skip
            return
        self.goal_rows[key] = row
        self.keys[content["code"]] = key

    def _keep_done(self, content: Content) -> None:
        """A milestone recorded as reached stays so when the file leaves the day open."""
        standing = self.writing.rows(GOAL).get(key_of(GOAL, content))
        if content["done_on"] is None and isinstance(standing, Goal) and standing.done_on:
            content["done_on"] = standing.done_on.isoformat()

    def _refuse_circles(self, read: Sequence[tuple[Row, Content]]) -> None:
        parents = {content["code"]: content["parent"] for _, content in read}
        for row, content in read:
            climbing, seen = content["parent"], {content["code"]}
            while climbing in parents and climbing not in seen:
                seen.add(climbing)
                climbing = parents[climbing]
            if climbing == content["code"]:
                self._wrong(
                    row,
                    "parent",
                    "goal.circle",
                    "上级关系成环",
                    "the goals above it lead back to it",
                    "请改正上级",
                    "mend the parent",
                )
                content["parent"] = ""

    # ---- shares

    def shares(self, rows: Sequence[Row]) -> None:
        for number, row in enumerate(rows, 1):
            content = self._share(row, number)
            if content is not None:
                self.share_rows[content["goal"]].append((row, content))
        for goal_key, read in self.share_rows.items():
            listed = {key_of(SHARE, content) for _, content in read}
            for key in [key for key in self.writing.shares_of(goal_key) if key not in listed]:
                self.writing.remove(SHARE, key)
                self.done["changed"] += 1
            for _, content in read:
                self.done[self.writing.put(SHARE, content)] += 1

    def _share(self, row: Row, number: int) -> Content | None:
        before = len(self.problems)
        said = parsing.text(row["goal"], self.problems, required=True)
        goal = self._goal_named(row, said) if said else None
        unit = self._unit(row, "unit")
        post = self._post(row, unit)
        measure = self._unit_of_measure(
            catalogue.find(goal.figure) if goal and goal.figure else None, goal.measure if goal else ""
        )
        target, share = self._number(row, "target", measure), self._number(row, "share", "%")
        if share is not None and target is None and goal is not None and goal.target is not None:
            target = plain(goal.target * Decimal(share) / 100)
        content: Content = {
            "goal": goal.key if goal else "",
            "unit": unit.code if unit else None,
            "post": f"{unit.code}:{post.name}" if unit and post else None,
            "person": self._person(row, unit),
            "target": target,
            "share": share,
            "note": parsing.text(row["note"], self.problems, limit=200) or "",
            "order": number,
        }
        if goal is None or len(self.problems) > before:
            return None
        twin = [r for r, c in self.share_rows[content["goal"]] if key_of(SHARE, c) == key_of(SHARE, content)]
        if twin:
            self._wrong(row, "unit", "goal.share_repeated", f"与第{twin[0].number}行分给同一单位、岗位、人员", f"repeats row {twin[0].number}: same unit, post and person",
                        "请合并为一行", "join the two rows")  # fmt: skip
            return None
        return content

    def _goal_named(self, row: Row, said: str) -> Goal | None:
        found = self.writing.rows(GOAL).get(self.keys.get(said, ""))
        if isinstance(found, Goal):
            return found
        # A goal refused above is not missing: its own finding says what is wrong with it.
        if said not in self.said:
            self._wrong(row, "goal", "goal.unknown", f"没有编码为“{said}”的目标", f"there is no goal “{said}”",
                        "请改为“目标”表中的编码", "use a code of the sheet of goals")  # fmt: skip
        return None

    def check_sums(self) -> None:
        """Units' parts of an amount add up to the district's target; posts' and people's parts to their unit's."""
        for goal_key, read in self.share_rows.items():
            goal = self.writing.rows(GOAL).get(goal_key)
            if not isinstance(goal, Goal) or not _adds_up(goal):
                continue
            contents = [content for _, content in read]
            self._check_sum(
                read[0][0], Text(f"目标 {goal.code}", f"goal {goal.code}"), goal.target, _of_units(contents)
            )
            for unit, own in _of_units(contents).items():
                below = {
                    key_of(SHARE, c): _decimal(c["target"])
                    for c in contents
                    if c["unit"] == unit and (c["post"] or c["person"])
                }
                has_own = any(c["unit"] == unit and not c["post"] and not c["person"] for c in contents)
                if has_own and below and all(part is not None for part in below.values()):
                    first = next(r for r, c in read if c["unit"] == unit)
                    self._check_sum(
                        first, Text(f"目标 {goal.code} {unit}", f"goal {goal.code} {unit}"), own, below
                    )

    def _check_sum(
        self, row: Row, of: Text, whole: Decimal | None, parts: Mapping[str, Decimal | None]
    ) -> None:
        given = [part for part in parts.values() if part is not None]
        if whole is None or not given:
            return
        total = sum(given, Decimal(0))
        if total != whole:
            gap = plain(whole - total)
            said, aim = plain(total), plain(whole)
            self._wrong(row, "target", "goal.cascade_sum", f"{of.zh}分解合计{said}，应为{aim}，相差{gap}", f"parts of {of.en} add up to {said}, not {aim}: {gap} off",
                        "请改分解数或目标值", "mend the parts or the target")  # fmt: skip

    def notes(self) -> Iterator[Text]:
        """What is no error but should be known: coverage, and goals that leave questions open."""
        goals = [row for row in self.writing.rows(GOAL).values() if isinstance(row, Goal)]
        parents = {goal.parent_key for goal in goals}
        concrete = [goal for goal in goals if goal.key not in parents and goal.kind != Kind.OVERALL]
        shared = {share.goal_key for share in self.writing.rows(SHARE).values() if isinstance(share, Share)}
        if whole := [goal.code for goal in concrete if goal.key not in shared]:
            yield Text(f"{len(whole)}个目标没有分解，由责任单位全部承担：{'、'.join(whole[:10])}",
                       f"{len(whole)} goals are not cascaded; their owners carry them whole: {', '.join(whole[:10])}")  # fmt: skip
        if unanswered := [goal.code for goal in concrete if not goal.answers_four_questions]:
            yield Text(f"{len(unanswered)}个目标没有答全干什么、怎么干、如何考评、如何奖惩：{'、'.join(unanswered[:10])}",
                       f"{len(unanswered)} goals do not answer all four questions: {', '.join(unanswered[:10])}")  # fmt: skip
        busy = {goal.owner_id for goal in goals} | {
            share.unit_id for share in self.writing.rows(SHARE).values() if isinstance(share, Share)
        }
        idle = [u.short_name for u in dict.fromkeys(self.units.values()) if u.group and u.pk not in busy]
        if idle:
            yield Text(
                f"{len(idle)}个被考核单位没有目标：{'、'.join(idle[:10])}",
                f"{len(idle)} assessed units have no goal: {', '.join(idle[:10])}",
            )

    # ---- words

    def _unit(self, row: Row, column: str, missing: Callable[[Row], None] | None = None) -> Unit | None:
        said = row[column].text
        if not said:
            if missing is not None:
                missing(row)
            else:
                parsing.text(row[column], self.problems, required=True)
            return None
        unit = self.units.get(said)
        if unit is None:
            self._wrong(row, column, "unit.unknown", f"没有单位“{said}”", f"there is no unit “{said}”",
                        "请用单位名册中的编码、全称或简称", "use a code, name or short name of the register of units")  # fmt: skip
        return unit

    def _no_owner(self, row: Row) -> None:
        self._wrong(row, "owner", "goal.no_owner", "没有责任单位：无主的目标不能下达", "is empty: no goal without an owner",
                    "请填写对此目标负总责的单位", "name the unit that answers for this goal")  # fmt: skip

    def _post(self, row: Row, unit: Unit | None) -> Post | None:
        said = row["post"].text
        if not said or unit is None:
            return None
        post = self.posts.get((unit.pk, said))
        if post is None:
            known = "、".join(name for (pk, name) in self.posts if pk == unit.pk) or "（无）"
            self._wrong(row, "post", "post.unknown", f"{unit.short_name}没有岗位“{said}”", f"{unit.short_name} has no post “{said}”",
                        f"该单位的岗位：{known}", f"its posts: {known}")  # fmt: skip
        return post

    def _person(self, row: Row, unit: Unit | None) -> str | None:
        said = row["person"].text
        if not said:
            return None
        found = list({p.pk: p for p in self.people.get(said, [])}.values())
        of_unit = [p for p in found if unit is not None and p.unit_id == unit.pk]
        chosen = of_unit or found
        if len(chosen) == 1:
            return chosen[0].code
        if chosen:
            self._wrong(row, "person", "person.ambiguous", f"有{len(chosen)}人叫“{said}”", f"{len(chosen)} people are called “{said}”",
                        "请改填人员编码", "use the person's code")  # fmt: skip
        else:
            self._wrong(row, "person", "person.unknown", f"没有人员“{said}”", f"there is nobody called “{said}”",
                        "请先在 units.xlsx 的“人员”表中登记", "enter the person in units.xlsx first")  # fmt: skip
        return None

    def _number(self, row: Row, column: str, unit: str | None) -> str | None:
        number = parsing.decimal(row[column], self.problems, unit=unit, decimals=6)
        return None if number is None else plain(number)

    def _has_findings(self, row: Row) -> bool:
        places = {(p.sheet, "".join(filter(str.isdigit, p.cell))) for p in self.problems}
        return (row.sheet, str(row.number)) in places

    def _wrong(
        self, row: Row, column: str, code: str, zh: str, en: str, remedy_zh: str, remedy_en: str
    ) -> None:
        parsing.refuse(row[column], self.problems, code, zh, en, remedy_zh, remedy_en)


def _parents_first(read: Sequence[tuple[Row, Content]]) -> list[tuple[Row, Content]]:
    by_code = {content["code"]: (row, content) for row, content in read}
    placed: dict[str, tuple[Row, Content]] = {}

    def place(code: str) -> None:
        if code in placed or code not in by_code:
            return
        parent = by_code[code][1]["parent"]
        if parent and parent != code:
            place(parent)
        placed[code] = by_code[code]

    for code in by_code:
        place(code)
    return list(placed.values())


def _default_measure(figure: Figure, kind: str | None) -> str:
    """What a kind of goal is about where nothing is said; a figure in per cent is its own growth or share."""
    if kind in (Kind.GROWTH, Kind.HIGHER_THAN, Kind.SHARE) and figure.unit_of_measure == "%":
        return "value"
    return _DEFAULT_MEASURES.get(kind or "", str(figure.default_measure))


def _adds_up(goal: Goal) -> bool:
    """Whether parts of a target sum to the whole: amounts and counts do, growth, ranks and rates do not."""
    figure = catalogue.find(goal.figure) if goal.figure else None
    measure = Measure.parse(goal.measure) if goal.measure else None
    if figure is None or measure is None or measure.kind not in ("value", "count", "sum"):
        return False
    return figure.nature != "ratio" and figure.additive


def _of_units(contents: Sequence[Content]) -> dict[str, Decimal | None]:
    """Each unit's part: of its own row, else of its posts and people together."""
    parts: dict[str, Decimal | None] = {}
    for content in contents:
        if not content["post"] and not content["person"]:
            parts[content["unit"]] = _decimal(content["target"])
    for content in contents:
        own = content["unit"] in {c["unit"] for c in contents if not c["post"] and not c["person"]}
        if not own and content["target"] is not None:
            parts[content["unit"]] = (parts.get(content["unit"]) or Decimal(0)) + Decimal(content["target"])
    return parts


def _decimal(said: str | None) -> Decimal | None:
    return None if said is None else Decimal(said)
