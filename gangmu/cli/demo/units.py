"""The units of the fictional district with their posts and people, in official order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from gangmu.cli.demo import data_files
from gangmu.cli.demo.chance import Chance
from gangmu.cli.demo.span import Span
from gangmu.sheets.writing import SheetOut

HEAD_POST, LIAISON_POST, DEPUTY_POST = "主要负责人岗", "综合岗（联络员）", "分管负责人岗"
SUBDISTRICTS = "街道"
LEAST_UNITS, MOST_UNITS = 12, 100


@dataclass(frozen=True, slots=True)
class Seat:
    """A person on a post, as A or B role."""

    post: str
    part: str


@dataclass(frozen=True, slots=True)
class Person:
    code: str
    name: str
    unit: str
    title: str
    kind: str
    seats: tuple[Seat, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit; `group` is empty for the goal office, which assesses and is not assessed. order: official order."""

    code: str
    name: str
    short: str
    name_en: str
    kind: str
    group: str
    order: int
    business_posts: tuple[str, ...]

    @property
    def posts(self) -> tuple[str, ...]:
        return (HEAD_POST, DEPUTY_POST, *self.business_posts, LIAISON_POST)

    @property
    def is_subdistrict(self) -> bool:
        return self.group == SUBDISTRICTS


@dataclass(frozen=True)
class Roster:
    """Who there is. A smaller demo lacks units: `holder` says who does their work instead.

    portfolios: unit → the district leader in charge of it, both by code.
    """

    units: tuple[Unit, ...]
    leaders: tuple[Person, ...]
    people: tuple[Person, ...]
    office: Unit
    portfolios: Mapping[str, str] = field(repr=False)
    _groups_of_all: dict[str, str] = field(repr=False)

    @property
    def assessed(self) -> list[Unit]:
        return [unit for unit in self.units if unit.group]

    @property
    def subdistricts(self) -> list[Unit]:
        return [unit for unit in self.units if unit.is_subdistrict]

    @property
    def departments(self) -> list[Unit]:
        return [unit for unit in self.assessed if not unit.is_subdistrict]

    def in_group(self, group: str) -> list[Unit]:
        return [unit for unit in self.units if unit.group == group]

    def holder(self, code: str) -> Unit:
        """The unit of a code, or in a smaller demo the first unit of the same group."""
        return self._by_code.get(code) or self.in_group(self._groups_of_all[code])[0]

    def leader(self, unit: Unit) -> str:
        """The code of the district leader in charge of a unit (分管领导); of a subdistrict, who keeps contact with it."""
        return self.portfolios[unit.code]

    def head(self, unit: Unit) -> Person:
        return next(
            person for person in self.people if person.unit == unit.code and person.kind == "单位负责人"
        )

    def liaison(self, unit: Unit) -> Person:
        return self.on_post(unit, LIAISON_POST)

    def on_post(self, unit: Unit, post: str) -> Person:
        """Who holds a post as A role."""
        return self._by_post[unit.code, post]

    @cached_property
    def _by_code(self) -> dict[str, Unit]:
        return {unit.code: unit for unit in self.units}

    @cached_property
    def _by_post(self) -> dict[tuple[str, str], Person]:
        return {
            (person.unit, seat.post): person
            for person in self.people
            for seat in person.seats
            if seat.part == "A"
        }


def roster(seed: str, count: int = 60) -> Roster:
    """The district's units, posts and people; `count` assessed units, each group in proportion."""
    if not LEAST_UNITS <= count <= MOST_UNITS:
        raise ValueError(f"a demo district has {LEAST_UNITS} to {MOST_UNITS} units, not {count}")
    data = data_files.read("units")
    rows = [*data["units"], *_more_subdistricts(data, count)]
    office = _unit({**data["office"], "group": ""}, 5)
    units = [
        _unit(row, 10 * place) for place, row in enumerate(_chosen(rows, data["groups"], count), start=1)
    ]
    unused = names(Chance(seed, "people"))
    leaders = tuple(
        Person(row["code"], next(unused), row["unit"], row["title"], "区领导") for row in data["leaders"]
    )
    listed = sorted((office, *units), key=lambda unit: unit.order)
    people = tuple(
        person for unit in listed for person in _people(unit, unused, Chance(seed, "people", unit.code))
    )
    return Roster(
        tuple(listed),
        leaders,
        people,
        office,
        _portfolios(data["leaders"], listed),
        {row["code"]: row["group"] for row in rows},
    )


def _portfolios(leaders: Sequence[Mapping[str, Any]], units: Sequence[Unit]) -> dict[str, str]:
    """Unit → leader. Subdistricts beyond those named go round the leaders again."""
    found = {unit: leader["code"] for leader in leaders for unit in leader["leads"]}
    contacts = {place: leader["code"] for leader in leaders for place in leader["subdistricts"]}
    subdistricts = [unit for unit in units if unit.is_subdistrict]
    return found | {unit.code: contacts[place % len(contacts) + 1] for place, unit in enumerate(subdistricts)}


def sheets(people_of: Roster, span: Span) -> list[SheetOut]:
    """units.xlsx: 单位, 岗位, 人员."""
    english = data_files.read("posts")
    return [
        SheetOut(
            "单位",
            (
                "编码",
                "名称",
                "简称",
                "英文名称",
                "类别",
                "考核分组",
                "排序",
                "上级单位",
                "生效日期",
                "失效日期",
                "承继单位",
            ),
            [
                (
                    unit.code,
                    unit.name,
                    unit.short,
                    unit.name_en,
                    unit.kind,
                    unit.group,
                    unit.order,
                    "",
                    "",
                    "",
                    "",
                )
                for unit in people_of.units
            ],
        ),
        SheetOut(
            "岗位",
            ("单位", "岗位", "英文名称", "职责", "排序"),
            [
                (unit.code, post, english[post], _duty(unit, post), place)
                for unit in people_of.units
                for place, post in enumerate(unit.posts, start=1)
            ],
        ),
        SheetOut(
            "人员",
            ("编码", "姓名", "单位", "职务", "类别", "岗位", "角色", "任职日期", "排序"),
            [*_people_rows(people_of, span)],
        ),
    ]


def _chosen(rows: list[dict[str, object]], groups: list[str], count: int) -> list[dict[str, object]]:
    """The `count` rows a demo takes, in official order: of each group those needed first."""
    left = {group: sorted((row for row in rows if row["group"] == group), key=_need) for group in groups}
    sizes = dict.fromkeys(groups, 2)
    while sum(sizes.values()) < count:
        open_groups = [group for group in groups if sizes[group] < len(left[group])]
        emptiest = min(open_groups, key=lambda group: sizes[group] / len(left[group]))
        sizes[emptiest] += 1
    taken = {row["code"] for group in groups for row in left[group][: sizes[group]]}
    return [row for row in rows if row["code"] in taken]


def _need(row: dict[str, object]) -> int:
    return int(str(row["need"]))


def _more_subdistricts(data: dict[str, object], count: int) -> Iterator[dict[str, object]]:
    standing, names = data["units"], data["more_subdistricts"]
    assert isinstance(standing, list) and isinstance(names, dict)
    model = standing[-1]
    for extra, (name, name_en) in enumerate(
        itertools.islice(names.items(), max(count - len(standing), 0)), start=1
    ):
        number = sum(row["group"] == SUBDISTRICTS for row in standing) + extra
        yield {
            **model,
            "code": f"JD{number:02}",
            "name": f"云溪区{name}街道办事处",
            "short": f"{name}街道",
            "en": f"{name_en} Subdistrict",
            "need": number,
        }


def _unit(row: dict[str, object], order: int) -> Unit:
    posts = row["posts"]
    assert isinstance(posts, list)
    return Unit(
        str(row["code"]),
        str(row["name"]),
        str(row["short"]),
        str(row["en"]),
        str(row["kind"]),
        str(row["group"]),
        order,
        tuple(posts),
    )


def _people(unit: Unit, unused: Iterator[str], chance: Chance) -> Iterator[Person]:
    """A head, a deputy, one person a business post; each post has its B role in a colleague."""
    working = unit.posts[2:]
    yield Person(
        f"{unit.code}-1", next(unused), unit.code, _head_title(unit), "单位负责人", (Seat(HEAD_POST, "A"),)
    )
    deputy_seats = (Seat(DEPUTY_POST, "A"), Seat(HEAD_POST, "B"))
    yield Person(
        f"{unit.code}-2", next(unused), unit.code, _deputy_title(unit, chance), "工作人员", deputy_seats
    )
    for place, post in enumerate(working):
        seats = (Seat(post, "A"), Seat(working[place - 1], "B"))
        title = (
            "联络员"
            if post == LIAISON_POST
            else chance.choice(("一级科员", "四级主任科员", "三级主任科员", "科长"))
        )
        yield Person(f"{unit.code}-{place + 3}", next(unused), unit.code, title, "工作人员", seats)


def _head_title(unit: Unit) -> str:
    for ending, title in (
        ("街道办事处", "街道党工委书记"), ("委员会", "主任"), ("办公室", "主任"), ("党校", "常务副校长"), ("馆", "馆长"),
        ("中心", "主任"), ("机关", "常务副书记"), ("部", "部长"), ("会", "主席"),
    ):  # fmt: skip
        if unit.name.endswith(ending):
            return title
    return "局长"


def _deputy_title(unit: Unit, chance: Chance) -> str:
    return (
        "街道办事处副主任" if unit.is_subdistrict else chance.choice(("副职领导", "党组成员", "四级调研员"))
    )


def _duty(unit: Unit, post: str) -> str:
    if post == HEAD_POST:
        return f"对{unit.short}年度目标负总责"
    if post == DEPUTY_POST:
        return "分管目标任务的组织推进和数据把关"
    if post == LIAISON_POST:
        return "目标任务分解、数据填报、督查反馈，A、B角互为备份"
    return f"承担{post.removesuffix('岗')}方面的目标任务，按月报进度"


def _people_rows(of: Roster, span: Span) -> Iterator[tuple[object, ...]]:
    since = span.first_day
    for place, leader in enumerate(of.leaders, start=1):
        yield (leader.code, leader.name, leader.unit, leader.title, leader.kind, None, None, None, place)
    for place, person in enumerate(of.people, start=len(of.leaders) + 1):
        for seat in person.seats:
            yield (
                person.code,
                person.name,
                person.unit,
                person.title,
                person.kind,
                seat.post,
                seat.part,
                since,
                place,
            )


def names(chance: Chance) -> Iterator[str]:
    """Fictional names, none twice, without end."""
    parts = data_files.read("names")
    used: set[str] = set()
    while True:
        surname = chance.choice(parts["surnames"])
        given = (
            chance.choice(parts["given_single"])
            if chance.true(0.2)
            else chance.choice(parts["given_first"]) + chance.choice(parts["given_second"])
        )
        name = surname + given
        if name not in used:
            used.add(name)
            yield name
