"""The goal tree: from the overall goal to units, posts and people, with lamps rolling up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseBase, HttpResponseRedirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from gangmu.goals.models import Share
from gangmu.goals.tree import GoalNode, tree
from gangmu.portal import addresses, one_page, printing
from gangmu.portal.doors import OfficerRequest, opens_to
from gangmu.portal.glossing import glossed
from gangmu.records.lamps import Colour
from gangmu.records.periods import Period
from gangmu.web import exports
from gangmu.web.cells import LampCell, Number, said
from gangmu.web.frame import Crumb, Frame
from gangmu.web.pages import page
from gangmu.web.tables import Column, Row, Table

COLOURS: tuple[Colour | None, ...] = (*Colour, None)


@dataclass(frozen=True, slots=True)
class ShownGoal:
    """A node of the tree, ready to be read. holes: what is missing of its cascade."""

    node: GoalNode
    lamp: LampCell
    reason: SafeString
    target: str
    value: Number | None
    figure: str
    counts: tuple[tuple[LampCell, int], ...]
    holes: tuple[str, ...]
    parts: tuple[ShownGoal, ...]

    @property
    def missing(self) -> str:
        """What is missing of its cascade, in one line."""
        return _("；").join(self.holes)

    def walk(self) -> Iterator[ShownGoal]:
        yield self
        for part in self.parts:
            yield from part.walk()


@opens_to("goal.see")
def now(request: OfficerRequest) -> HttpResponseBase:
    return HttpResponseRedirect(f"/goals/{one_page.goal_period()}/")


@opens_to("goal.see")
def goals(request: OfficerRequest, period: Period) -> HttpResponseBase:
    """The whole tree of a period on one page; with ?format= as a table of its nodes."""
    roots = [shown(node) for node in tree(period.code, request.user)]
    every = [one for root in roots for one in root.walk()]
    file = exports.as_file(_table(every, period), request.GET.get("format", ""))
    if file is not None:
        return file
    counts: Counter[Colour | None] = Counter()
    for root in roots:
        counts.update(root.node.counts)
    frame = Frame(
        _("目标"),
        [Crumb(_("首页"), "/")],
        period=printing.period_label(period),
        periods=printing.years(period, "/goals/{}/"),
        unit=_("全区"),
        as_of=printing.as_of(),
    )
    return page(
        request,
        "portal/goals/tree.html",
        frame,
        roots=roots,
        counts=lamp_counts(counts),
        holes=[one for one in every if one.holes],
        period=period,
    )


def shown(node: GoalNode) -> ShownGoal:
    goal, lamp = node.goal, node.lamp
    value = lamp.value
    return ShownGoal(
        node,
        LampCell(lamp.colour, said(lamp.reason)),
        glossed(said(lamp.reason)),
        printing.target_words(node),
        printing.number(value, with_unit=True) if value else None,
        addresses.figure(goal.figure, goal.period) if goal.figure else "",
        lamp_counts(node.counts) if node.parts else (),
        _holes(node),
        tuple(shown(part) for part in node.parts),
    )


def _holes(node: GoalNode) -> tuple[str, ...]:
    """What is missing of a goal's cascade: shares, people, answers to the four questions."""
    goal, found = node.goal, []
    if node.parts:
        return ()
    if not node.shares:
        found.append(_("没有分解到单位"))
    elif not any(share.post_id or share.person_id for share in node.shares):
        found.append(_("没有分解到岗位和人员"))
    if not goal.answers_four_questions:
        found.append(_("四问没有答全"))
    return tuple(found)


def lamp_counts(counts: Counter[Colour | None]) -> tuple[tuple[LampCell, int], ...]:
    return tuple((LampCell(colour), counts[colour]) for colour in COLOURS if counts[colour])


def _table(every: Sequence[ShownGoal], period: Period) -> Table:
    """The tree as a flat list, for a file."""
    columns = [
        Column("code", _("编码")),
        Column("name", _("目标")),
        Column("owner", _("责任单位")),
        Column("person", _("责任人")),
        Column("target", _("目标值")),
        Column("value", _("完成"), "number"),
        Column("lamp", _("红黄绿灯"), "lamp"),
        Column("reason", _("说明")),
        Column("shares", _("分解")),
    ]
    return Table(_("目标 %(period)s") % {"period": period.code}, columns, every, _rows)


def _rows(batch: Sequence[ShownGoal]) -> Iterable[Row]:
    for one in batch:
        goal = one.node.goal
        cells: dict[str, Any] = {
            "code": goal.code,
            "name": said(goal.title),
            "owner": said(goal.owner.title),
            "person": goal.person.name if goal.person else None,
            "target": one.target,
            "value": one.value,
            "lamp": one.lamp,
            "reason": said(one.node.lamp.reason),
            "shares": _("；").join(_share(share) for share in one.node.shares),
        }
        yield Row(cells)


def _share(share: Share) -> str:
    who = [said(share.unit.short)]
    who += [said(share.post.title)] if share.post else []
    who += [share.person.name] if share.person else []
    return " ".join(who)
