"""The steps of a supervision item as forms: which are open to a reader now, what each asks, what each does."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gangmu.drive import following, items, urging
from gangmu.drive.following import Item
from gangmu.ledgers.declarations import get
from gangmu.ledgers.models import Entry
from gangmu.ledgers.writing import SUBJECT
from gangmu.org.models import User
from gangmu.org.permissions import OFFICE_HEAD, may, roles_of
from gangmu.problems import Problem, Problems, Text
from gangmu.records import clock, evidence
from gangmu.records.log import Actor
from gangmu.records.models import Evidence
from gangmu.sheets import parsing
from gangmu.sheets.cells import Cell
from gangmu.web import forms
from gangmu.web.cells import said
from gangmu.web.forms import Field

Said = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """A step as it is taken: by whom, on which day, with what words and, where it asks for one, which file."""

    entry: Entry
    on: datetime.date
    actor: Actor
    said: Said
    scan: Evidence | None = None

    @property
    def note(self) -> str:
        return self.said.get("note", "")


@dataclass(frozen=True, slots=True)
class Step:
    """A step: its button, the permission it needs, at which stages it is open, what it asks and does.

    of_unit: the permission must hold for the item's lead unit. when: what else must be true of the item.
    """

    code: str
    title: object
    permission: str
    stages: tuple[str, ...]
    asks: Callable[[Item], list[Field]]
    does: Callable[[Answer], object]
    of_unit: bool = False
    when: Callable[[Item, User], bool] = lambda item, user: True
    help: object = ""
    asks_file: bool = False


def open_steps(item: Item, user: User) -> list[Step]:
    """The steps a reader may take now, the first being the one the item waits for."""
    return [
        step
        for step in STEPS.values()
        if item.stage in step.stages
        and may(user, step.permission, item.unit if step.of_unit else None)
        and step.when(item, user)
    ]


def form_of(step: Step, item: Item) -> forms.Form:
    """The step as a form on the item's page."""
    return forms.Form(
        f"step-{step.code}",
        str(step.title),
        f"{item.link}steps/{step.code}/",
        [*step.asks(item), Field("on", _("日期"), "day", clock.today().isoformat(), True)],
        (("version", str(item.version)),),
        help=str(step.help),
        files=step.asks_file,
    ).asking()


@transaction.atomic
def take(
    step: Step, entry: Entry, actor: Actor, said_so: Said, file: UploadedFile[Any] | None = None
) -> None:
    """Take a step with what was said in its form. InputRefused with findings, each naming its field."""
    problems = Problems()
    on = parsing.day(_cell("on", said_so), problems, required=True)
    if step.asks_file and file is None:
        problems.add(
            Problem(
                "file.missing",
                Text("没有选文件", "no file was chosen"),
                Text("请选择文件", "choose one"),
                cell="file",
            )
        )
    problems.raise_if_any()
    assert on is not None, "required"
    scan = None
    if step.asks_file and file is not None:
        scan = evidence.keep(file.read(), file.name or "", SUBJECT, entry.subject_key, actor)
    step.does(Answer(entry, on, actor, said_so, scan))


def _words(name: str, label: str, hint: str = "", *, required: bool = True) -> Field:
    return Field(name, label, "long", required=required, hint=hint)


def _asks_nothing(item: Item) -> list[Field]:
    return []


def _asks_reason(item: Item) -> list[Field]:
    return [_words("note", _("理由"))]


def _asks_reply(item: Item) -> list[Field]:
    last = item.unsigned
    progress = last.progress if last else item.progress
    return [
        replaced(_words("text", _("进展情况"), _("涉密和工作秘密不录入。")), last.text if last else ""),
        Field(
            "progress",
            _("完成进度"),
            "number",
            "" if progress is None else f"{progress.normalize():f}",
            unit="%",
        ),
        replaced(_words("next_step", _("下一步打算"), required=False), last.next_step if last else ""),
        replaced(_words("difficulty", _("困难和建议"), required=False), last.difficulty if last else ""),
    ]


def _asks_conclusion(item: Item) -> list[Field]:
    return [_words("note", _("办结情况"))]


def _asks_opinion(item: Item) -> list[Field]:
    return [_words("note", _("审核说明"), required=False)]


def _asks_extension(item: Item) -> list[Field]:
    limit = next((one for one in get(following.LEDGER).clocks if one.sets == "due_on"), None)
    granted_by = limit.extension.granted_by if limit and limit.extension else ""
    return [
        Field("days", _("延长天数"), "number", "", True, unit=_("天")),
        _words("note", _("理由")),
        Field("granted_by", _("批准人"), value=granted_by, required=True),
    ]


def _asks_urging(item: Item) -> list[Field]:
    told = _urging(item)
    return (
        [
            replaced(
                _words("words", _("催办文本"), _("可复制到工作群；记录后计入催办。"), required=False),
                said(told.words),
            )
        ]
        if told
        else []
    )


def replaced(field: Field, value: str) -> Field:
    return Field(field.name, field.label, field.kind, value, field.required, field.hint)


def _asks_signature(item: Item) -> list[Field]:
    return [
        Field("signed_by", _("签批人"), required=True),
        Field("file", _("签批扫描件"), "file", required=True, hint=_("PDF 或图片；与系统中的反馈内容一致。")),
    ]


def _reply(answer: Answer) -> None:
    problems, said_words = Problems(), answer.said
    progress = parsing.decimal(
        _cell("progress", said_words), problems, unit="%", minimum=Decimal(0), maximum=Decimal(100)
    )
    text = parsing.text(_cell("text", said_words), problems, required=True)
    problems.raise_if_any()
    items.reply(
        answer.entry,
        text or "",
        answer.actor,
        on=answer.on,
        progress=progress,
        next_step=said_words.get("next_step", ""),
        difficulty=said_words.get("difficulty", ""),
    )


def _sign_on_paper(answer: Answer) -> None:
    items.sign(
        answer.entry,
        answer.on,
        answer.actor,
        signed_by=answer.said.get("signed_by", "").strip(),
        scan=answer.scan,
    )


def _extend(answer: Answer) -> None:
    problems = Problems()
    days = parsing.whole(_cell("days", answer.said), problems, required=True)
    problems.raise_if_any()
    granted_by = answer.said.get("granted_by", "")
    items.extend(answer.entry, days or 0, answer.note, answer.on, granted_by, answer.actor)


def _urge(answer: Answer) -> None:
    told = urging.urging_of(answer.entry, clock.today())
    if told is not None:
        urging.urge(answer.entry, told, answer.on, answer.actor)


def _urging(item: Item) -> urging.Urging | None:
    return next(iter(urging.due_today([item], clock.today())), None)


def _cell(name: str, said_so: Said) -> Cell:
    """What a form said, as the readers of sheets take it: a finding names the field."""
    return Cell(said_so.get(name, "").strip() or None, "", "", name, name)


def _wrote_it(item: Item, user: User) -> bool:
    return item.unsigned is not None and item.unsigned.written_by == Actor.of(user).name


STEPS: dict[str, Step] = {
    step.code: step
    for step in (
        Step(
            "approve", gettext_lazy("立项"), "supervision.assign", (following.DRAFTED,), _asks_nothing,
            lambda said: items.approve(said.entry, said.on, said.actor),
            when=lambda item, user: OFFICE_HEAD in roles_of(user),
        ),
        Step(
            "assign", gettext_lazy("交办"), "supervision.assign", (following.APPROVED, following.REASSIGNED),
            _asks_nothing, lambda said: items.assign(said.entry, said.on, said.actor),
            help=gettext_lazy("发督查通知单，自交办之日计时。换牵头单位请先修改本事项。"),
        ),
        Step(
            "accept", gettext_lazy("签收"), "supervision.accept", (following.ASSIGNED,), _asks_nothing,
            lambda said: items.accept(said.entry, said.on, said.actor), of_unit=True,
        ),
        Step(
            "decline", gettext_lazy("申请改派"), "supervision.accept", (following.ASSIGNED,), _asks_reason,
            lambda said: items.decline(said.entry, said.on, said.actor, said.note), of_unit=True,
            help=gettext_lazy("非我单位职责的，写明理由退回目标办重新交办。"),
        ),
        Step(
            "sign", gettext_lazy("签批反馈"), "supervision.sign", following.WITH_THE_UNIT, _asks_nothing,
            lambda said: items.sign(said.entry, said.on, said.actor), of_unit=True,
            when=lambda item, user: item.unsigned is not None and not _wrote_it(item, user),
            help=gettext_lazy("签批后反馈生效，送目标办审核。"),
        ),
        Step(
            "sign-on-paper", gettext_lazy("上传签批件"), "supervision.reply", following.WITH_THE_UNIT,
            _asks_signature, _sign_on_paper, of_unit=True, asks_file=True,
            when=lambda item, user: item.unsigned is not None,
            help=gettext_lazy("纸质签批的，上传扫描件并写明签批人，与线上签批同等有效。"),
        ),
        Step(
            "reply", gettext_lazy("反馈进展"), "supervision.reply", following.WITH_THE_UNIT, _asks_reply, _reply,
            of_unit=True, help=gettext_lazy("联络员填写，单位负责人签批后生效。"),
        ),
        Step(
            "verify", gettext_lazy("审核通过，继续办理"), "supervision.verify", (following.REPLIED,), _asks_opinion,
            lambda said: items.verify(said.entry, said.on, said.actor, said.note),
        ),
        Step(
            "close", gettext_lazy("办结"), "supervision.verify",
            (following.REPLIED, following.REVIEWED, following.LONG_TERM), _asks_conclusion,
            lambda said: items.close(said.entry, said.on, said.actor, said.note),
        ),
        Step(
            "send-back", gettext_lazy("退办"), "supervision.verify",
            (following.REPLIED, following.REVIEWED, following.CLOSED), _asks_reason,
            lambda said: items.send_back(said.entry, said.on, said.actor, said.note),
        ),
        Step(
            "keep-up", gettext_lazy("转为长期坚持"), "supervision.verify", (following.REPLIED, following.REVIEWED),
            _asks_reason, lambda said: items.keep_up(said.entry, said.on, said.actor, said.note),
            when=lambda item, user: OFFICE_HEAD in roles_of(user),
        ),
        Step(
            "urge", gettext_lazy("记录催办"), "supervision.urge",
            (following.ASSIGNED, *following.WITH_THE_UNIT), _asks_urging, _urge,
            when=lambda item, user: _urging(item) is not None,
        ),
        Step(
            "extend", gettext_lazy("延期"), "supervision.assign", (following.ASSIGNED, *following.WITH_THE_UNIT),
            _asks_extension, _extend, when=lambda item, user: item.due_on is not None,
        ),
    )
}  # fmt: skip
"""The steps in the order in which they are offered."""
