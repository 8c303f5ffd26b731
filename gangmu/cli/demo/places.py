"""Where things happen: communities, roads and estates of the fictional subdistricts."""

from __future__ import annotations

from gangmu.cli.demo import data_files
from gangmu.cli.demo.chance import Chance
from gangmu.cli.demo.units import Unit

CORNERS = ("东北角", "东南角", "西北角", "西南角")


class Places:
    """Draws of places within a subdistrict."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._data = data_files.read("places")

    def community(self, subdistrict: Unit) -> str:
        """A community by its short name, as a project is called after it: 钟楼."""
        return self._one(subdistrict, "communities")

    def road(self, subdistrict: Unit) -> str:
        return self._one(subdistrict, "roads")

    def estate(self, subdistrict: Unit) -> str:
        return self._one(subdistrict, "estates")

    def corner(self, subdistrict: Unit) -> str:
        """A site: two roads and a corner."""
        roads = self._of(subdistrict)["roads"]
        first, second = self._chance.sample(roads, 2)
        return f"{subdistrict.short}{first}与{second}交叉口{self._chance.choice(CORNERS)}"

    def _one(self, subdistrict: Unit, kind: str) -> str:
        return self._chance.choice(self._of(subdistrict)[kind])

    def _of(self, subdistrict: Unit) -> dict[str, list[str]]:
        found: dict[str, list[str]] = (
            self._data["subdistricts"].get(subdistrict.short) or self._data["fallback"]
        )
        return found
