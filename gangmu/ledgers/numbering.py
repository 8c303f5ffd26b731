"""Numbers of new entries: XM-2026-0001, counted on in each ledger and year."""

from __future__ import annotations

from django.db.models.functions import Length

from gangmu.ledgers.models import Entry, NumberSeries
from gangmu.ledgers.register import Register


def next_number(register: Register, year: int) -> str:
    """The next free number of a register and year, inside the caller's transaction.

    Writers take turns at the series' row. Numbers that were imported are counted on from.
    """
    series, _ = NumberSeries.objects.select_for_update().get_or_create(ledger=register.code, year=year)
    head = f"{register.numbering.prefix}-{year}-"
    series.last = max(series.last, _highest(register, head)) + 1
    series.save(update_fields=["last"])
    return f"{head}{series.last:0{register.numbering.digits}}"


def _highest(register: Register, head: str) -> int:
    """The highest number in use. Longer ones are higher, whatever the letters say."""
    used = Entry.objects.filter(ledger=register.code, number__startswith=head, number__regex=r"-\d+$")
    longest = used.annotate(length=Length("number")).order_by("-length", "-number").first()
    return int(longest.number.removeprefix(head)) if longest else 0
