"""How addresses are written and read: periods in paths, and where each thing has its page."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from gangmu.figures.areas import OWN
from gangmu.figures.requests import Filter
from gangmu.problems import InputRefused
from gangmu.records.periods import Period


class PeriodInPath:
    """A period as SDMX writes it; a range keeps its slash: `2026-M01/2026-M05`."""

    regex = r"\d{4}(?:-[SQMW]\d{1,2})?(?:/\d{4}(?:-[SQMW]\d{1,2})?)?"

    def to_python(self, value: str) -> Period:
        try:
            return Period.parse(value)
        except InputRefused as refused:
            raise ValueError(value) from refused

    def to_url(self, value: Period | str) -> str:
        return str(value)


def figure(code: str, period: str, unit: str | None = None) -> str:
    return f"/figures/{quote(code)}/{period}/{_query(unit=unit or '')}"


def trace(
    code: str,
    period: str,
    measure: str,
    unit: str | None = None,
    area: str = OWN,
    filters: tuple[Filter, ...] = (),
    as_of: str = "",
) -> str:
    """The page of a value's trace. The same address gives the panel's content when a panel asks."""
    said = {
        "measure": measure,
        "unit": unit or "",
        "area": "" if area == OWN or unit else area,
        "as_of": as_of,
    }
    where = "&".join(f"where={quote('|'.join(one))}" for one in filters)
    query = _query(**said)
    return f"/trace/{quote(code)}/{period}/{query}{('&' if query else '?') + where if where else ''}"


def entry(ledger: str, number: str) -> str:
    return f"/ledgers/{quote(ledger)}/{quote(number)}/"


def goals(period: str) -> str:
    return f"/goals/{period}/"


def _query(**said: str) -> str:
    given = {key: value for key, value in said.items() if value}
    return f"?{urlencode(given)}" if given else ""
