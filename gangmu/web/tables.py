"""Tables: columns are declared once, rows come in batches, and a list is a page, a file and JSON at one address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from gangmu.web import cells

Kind = Literal["text", "code", "number", "lamp", "bar"]
CELL_CLASS: dict[Kind, str] = {
    "text": "",
    "code": "code",
    "number": "number",
    "lamp": "narrow",
    "bar": "track-cell",
}
PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `order`: database columns to sort by; without it the head is no link.

    `unit` stands in the head. kind `number` is set right-aligned and tabular; `code` never breaks. `minor` columns go on a phone.
    """

    key: str
    label: str
    kind: Kind = "text"
    unit: str = ""
    order: tuple[str, ...] = ()
    minor: bool = False

    @property
    def css(self) -> str:
        """The classes of its cells."""
        return " ".join(filter(None, (CELL_CLASS[self.kind], "minor" if self.minor else "")))

    @property
    def heading(self) -> str:
        return (
            _("%(label)s（%(unit)s）") % {"label": self.label, "unit": self.unit} if self.unit else self.label
        )


@dataclass(frozen=True, slots=True)
class Row:
    """Cells by column key; `href` is the row's page (the keyboard's Enter), `tone` marks it (own unit, a total)."""

    cells: Mapping[str, Any]
    href: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A row as the template walks it: (column, html) pairs."""

    row: Row
    cells: list[tuple[Column, SafeString]]


@dataclass(frozen=True, slots=True)
class Head:
    """A column head: where a click on it leads, and how the list is sorted now."""

    column: Column
    href: str
    sorted: Literal["", "ascending", "descending"]


@dataclass(slots=True)
class Table:
    """A list as declared: `items` (a query set or a sequence) become rows a batch at a time by `rows`.

    `name` names the exported file. `empty` says what belongs here and how it gets here.
    """

    name: str
    columns: Sequence[Column]
    items: QuerySet[Any] | Sequence[Any]
    rows: Callable[[Sequence[Any]], Iterable[Row]]
    caption: str = ""
    empty: str = ""
    per_page: int = PER_PAGE
    sort: str = ""
    page: Page[Any] | None = field(default=None, init=False)
    heads: list[Head] = field(default_factory=list, init=False)

    def asked(self, request: HttpRequest) -> Table:
        """The table as the address asks for it: `?sort=-due_on&page=2`. Unknown values fall back in silence."""
        self._sort(request.GET.get("sort", self.sort))
        self.heads = [self._head(column, request) for column in self.columns]
        self.page = Paginator(self.items, self.per_page).get_page(request.GET.get("page"))
        return self

    def as_is(self) -> Table:
        """The table whole and unsorted, for a page that shows it among other things."""
        self.heads = [Head(column, "", "") for column in self.columns]
        return self

    def shown(self) -> list[Shown]:
        """The rows of the asked page (of all items where no page was asked for)."""
        items = self.items if self.page is None else self.page.object_list
        return [self._shown(row) for row in self.rows(list(items))]

    def every(self, batch: int = 500) -> Iterable[Row]:
        """All rows, for a file: never more than a batch of them in memory."""
        total = self.items.count() if isinstance(self.items, QuerySet) else len(self.items)
        for start in range(0, total, batch):
            yield from self.rows(list(self.items[start : start + batch]))

    def _shown(self, row: Row) -> Shown:
        return Shown(row, [(column, cells.html(row.cells.get(column.key))) for column in self.columns])

    def _sort(self, asked: str) -> None:
        by = {column.key: column for column in self.columns if column.order}
        column = by.get(asked.removeprefix("-"))
        if column is None:
            self.sort = ""
            return
        self.sort = asked
        sign = "-" if asked.startswith("-") else ""
        if isinstance(self.items, QuerySet):
            self.items = self.items.order_by(*(sign + name for name in column.order), "pk")

    def _head(self, column: Column, request: HttpRequest) -> Head:
        if not column.order:
            return Head(column, "", "")
        up = self.sort == column.key
        down = self.sort == f"-{column.key}"
        address = request.GET.copy()
        address.pop("page", None)
        address["sort"] = f"-{column.key}" if up else column.key
        return Head(column, f"?{address.urlencode()}", "ascending" if up else "descending" if down else "")
