"""Rule books: the versions on record, and one as a document with its rules and worked examples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext as _

from gangmu.portal import rulebook_pages
from gangmu.portal.doors import OfficerRequest, opens_to
from gangmu.problems import Text
from gangmu.scoring import books
from gangmu.scoring.models import StoredRuleBook
from gangmu.web.cells import Link, Tag, said
from gangmu.web.frame import Crumb, Frame
from gangmu.web.pages import listing, page
from gangmu.web.tables import Column, Row, Table


@opens_to("goal.see")
def index(request: OfficerRequest) -> HttpResponseBase:
    table = Table(
        _("考核办法"),
        [
            Column("title", _("考核办法")),
            Column("year", _("年度"), order=("year",)),
            Column("version", _("版本"), "number"),
            Column("state", _("状态")),
            Column("by", _("录入")),
            Column("at", _("时间"), order=("recorded_at",)),
        ],
        StoredRuleBook.objects.filter(withdrawn_at=None).order_by("-year", "code", "-version"),
        _rows,
        empty=_("还没有考核办法。把 YAML 文件放进 declared/rulebooks 并用 gangmu import 导入。"),
    )
    return listing(
        request, "portal/rulebooks/index.html", Frame(_("考核办法"), [Crumb(_("首页"), "/")]), table
    )


@opens_to("goal.see")
def rulebook(request: OfficerRequest, code: str) -> HttpResponseBase:
    """One rule book, its newest version or the one asked for."""
    stored = _stored(code, request.GET.get("version", ""))
    book = books.opened(stored)
    content = book.content if isinstance(book.content, Mapping) else {}
    shown_examples = rulebook_pages.worked_examples(book)
    frame = Frame(
        said(book.title),
        [Crumb(_("首页"), "/"), Crumb(_("考核办法"), "/rulebooks/")],
        period=stored.year,
        unit=book.place,
    )
    return page(
        request,
        "portal/rulebooks/rulebook.html",
        frame,
        stored=stored,
        book=book,
        sections=rulebook_pages.sections(book, content),
        grades=[(one.name, rulebook_pages.grade_words(one)) for one in book.grading.grades]
        if book.grading
        else [],
        examples=shown_examples,
        failing=sum(not one.passes for one in shown_examples),
        versions=StoredRuleBook.objects.filter(code=code, withdrawn_at=None).order_by("-version"),
    )


def _stored(code: str, version: str) -> StoredRuleBook:
    rows = StoredRuleBook.objects.filter(code=code, withdrawn_at=None)
    found = rows.filter(version=int(version)) if version.isdigit() else rows
    stored = found.order_by("version").last()
    if stored is None:
        raise Http404(code)
    return stored


def _rows(batch: Sequence[StoredRuleBook]) -> Iterable[Row]:
    for stored in batch:
        href = f"/rulebooks/{stored.code}/?version={stored.version}"
        yield Row(
            {
                "title": Link(said(Text(stored.title_zh, stored.title_en)), href),
                "year": stored.year,
                "version": stored.version,
                "state": Tag(_("已锁定"), "strong") if stored.locked_at else Tag(_("未锁定")),
                "by": stored.recorded_by,
                "at": stored.recorded_at,
            },
            href=href,
        )
