"""The first page after signing in: what is red and whose, what I must do now, or the leader's one page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse, HttpResponseBase
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from gangmu.assessment import results
from gangmu.assessment.results import Standing
from gangmu.drive.week import week
from gangmu.goals.tree import GoalNode, tree
from gangmu.org.models import Unit, User
from gangmu.org.permissions import (
    DELEGATE,
    LEADER,
    LEADING_GROUP,
    OFFICE_HEAD,
    OFFICER,
    REPORTER,
    UNIT_HEAD,
    VERIFIER,
    roles_of,
)
from gangmu.portal import one_page, printing
from gangmu.portal.doors import OfficerRequest, opens_to
from gangmu.portal.glossing import grade
from gangmu.portal.views.goals import ShownGoal, lamp_counts, shown
from gangmu.records import clock
from gangmu.records.duties import duties_of
from gangmu.records.lamps import Colour
from gangmu.records.models import Duty
from gangmu.records.periods import Period
from gangmu.web.cells import said, sentence
from gangmu.web.frame import Choice, Crumb, Frame
from gangmu.web.pages import page

RED_SHOWN = 12
SOON_DAYS = 3


@dataclass(frozen=True, slots=True)
class Task:
    """A duty in the reader's language, with how urgent it is: `late`, `soon` or neither."""

    duty: Duty
    what: SafeString
    why: SafeString
    urgency: str
    days: int | None


@opens_to()
def home(request: OfficerRequest) -> HttpResponseBase:
    """Which of the first pages: by the reader's roles, the goal office's first."""
    roles = roles_of(request.user)
    if roles & {OFFICER, OFFICE_HEAD}:
        return _office(request)
    if roles & {REPORTER, UNIT_HEAD, VERIFIER} and request.user.unit:
        return _unit(request)
    if roles & {LEADER, DELEGATE, LEADING_GROUP}:
        return _one_page(request, one_page.goal_period())
    return _others(request)


@opens_to("report.see")
def leaders_page(request: OfficerRequest, period: Period) -> HttpResponseBase:
    return _one_page(request, period)


def _office(request: OfficerRequest) -> HttpResponse:
    """What is red and whose it is, and what this week asks for."""
    period = one_page.goal_period()
    roots = tree(period.code, request.user)
    red = [shown(node) for root in roots for node in root.walk() if _is_red(node)]
    now = week(request.user, clock.today())
    matters = one_page.reddest(now, RED_SHOWN)
    frame = Frame(
        _("今日"), period=printing.period_label(period), unit=_("全区"), as_of=printing.as_of(), lead=_today()
    )
    return page(
        request,
        "portal/home/office.html",
        frame,
        period=period,
        tasks=_tasks(request),
        counts=lamp_counts(one_page.lamp_counts(roots)),
        red_goals=red,
        matters=matters,
        week=now.figures,
        units=_whose(red, matters),
    )


def _unit(request: OfficerRequest) -> HttpResponse:
    """What I must do now, my goals, my items."""
    period = one_page.goal_period()
    unit = request.user.unit
    assert unit is not None
    roots = tree(period.code, request.user)
    score = _score(request.user, unit)
    mine = [shown(node) for root in roots for node in root.walk() if _concerns(node, unit.pk)]
    frame = Frame(
        _("今日"),
        period=printing.period_label(period),
        unit=said(unit.title),
        as_of=printing.as_of(),
        lead=_today(),
    )
    return page(
        request,
        "portal/home/unit.html",
        frame,
        period=period,
        tasks=_tasks(request),
        goals=mine,
        matters=one_page.reddest(week(request.user, clock.today()), RED_SHOWN),
        unit=unit,
        score=score,
        grade=grade(score[1].grade) if score else "",
    )


def _score(user: User, unit: Unit) -> tuple[str, Standing] | None:
    """The latest result of the unit that its people may see, with the period it is of."""
    made = results.visible_runs(user).first()
    standing = results.standing(made, unit) if made else None
    if made is None or standing is None:
        return None
    return printing.period_label(Period.parse(made.cycle.period)), standing


def _one_page(request: OfficerRequest, period: Period) -> HttpResponse:
    roots = tree(period.code, request.user)
    frame = Frame(
        _("一页纸"),
        [Crumb(_("首页"), "/")] if request.path != "/" else (),
        period=printing.period_label(period),
        periods=_one_page_years(period),
        unit=_("全区"),
        as_of=printing.as_of(),
    )
    return page(
        request,
        "portal/home/one_page.html",
        frame,
        period=period,
        today=clock.today(),
        multiples=one_page.multiples(period, request.user),
        counts=lamp_counts(one_page.lamp_counts(roots)),
        matters=one_page.reddest(week(request.user, clock.today())),
        tasks=_tasks(request),
    )


def _today() -> str:
    """2026年3月16日 星期一."""
    return date_format(clock.today(), _("Y年n月j日 l"))


def _others(request: OfficerRequest) -> HttpResponse:
    """Auditors and administrators: the rooms they may enter, and what they owe."""
    return page(request, "portal/home/others.html", Frame(_("今日"), lead=_today()), tasks=_tasks(request))


def _tasks(request: OfficerRequest) -> list[Task]:
    """Duties by the day they fall due."""
    today, found = clock.today(), []
    for duty in duties_of(request.user).order_by("due_on", "id"):
        days = None if duty.due_on is None else (duty.due_on - today).days
        urgency = "" if days is None or days > SOON_DAYS else "late" if days < 0 else "soon"
        what, why = sentence(duty.what, duty.named), sentence(duty.why, duty.named)
        found.append(Task(duty, what, why, urgency, abs(days) if days is not None else None))
    return found


def _is_red(node: GoalNode) -> bool:
    return bool(node.goal.figure or not node.parts) and node.lamp.colour is Colour.RED


def _concerns(node: GoalNode, unit: int) -> bool:
    """Whether a unit answers for a goal: as its owner, or for a share of it."""
    answered = node.goal.owner_id == unit or any(share.unit_id == unit for share in node.shares)
    return answered and bool(node.goal.figure or not node.parts)


def _whose(goals: Sequence[ShownGoal], matters: Sequence[one_page.Matter]) -> list[tuple[str, int]]:
    """Units by how much of the red is theirs."""
    red = Counter(said(one.node.goal.owner.short) for one in goals)
    red.update(one.unit for one in matters if one.lamp.colour is Colour.RED)
    return red.most_common(8)


def _one_page_years(period: Period) -> list[Choice]:
    return printing.years(period, "/one-page/{}/")
