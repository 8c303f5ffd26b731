"""Ledgers: the registers, the list of one, an entry with its history, and the forms that write it."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gangmu.drive import following, items
from gangmu.ledgers import declarations, entries, sensitive
from gangmu.ledgers.models import Entry
from gangmu.ledgers.references import References
from gangmu.ledgers.register import Register
from gangmu.ledgers.writing import SUBJECT
from gangmu.org.permissions import may
from gangmu.portal import addresses, ledger_forms, ledger_lists, printing
from gangmu.portal.doors import OfficerRequest, opens_to
from gangmu.portal.entry_pages import EntryPage
from gangmu.problems import InputRefused, refuse
from gangmu.records import clock, evidence
from gangmu.records.log import Actor
from gangmu.web import forms
from gangmu.web.cells import said
from gangmu.web.frame import Action, Crumb, Frame
from gangmu.web.pages import listing, page


@opens_to("ledger.see")
def index(request: OfficerRequest) -> HttpResponseBase:
    """The registers with how many entries the reader may see in each."""
    visible = Entry.objects.visible_to(request.user).values("ledger").annotate(n=Count("pk"))
    counts = dict(visible.values_list("ledger", "n"))
    registers = [(register, counts.get(register.code, 0)) for register in declarations.registers().values()]
    frame = Frame(_("台账"), [Crumb(_("首页"), "/")], as_of=printing.as_of())
    return page(request, "portal/ledgers/index.html", frame, registers=registers)


@opens_to("ledger.see")
def ledger(request: OfficerRequest, code: str) -> HttpResponseBase:
    """The list of one register, as a page or as a file."""
    register = _register_or_404(code)
    create = Action(_("新建%(noun)s") % {"noun": said(register.noun)}, f"/ledgers/{code}/new/")
    frame = Frame(
        said(register.name),
        [Crumb(_("首页"), "/"), Crumb(_("台账"), "/ledgers/")],
        unit=_("全区") if may(request.user, "ledger.see_all_units") else str(request.user.unit or ""),
        as_of=printing.as_of(),
        actions=[create] if may(request.user, register.to_create) else (),
    )
    table = ledger_lists.table_of(register, request.user, request)
    filters = ledger_lists.filter_fields(register, request.user, request)
    return listing(request, "portal/ledgers/ledger.html", frame, table, register=register, filters=filters)


@opens_to("ledger.see")
def entry(request: OfficerRequest, code: str, number: str) -> HttpResponseBase:
    """One entry: what it says, the stages it went through, its lines, its evidence, and who changed what when."""
    return entry_page(request, entry_or_404(request, code, number))


@opens_to("ledger.create")
@require_http_methods(["GET", "POST"])
def new(request: OfficerRequest, code: str) -> HttpResponseBase:
    register, references = _register_or_404(code), References()
    if not may(request.user, register.to_create):
        raise PermissionDenied(register.to_create)
    own = {"unit": request.user.unit.code} if request.user.unit else {}
    fields = ledger_forms.entry_fields(register, references, {register.happened: clock.today(), **own})
    general: list[str] = []
    if request.method == "POST":
        try:
            made = _made(register, ledger_forms.given(register.by_code, request.POST), Actor.of(request.user))
        except InputRefused as refused:
            fields, general = forms.answered(fields, request.POST, refused.problems)
        else:
            messages.success(request, _("已新建，编号 %(number)s。") % {"number": made.number})
            return HttpResponseRedirect(addresses.entry(code, made.number))
    title = _("新建%(noun)s") % {"noun": said(register.noun)}
    return _form_page(request, register, title, fields, general, f"/ledgers/{code}/")


@opens_to("ledger.edit")
@require_http_methods(["GET", "POST"])
def edit(request: OfficerRequest, code: str, number: str) -> HttpResponseBase:
    shown = entry_or_404(request, code, number)
    if not shown.may_edit():
        raise PermissionDenied(shown.register.to_edit)
    version = forms.Field("version", "", "hidden", str(shown.standing.version))
    asked = ledger_forms.entry_fields(shown.register, shown.references, shown.state.values)
    fields, general = [*asked, version], list[str]()
    if request.method == "POST":
        try:
            entries.change(
                shown.entry,
                ledger_forms.given(shown.register.by_code, request.POST),
                Actor.of(request.user),
                _whole(request.POST.get("version", "")),
            )
        except InputRefused as refused:
            fields, general = forms.answered([*asked, version], request.POST, refused.problems)
        else:
            messages.success(request, _("已保存。"))
            return HttpResponseRedirect(addresses.entry(code, number))
    title = _("修改%(number)s") % {"number": number}
    return _form_page(request, shown.register, title, fields, general, addresses.entry(code, number))


@opens_to("ledger.see")
@require_POST
def move(request: OfficerRequest, code: str, number: str) -> HttpResponseBase:
    """Move an entry to a stage; who may is the stage's own list of roles."""
    shown = entry_or_404(request, code, number)
    stage = request.POST.get("stage", "")
    declared = {one.code: one for one in shown.asks_of(stage)}
    try:
        entries.move(
            shown.entry,
            stage,
            parse_date(request.POST.get("on", "")) or clock.today(),
            Actor.of(request.user),
            request.POST.get("note", ""),
            values=ledger_forms.given(declared, request.POST),
            expected_version=_whole(request.POST.get("version", "")),
        )
    except InputRefused as refused:
        return entry_page(request, shown, refused, f"move-{stage}")
    name = said(shown.register.stage_by_code[stage].name)
    messages.success(request, _("已转到“%(stage)s”。") % {"stage": name})
    return HttpResponseRedirect(addresses.entry(code, number))


@opens_to("ledger.edit")
@require_POST
def add_line(request: OfficerRequest, code: str, number: str, kind: str) -> HttpResponseBase:
    shown = entry_or_404(request, code, number)
    declared = shown.register.line_kinds.get(kind)
    if declared is None:
        raise Http404(kind)
    try:
        entries.add_line(
            shown.entry, kind, ledger_forms.given(declared.by_code, request.POST), Actor.of(request.user)
        )
    except InputRefused as refused:
        return entry_page(request, shown, refused, f"line-{kind}")
    messages.success(request, _("已添加%(kind)s。") % {"kind": said(declared.name)})
    return HttpResponseRedirect(f"{addresses.entry(code, number)}#lines-{kind}")


@opens_to("evidence.add")
@require_POST
def add_evidence(request: OfficerRequest, code: str, number: str) -> HttpResponseBase:
    """Keep a file as evidence of an entry."""
    shown = entry_or_404(request, code, number)
    if not shown.may_add_evidence():
        raise PermissionDenied("evidence.add")
    file = request.FILES.get("file")
    try:
        if file is None:
            raise refuse(
                "file.missing", "没有选文件", "no file was chosen", "请选择文件", "choose one", cell="file"
            )
        evidence.keep(file.read(), file.name or "", SUBJECT, shown.entry.subject_key, Actor.of(request.user))
    except InputRefused as refused:
        return entry_page(request, shown, refused, "evidence")
    messages.success(request, _("佐证材料已上传。"))
    return HttpResponseRedirect(f"{shown.address}#evidence")


@opens_to("ledger.see")
def evidence_file(request: OfficerRequest, code: str, number: str, pk: int) -> HttpResponseBase:
    """A file of an entry the reader may see, as a download and never shown in place."""
    shown = entry_or_404(request, code, number)
    return evidence.as_attachment(get_object_or_404(entries.evidence(shown.entry), pk=pk))


@opens_to("ledger.see_sensitive")
@require_POST
def look(request: OfficerRequest, code: str, number: str) -> HttpResponseBase:
    """Show one sensitive value, once, for a reason that is logged."""
    shown = entry_or_404(request, code, number)
    field = request.POST.get("field", "")
    if field not in shown.register.sensitive:
        raise Http404(field)
    try:
        value = sensitive.look(shown.entry, field, request.user, request.POST.get("reason", ""))
    except InputRefused as refused:
        return entry_page(request, shown, refused, f"look-{field}")
    frame = Frame(
        _("查看敏感信息"),
        [Crumb(said(shown.register.name), f"/ledgers/{code}/"), Crumb(number, addresses.entry(code, number))],
    )
    return page(
        request,
        "portal/ledgers/look.html",
        frame,
        name=said(shown.register.by_code[field].name),
        value=value,
        back=addresses.entry(code, number),
    )


def entry_page(
    request: OfficerRequest, shown: EntryPage, refused: InputRefused | None = None, form: str = ""
) -> HttpResponse:
    """The page of an entry; after a refusal the form it belongs to stays open with what was said."""
    code, number, here = shown.entry.ledger, shown.entry.number, shown.address

    def answered(one: forms.Form) -> forms.Form:
        return one.refused(request.POST, refused.problems) if refused and one.key == form else one

    edit_action = Action(_("修改"), f"{here}edit/", primary=False, key="e")
    frame = Frame(
        shown.title,
        [
            Crumb(_("首页"), "/"),
            Crumb(_("台账"), "/ledgers/"),
            Crumb(said(shown.register.name), f"/ledgers/{code}/"),
        ],
        unit=shown.unit_name,
        as_of=printing.not_after_today(shown.standing.recorded_from),
        actions=[edit_action] if shown.may_edit() else (),
    )
    context = {
        "number": number,
        "version": shown.standing.version,
        "register": shown.register,
        "stage": shown.stage,
        "lamp": shown.lamp,
        "fields": shown.fields(),
        "stages": shown.stages(),
        "moves": [answered(one) for one in shown.moves()],
        "looks": [answered(one) for one in shown.looks()],
        "lines": [(found, answered(adding) if adding else None) for found, adding in shown.lines()],
        "evidence": shown.evidence(),
        "upload": answered(ledger_forms.evidence_form(here)) if shown.may_add_evidence() else None,
        "history": shown.history(),
    }
    return page(request, "portal/ledgers/entry.html", frame, status=422 if refused else 200, **context)


def _made(register: Register, values: Mapping[str, object], actor: Actor) -> Entry:
    """A new entry; one of supervision is drafted, which opens the duty to approve it."""
    if register.code == following.LEDGER:
        return items.draft(values, actor)
    return entries.create(register, values, actor)


def _form_page(
    request: OfficerRequest,
    register: Register,
    title: str,
    fields: list[forms.Field],
    general: list[str],
    back: str,
) -> HttpResponse:
    frame = Frame(
        title,
        [
            Crumb(_("首页"), "/"),
            Crumb(_("台账"), "/ledgers/"),
            Crumb(said(register.name), f"/ledgers/{register.code}/"),
        ],
    )
    wrong = bool(general) or any(one.problems for one in fields)
    return page(
        request, "portal/ledgers/form.html", frame, status=422 if wrong else 200,
        fields=fields, general=general, back=back, register=register,
    )  # fmt: skip


def _register_or_404(code: str) -> Register:
    register = declarations.registers().get(code)
    if register is None:
        raise Http404(code)
    return register


def entry_or_404(request: OfficerRequest, code: str, number: str) -> EntryPage:
    """The entry, or 404 for what is not there and for what the reader may not see alike."""
    _register_or_404(code)
    found = entries.find(code, number, request.user)
    if found is None:
        raise Http404(number)
    return EntryPage.of(found, request.user)


def _whole(said_so: str) -> int | None:
    return int(said_so) if said_so.isdigit() else None
