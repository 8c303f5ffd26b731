"""Bands (分档) that overlap, leave gaps or can never be reached."""

from __future__ import annotations

from collections.abc import Iterator

from gangmu.engine.checks.subject import Subject, said
from gangmu.engine.expressions import Band
from gangmu.engine.intervals import covers, gap, low_end, overlap, reaches_higher, written
from gangmu.engine.numbers import shown
from gangmu.engine.rulebook import Indicator
from gangmu.problems import Problem

_HINT = ("请写明端点含不含，如 [80, 90)", "say which ends belong, as in [80, 90)")


def overlaps_and_gaps(subject: Subject) -> Iterator[Problem]:
    """No value in two bands, none between two bands in none (铜梁: 85 in two, 80 in none)."""
    for node in subject.indicators:
        for bands in node.tables.values():
            yield from _neighbours(subject, node, bands)


def _neighbours(subject: Subject, node: Indicator, bands: tuple[Band, ...]) -> Iterator[Problem]:
    """Band by band from below; `highest` is the one that reaches highest so far, not merely the one before."""
    closed = _closed(bands)
    for highest, band in _with_highest_before(closed):
        zh = f"“{written(highest)}”与“{written(band)}”"
        en = f'"{written(highest)}" and "{written(band)}"'
        at = "" if band.low is None else shown(band.low)
        if overlap(highest, band):
            yield from _found(
                subject, node, band, "band_overlap", f"{zh}重叠，{at}在两档", f"{en} overlap at {at}"
            )
        elif len(closed) == len(bands) and gap(highest, band):
            low = shown(highest.high) if highest.high is not None else ""
            yield from _found(
                subject,
                node,
                band,
                "band_gap",
                f"{zh}之间有空档，" + (f"{at}不在任何一档" if low == at else f"{low}与{at}之间不在任何一档"),
                f"between {en} there is a gap" + (f" at {at}" if low == at else f" from {low} to {at}"),
            )


def _closed(bands: tuple[Band, ...]) -> list[Band]:
    """All but `otherwise`, from the lowest beginning up."""
    return sorted((band for band in bands if band.low is not None or band.high is not None), key=low_end)


def _with_highest_before(ordered: list[Band]) -> Iterator[tuple[Band, Band]]:
    highest = ordered[0] if ordered else None
    for band in ordered[1:]:
        assert highest is not None
        yield highest, band
        highest = band if reaches_higher(band, highest) else highest


def unreachable(subject: Subject) -> Iterator[Problem]:
    """No band that one before it covers."""
    for node in subject.indicators:
        for bands in node.tables.values():
            apart = not any(overlap(*pair) for pair in _with_highest_before(_closed(bands)))
            everything = [index for index, band in enumerate(bands) if band.low is None and band.high is None]
            for index, band in enumerate(bands):
                # Where no two overlap only `otherwise` can take another's values: long tables stay quick.
                if any(at < index for at in everything) or (
                    not apart and any(covers(before, band) for before in bands[:index])
                ):
                    zh, en = f"“{written(band)}”永远轮不到", f'"{written(band)}" can never be reached'
                    yield from _found(subject, node, band, "band_unreachable", zh, en)


def _found(subject: Subject, node: Indicator, band: Band, code: str, zh: str, en: str) -> Iterator[Problem]:
    if code not in node.accepts:
        place, place_en = said(node)
        yield subject.problem(code, band.line, f"{place}：分档{zh}", f"{place_en}: bands {en}", _HINT)
