"""Words that people give with a question: which unit, as of when, and the period meant where none is said."""

from __future__ import annotations

import datetime

from django.utils import timezone

from gangmu.org.models import Unit
from gangmu.problems import refuse
from gangmu.records import clock
from gangmu.records.periods import Period


def last_closed_year() -> Period:
    """The last year that has ended on the district's day."""
    return Period.of_year(clock.today().year - 1)


def unit_code(said: str | None) -> str | None:
    """The code of a unit named by code, name or short name; InputRefused where there is none."""
    if not said:
        return None
    for word in ("code", "name", "short_name"):
        code = Unit.objects.filter(**{word: said}).values_list("code", flat=True).first()
        if code:
            return code
    raise refuse(
        "unit.unknown",
        f"没有单位“{said}”",
        f"there is no unit “{said}”",
        "请用单位名册中的编码、全称或简称",
        "use a code, name or short name of the register of units",
    )


def moment(said: str | None) -> datetime.datetime | None:
    """The moment of an as-of: `2026-01-31` is the end of that day, `2026-01-31T12:00` the minute; None for now."""
    if not said:
        return None
    try:
        found = datetime.datetime.fromisoformat(said)
    except ValueError:
        raise refuse(
            "moment.unknown",
            f"“{said}”不是时刻",
            f"“{said}” is not a moment",
            "请写成 2026-01-31 或 2026-01-31T12:00",
            "write 2026-01-31 or 2026-01-31T12:00",
        ) from None
    if len(said) <= len("2026-01-31"):
        found = datetime.datetime.combine(found.date(), datetime.time.max)
    return found if timezone.is_aware(found) else timezone.make_aware(found)
