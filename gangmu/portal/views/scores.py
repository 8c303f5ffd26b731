"""Scores: the ranking by group, and a unit's score sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from gangmu.assessment import bundles, firmness, results, score_sheets
from gangmu.assessment.models import CycleRun
from gangmu.assessment.results import GroupRanking, Standing
from gangmu.engine.numbers import read, shown
from gangmu.org.models import Unit
from gangmu.org.permissions import may
from gangmu.portal import firmness_pages, printing, what_if_pages
from gangmu.portal.doors import OfficerRequest, opens_to
from gangmu.portal.glossing import grade
from gangmu.portal.sheet_pages import shown_sheet
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
    made = _run_of(request, period)
    if made is None:
        return _not_scored(request, period, 200)
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
        unit=_("全区")
        if may(request.user, "score.see_all_units")
        else said(request.user.unit.title)
        if request.user.unit
        else "",
        as_of=printing.not_after_today(made.at),
    )
    tables = [_group_table(group, period, request.user.unit) for group in groups]
    return pages.page(
        request,
        "portal/scores/ranking.html",
        frame,
        tables=tables,
        cycle=made.cycle,
        firm=firmness.may_see(request.user, made, request.user.unit),
        **_offers(request, made),
    )


@opens_to(*SEE)
def sheet(request: OfficerRequest, period: Period, unit: str) -> HttpResponseBase:
    """A unit's score sheet."""
    assessed = get_object_or_404(Unit, code=unit)
    if not results.may_see(request.user, assessed):
        raise PermissionDenied("score.see_all_units")
    made = _run_of(request, period)
    if made is None or results.standing(made, assessed) is None:
        return _not_scored(request, period, 404)
    shown = shown_sheet(score_sheets.sheet_of(made, assessed, request.user))
    frame = Frame(
        _("得分单"),
        [Crumb(_("首页"), "/"), Crumb(_("得分和排名"), f"/scores/{period}/")],
        period=printing.period_label(period),
        periods=printing.years(period, f"/scores/{{}}/{assessed.code}/"),
        unit=said(assessed.title),
        as_of=printing.not_after_today(made.at),
    )
    return pages.page(
        request,
        "portal/scores/sheet.html",
        frame,
        shown=shown,
        cycle=made.cycle,
        firm=firmness_pages.of_unit(made, assessed, request.user),
        **_offers(request, made, assessed),
    )


@opens_to(*SEE)
def what_if(request: OfficerRequest, period: Period) -> HttpResponseBase:
    """One fact or weight otherwise: where every unit would stand, or the own one to those who see no other.

    Nothing is kept, so the address says it all.
    """
    made = _run_of(request, period)
    reader = what_if_pages.Reader.of(request.user, made) if made else None
    if made is None or reader is None:
        return _not_scored(request, period, 404)
    form, answer, status = what_if_pages.form(made, reader), None, 200
    if request.GET:
        try:
            answer = what_if_pages.answer(made, reader, request.GET.dict())
            form = form.refused(request.GET.dict(), ())
        except InputRefused as refused:
            form, status = form.refused(request.GET.dict(), refused.problems), 400
    frame = Frame(
        _("假如"),
        [Crumb(_("首页"), "/"), Crumb(_("得分和排名"), f"/scores/{period}/")],
        period=printing.period_label(period),
        unit=said(reader.units[0].title) if reader.alone else _("全区"),
        as_of=printing.not_after_today(made.at),
    )
    moved, others = what_if_pages.tables(answer, reader, period.code, made) if answer else ([], [])
    return pages.page(
        request,
        "portal/scores/what_if.html",
        frame,
        status=status,
        form=form,
        answer=answer,
        tables=moved,
        others=others,
    )


@opens_to(*SEE)
def bundle(request: OfficerRequest, period: Period) -> HttpResponseBase:
    """Everything the results rest on, for whoever may have it to recompute."""
    made = _run_of(request, period)
    if made is None:
        return _not_scored(request, period, 404)
    if not bundles.may_have(request.user, made):
        raise PermissionDenied(results.SEE_ALL)
    return HttpResponse(
        bundles.packed(made),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{bundles.file_name(made)}"'},
    )


def _offers(request: OfficerRequest, made: CycleRun, unit: Unit | None = None) -> dict[str, Any]:
    """What a page of results offers beside them: the bundle, and a what-if about the units the reader sees."""
    reader = what_if_pages.Reader.of(request.user, made)
    form = what_if_pages.form(made, reader, unit) if reader else None
    return {"what_if": form, "bundle": bundles.may_have(request.user, made)}


@opens_to(*SEE)
def how_firm(request: OfficerRequest, period: Period) -> HttpResponseBase:
    """How firm the places are: a chart a group, the neighbours whose order is not firm, what was drawn."""
    made = _run_of(request, period)
    if made is None:
        return _not_scored(request, period, 404)
    if not firmness.may_see(request.user, made, request.user.unit):
        raise PermissionDenied(firmness.SEE)
    own = request.user.unit
    frame = Frame(
        _("位次稳不稳"),
        [Crumb(_("首页"), "/"), Crumb(_("得分和排名"), f"/scores/{period}/")],
        period=printing.period_label(period),
        periods=printing.years(period, "/scores/{}/firmness/"),
        unit=_("全区") if firmness.may_see(request.user, made) else said(own.title) if own else "",
        as_of=printing.not_after_today(made.at),
    )
    shown = firmness_pages.page_of(made, request.user)
    return pages.page(request, "portal/scores/firmness.html", frame, shown=shown, cycle=made.cycle)


def _run_of(request: OfficerRequest, period: Period) -> CycleRun | None:
    """The run that stands for a period, where the reader may open it."""
    return results.visible_runs(request.user).filter(cycle__period=period.code).first()


def _not_scored(request: OfficerRequest, period: Period, status: int) -> HttpResponseBase:
    """No result to be seen: the page's empty state, with what to do about it."""
    state = State(
        _("%(period)s还没有可以查看的得分") % {"period": printing.period_label(period)},
        _("这一考核周期还没有计分，或结果尚未对本单位公布，或本单位不在考核范围内。"),
        _("目标办运行 gangmu score %(period)s 后，得分会出现在这里。") % {"period": period.code},
        Action(_("回到首页"), "/"),
    )
    return pages.state(request, state, status=status)


def _group_table(group: GroupRanking, period: Period, own: Unit | None) -> Table:
    columns = [
        Column("rank", _("名次"), "number"),
        Column("unit", _("单位")),
        Column("total", _("得分"), "number"),
        Column("grade", _("等次"), "code"),
    ]

    def rows(batch: Sequence[Standing]) -> Iterable[Row]:
        for one in batch:
            href = f"/scores/{period}/{one.unit.code}/"
            cells = {
                "rank": _place(one),
                "unit": Link(said(one.unit.title), href, said(one.note)),
                "total": one.total,
                "grade": grade(one.grade),
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
                    "unit": said(one.unit.title),
                    "rank": _place(one),
                    "total": one.total,
                    "grade": grade(one.grade),
                    "note": said(one.note),
                }
            )

    return Table(_("得分 %(period)s") % {"period": period.code}, columns, rows, cells)


def _place(one: Standing) -> str | None:
    """A rank as written: 3, or 2.5 where equals share."""
    rank = read(one.rank) if one.rank else None
    return None if rank is None else shown(rank)
