"""Filling the slots of a demo text: times, places, companies."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from gangmu.cli.demo import data_files
from gangmu.cli.demo.chance import Chance
from gangmu.cli.demo.places import Places
from gangmu.cli.demo.units import Unit


def filled(
    pattern: str, chance: Chance, subdistrict: Unit, day: datetime.date, more: Mapping[str, Any] | None = None
) -> str:
    """A pattern with every slot it may have; what is drawn stays the same whichever slots it uses."""
    places = Places(chance)
    quarter = (day.month - 1) // 3
    slots: dict[str, Any] = {
        "road": places.road(subdistrict),
        "estate": places.estate(subdistrict),
        "community": places.community(subdistrict),
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "quarter": f"{'一二三四'[quarter]}季度",
        "half": f"{day.year}年{'上' if day.month <= 6 else '下'}半年",
        "season": season(day),
        "brand": chance.choice(data_files.read("projects")["brands"]),
        "n": chance.randrange(2, 9),
    }
    return pattern.format(**{**slots, **(more or {})})


def season(day: datetime.date) -> str:
    """What an office calls the time of year."""
    return (
        "岁末年初",
        "冬春季",
        "春季",
        "春季",
        "春夏",
        "汛期",
        "汛期",
        "汛期",
        "秋季",
        "秋季",
        "秋冬季",
        "岁末年初",
    )[day.month - 1]


def by_weight(
    rows: Sequence[Mapping[str, Any]], key: str, weights: Mapping[str, float], chance: Chance
) -> Mapping[str, Any]:
    """A row: first its class by weight, then one of that class."""
    class_ = chance.weighted(weights)
    return chance.choice([row for row in rows if row[key] == class_])
