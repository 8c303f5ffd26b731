"""The log for auditors: who did what, when, to which row, and where the sealed log proves it."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from gangmu.org.permissions import may
from gangmu.portal.doors import OfficerRequest, opens_to
from gangmu.portal.models import SignIn
from gangmu.records.models import Checkpoint, LogEntry
from gangmu.web.forms import Field
from gangmu.web.frame import Crumb, Frame
from gangmu.web.pages import listing
from gangmu.web.tables import Column, Row, Table

LONGEST_DETAIL = 160
DIGEST = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")


@opens_to("log.see")
def index(request: OfficerRequest) -> HttpResponseBase:
    entries = _asked(request, LogEntry.objects.order_by("-id"))
    table = Table(
        _("操作日志"),
        [
            Column("at", _("时间"), order=("at",)),
            Column("who", _("操作者")),
            Column("action", _("操作"), order=("action",)),
            Column("subject", _("对象")),
            Column("detail", _("内容")),
            Column("position", _("日志位置"), "number", order=("position",)),
        ],
        entries,
        _rows,
        empty=_("这段时间里没有符合条件的操作。"),
    )
    last = Checkpoint.objects.order_by("-size").first()
    frame = Frame(_("操作日志"), [Crumb(_("首页"), "/")], as_of=timezone.now())
    return listing(
        request,
        "portal/log/index.html",
        frame,
        table,
        fields=_fields(request),
        checkpoint=last,
        may_see_sign_ins=may(request.user, "sign_in_log.see"),
    )


@opens_to("sign_in_log.see")
def sign_ins(request: OfficerRequest) -> HttpResponseBase:
    """Who tried to sign in, for the audit administrator alone. It counts for nothing anywhere."""
    table = Table(
        _("登录记录"),
        [
            Column("at", _("时间"), order=("at",)),
            Column("username", _("用户名"), order=("username",)),
            Column("address", _("地址")),
            Column("outcome", _("结果")),
        ],
        SignIn.objects.all(),
        lambda batch: [
            Row(
                {
                    "at": one.at,
                    "username": one.username,
                    "address": one.address,
                    "outcome": _("成功") if one.succeeded else _("失败"),
                }
            )
            for one in batch
        ],
        empty=_("还没有人登录过。"),
    )
    frame = Frame(_("登录记录"), [Crumb(_("首页"), "/"), Crumb(_("操作日志"), "/log/")])
    return listing(request, "portal/log/sign_ins.html", frame, table)


def _rows(batch: Sequence[LogEntry]) -> Iterable[Row]:
    for entry in batch:
        on_behalf = _("（代%(name)s）") % {"name": entry.on_behalf_of} if entry.on_behalf_of else ""
        yield Row(
            {
                "at": entry.at,
                "who": f"{entry.actor_name}{on_behalf}",
                "action": entry.action,
                "subject": f"{entry.subject_kind} {entry.subject_key}",
                "detail": _in_short(entry),
                "position": _("待封存") if entry.position is None else entry.position,
            }
        )


def _in_short(entry: LogEntry) -> str:
    """Reason and detail in one line; the whole stands in the bundle an auditor exports."""
    said = json.loads(entry.detail)
    words = [entry.reason] if entry.reason else []
    words += [f"{key} {word}" for key, value in said.items() if (word := _word(value))]
    line = "；".join(words)
    return line if len(line) <= LONGEST_DETAIL else f"{line[:LONGEST_DETAIL]}…"


def _word(value: object) -> str:
    """A value of the log as a person reads it; a digest by its first letters. Nothing said is nothing shown."""
    if isinstance(value, dict):
        return "、".join(f"{key} {word}" for key, each in value.items() if (word := _word(each)))
    if isinstance(value, list):
        return " ".join(word for each in value if (word := _word(each)))
    if value is None or value == "":
        return ""
    return DIGEST.sub(r"\1…", str(value))


def _asked(request: HttpRequest, entries: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
    """The entries of a span of days (both included), by a person, an action or a subject."""
    first, last = parse_date(request.GET.get("from", "")), parse_date(request.GET.get("to", ""))
    wanted = request.GET.get("q", "").strip()
    if first:
        entries = entries.filter(at__gte=_midnight(first))
    if last:
        entries = entries.filter(at__lt=_midnight(last + datetime.timedelta(days=1)))
    if wanted:
        words = ("actor_name", "action", "subject_kind", "subject_key", "reason")
        clauses = Q()
        for column in words:
            clauses |= Q(**{f"{column}__icontains": wanted})
        entries = entries.filter(clauses)
    return entries


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def _fields(request: HttpRequest) -> list[Field]:
    return [
        Field("q", _("人员、操作或对象"), "search", request.GET.get("q", "")),
        Field("from", _("自"), "day", request.GET.get("from", "")),
        Field("to", _("至"), "day", request.GET.get("to", "")),
    ]
