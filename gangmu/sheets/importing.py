"""What a storey offers so that its files can be imported: one module, three functions.

`gangmu import` calls `run` file by file, in order, inside one transaction: units before what names units. Each
importer therefore checks against the database alone, where everything earlier files brought already stands. When any
problem exists at the end, all of it is rolled back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from gangmu.problems import Problems, Text
from gangmu.sheets.reading import Workbook
from gangmu.sheets.writing import SheetOut

ActorT = TypeVar("ActorT", contravariant=True)
BatchT = TypeVar("BatchT", contravariant=True)


@dataclass(frozen=True, slots=True)
class Counts:
    """What an importer did: rows new, rows changed, rows that said what was known already, and remarks."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    notes: tuple[Text, ...] = ()

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.created + other.created,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.notes + other.notes,
        )


class Importer(Protocol[ActorT, BatchT]):
    """A storey's module `importing`. (Actor and batch belong to a storey above this one, hence the variables.)"""

    def takes(self, workbook: Workbook) -> bool:
        """Whether a file is this storey's: by `workbook.stem` or by the names of its sheets."""

    def run(self, workbook: Workbook, problems: Problems, actor: ActorT, batch: BatchT) -> Counts:
        """Apply the rows; findings go to `problems`, and a row with findings is not applied.

        Idempotent by key: the same file once more counts as `unchanged` and writes nothing.
        """

    def templates(self) -> Mapping[str, Sequence[SheetOut]]:
        """File name within a district's folder → sheets without rows, headers annotated."""
