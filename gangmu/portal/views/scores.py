"""Scores: the ranking by group, and a unit's score sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from gangmu.assessment import results
from gangmu.assessment.results import GroupRanking, Standing
from gangmu.engine.numbers import read, shown
from gangmu.org.models import Unit
from gangmu.org.permissions import may
from gangmu.portal import printing
from gangmu.portal.doors import OfficerRequest, opens_to
from gangmu.portal.score_sheets import costliest, shown_score
from gangmu.problems import InputRefused
from gangmu.records.periods import Period
from gangmu.web import exports, pages
from gangmu.web.cells import Link, said
from gangmu.web.frame import Action, Crumb, Frame, State
from gangmu.web.tables import Column, Row, Table

SEE = ("score.see_all_units", "score.see_own")


@opens_to(*SEE)
def now(request: OfficerRequest) -> HttpResponseBase:
    """The last closed year's scores; a unit's people come straight to their own sheet."""
    period = printing.last_closed_year()
    own = request.user.unit
    if own is not None and not may(request.user, "score.see_all_units"):
        return HttpResponseRedirect(f"/scores/{period}/{own.code}/")
    return HttpResponseRedirect(f"/scores/{period}/")


@opens_to(*SEE)
def ranking(request: OfficerRequest, period: Period) -> HttpResponseBase:
    """Places within each group, in the order of the rule book."""
    try:
        made = results.latest(period.code)
    except InputRefused as refused:
        return _not_scored(request, period, refused)
    groups = results.ranking(made, request.user)
    rows = [(group, one) for group in groups for one in group.standings]
    file = exports.as_file(_file_table(rows, period), request.GET.get("format", ""))
    if file is not None:
        return file
    frame = Frame(
        _("得分和排名"),
        [Crumb(_("首页"), "/")],
        period=printing.period_label(period),
        periods=printing.years(period, "/scores/{}/"),
        unit=_("全区") if may(request.user, "score.see_all_units") else str(request.user.unit or ""),
        as_of=printing.as_of(),
    )
    tables = [_group_table(group, period, request.user.unit) for group in groups]
    return pages.page(request, "portal/scores/ranking.html", frame, tables=tables, period=period, made=made)


@opens_to(*SEE)
def sheet(request: OfficerRequest, period: Period, unit: str) -> HttpResponseBase:
    """A unit's score sheet."""
    assessed = get_object_or_404(Unit, code=unit)
    if not results.may_see(request.user, assessed):
        raise PermissionDenied("score.see_all_units")
    try:
        made = results.latest(period.code)
        explained = shown_score(results.score_sheet(made, assessed))
    except InputRefused as refused:
        return _not_scored(request, period, refused)
    frame = Frame(
        _("得分单"),
        [Crumb(_("首页"), "/"), Crumb(_("得分和排名"), f"/scores/{period}/")],
        period=printing.period_label(period),
        periods=printing.years(period, f"/scores/{{}}/{assessed.code}/"),
        unit=assessed.name,
        as_of=printing.as_of(),
    )
    return pages.page(
        request,
        "portal/scores/sheet.html",
        frame,
        standing=results.standing(made, assessed),
        group=_group_of(results.ranking(made), assessed),
        sheet=explained,
        costliest=costliest(explained),
    )


def _not_scored(request: OfficerRequest, period: Period, refused: InputRefused) -> HttpResponseBase:
    """Not scored yet: a state of the page, with what to do about it."""
    finding = refused.problems[0]
    state = State(
        _("%(period)s还没有得分") % {"period": printing.period_label(period)},
        said(finding.message),
        said(finding.remedy),
        Action(_("回到首页"), "/"),
    )
    return pages.state(request, state, status=404)


def _group_of(groups: Sequence[GroupRanking], unit: Unit) -> GroupRanking | None:
    return next((group for group in groups if any(one.unit == unit for one in group.standings)), None)


def _group_table(group: GroupRanking, period: Period, own: Unit | None) -> Table:
    columns = [
        Column("rank", _("名次"), "number"),
        Column("unit", _("单位")),
        Column("total", _("得分"), "number"),
        Column("grade", _("等次")),
        Column("note", _("说明"), minor=True),
    ]

    def rows(batch: Sequence[Standing]) -> Iterable[Row]:
        for one in batch:
            href = f"/scores/{period}/{one.unit.code}/"
            cells = {
                "rank": _place(one),
                "unit": Link(one.unit.name, href),
                "total": one.total,
                "grade": one.grade,
                "note": said(one.note),
            }
            yield Row(cells, href, "own" if own is not None and one.unit.pk == own.pk else "")

    return Table(said(group.name), columns, group.standings, rows, caption=said(group.name)).as_is()


def _file_table(rows: Sequence[tuple[GroupRanking, Standing]], period: Period) -> Table:
    """All groups in one list, for a file."""
    columns = [
        Column("group", _("考核分组")),
        Column("code", _("编码")),
        Column("unit", _("单位")),
        Column("rank", _("名次"), "number"),
        Column("total", _("得分"), "number"),
        Column("grade", _("等次")),
        Column("note", _("说明")),
    ]

    def cells(batch: Sequence[tuple[GroupRanking, Standing]]) -> Iterable[Row]:
        for group, one in batch:
            yield Row(
                {
                    "group": said(group.name),
                    "code": one.unit.code,
                    "unit": one.unit.name,
                    "rank": _place(one),
                    "total": one.total,
                    "grade": one.grade,
                    "note": said(one.note),
                }
            )

    return Table(_("得分 %(period)s") % {"period": period.code}, columns, rows, cells)


def _place(one: Standing) -> str | None:
    """A rank as written: 3, or 2.5 where equals share."""
    rank = read(one.rank) if one.rank else None
    return None if rank is None else shown(rank)
