"""The outcome of comparing something kept with something computed again: how much was compared, and what differs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gangmu.problems import Text


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as it was. place: where it is found: a position, a row's kind and key, a file and a cell."""

    code: str
    place: str
    message: Text

    def as_json(self, language: str) -> dict[str, str]:
        return {"code": self.code, "place": self.place, "message": self.message.say(language)}


@dataclass(slots=True)
class Verification:
    """What was compared and what differs. `counts` by what was compared, such as entries or results."""

    counts: dict[str, int] = field(default_factory=dict)
    differs: list[Difference] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.differs

    @property
    def compared(self) -> int:
        return sum(self.counts.values())

    def count(self, what: str, number: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + number

    def differ(self, code: str, place: object, zh: str, en: str) -> None:
        self.differs.append(Difference(code, str(place), Text(zh, en)))

    def as_json(self, language: str) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "compared": self.compared,
            "differs": [difference.as_json(language) for difference in self.differs],
            "counts": self.counts,
        }
