"""How well reports are read: found, kind, concept, measure and unit, period, plan, against an annotation by hand.

    python -m bench.blanks --corpus DIR [--split test] [--filled] [--errors N] [--json]

`bench/data/blanks/documents.yaml` names the documents, `*.csv` beside it their blanks: offset, what is printed there, and
what a reader should say of it (`~` between answers that are equally right, `*` where nothing is asked). Texts are not part of the
repository: DIR holds them under the file names of documents.yaml; a document that is not there is said to be absent.

Unless `--filled`, every number that is annotated as a figure is replaced by X before the text is read, so that nothing
can be told from the digits.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from gangmu.documents.description import Description, describe

DATA = Path(__file__).parent / "data" / "blanks"
EXCERPTS = Path(__file__).parents[1] / "tests" / "data" / "reports"
LEVELS = frozenset({"count", "value", "sum"})
PARTS = ("found", "kind", "concept", "measure", "unit", "measure and unit", "period", "planned")


@dataclass(frozen=True, slots=True)
class Row:
    """One annotated blank; a field holds the answers that are right."""

    offset: int
    printed: str
    fields: dict[str, tuple[str, ...]]

    def agrees(self, part: str, said: str) -> bool:
        right = self.fields[part]
        return right == ("*",) or any(_same(part, said, one) for one in right)


@dataclass(slots=True)
class Result:
    """Counts of one document: per part how many were right, of how many; what was said with confidence."""

    name: str
    split: str
    right: Counter[str] = field(default_factory=Counter)
    of: Counter[str] = field(default_factory=Counter)
    spurious: int = 0
    sure: int = 0
    sure_wrong: int = 0
    seconds: float = 0.0
    errors: list[str] = field(default_factory=list)

    def add(self, other: Result) -> None:
        self.right += other.right
        self.of += other.of
        self.spurious += other.spurious
        self.sure += other.sure
        self.sure_wrong += other.sure_wrong
        self.seconds += other.seconds

    def line(self) -> dict[str, object]:
        shares = {part: _share(self.right[part], self.of[part]) for part in PARTS}
        figures = self.of["concept"]
        return {
            "document": self.name,
            "split": self.split,
            "blanks": self.of["found"],
            "figures": figures,
            **shares,
            "spurious": self.spurious,
            "sure": _share(self.sure, figures),
            "sure and wrong": _share(self.sure_wrong, self.sure),
            "seconds": round(self.seconds, 2),
        }


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


_PLACE_WORDS = re.compile(r"^(?:全省|全市|全区|全县|全州|全旗|全镇|全乡|我省|我市|我区|我县|全国|地区)")


def _same(part: str, said: str, right: str) -> bool:
    if part == "concept":
        return _plain(said) == _plain(right)
    if part == "measure":
        return said == right or {said, right} <= LEVELS
    return said == right


def _plain(words: str) -> str:
    return _PLACE_WORDS.sub("", words.replace("的", "")).strip("“”")


def evaluate(
    text: str, rows: list[Row], passages: list[list[int]], name: str, split: str, filled: bool
) -> Result:
    """The counts of one document. passages: the stretches of the text that are annotated throughout."""
    result = Result(name, split)
    asked, moved = (text, {row.offset: row.offset for row in rows}) if filled else _blanked(text, rows)
    began = time.perf_counter()
    said = {one.offset: one for one in describe(asked, filled=True)}
    result.seconds = time.perf_counter() - began
    places = {moved[row.offset] for row in rows}
    back = sorted((new, old) for old, new in moved.items())
    for offset, one in said.items():
        if offset not in places and one.kind == "figure" and _inside(_original(offset, back), passages):
            result.spurious += 1
            result.errors.append(f"spurious  {_around(asked, one)}")
    for row in rows:
        _compare(result, row, said.get(moved[row.offset]), asked, moved[row.offset])
    return result


def _compare(result: Result, row: Row, one: Description | None, text: str, at: int) -> None:
    result.of["found"] += 1
    if one is None:
        result.errors.append(f"not found {text[max(0, at - 16) : at]}[{row.printed}]{text[at + 1 : at + 12]}")
        return
    result.right["found"] += 1
    _count(result, row, one, "kind", one.kind, text)
    if "figure" not in row.fields["kind"] or one.kind != "figure":
        return
    values = {
        "concept": one.concept,
        "measure": one.measure,
        "unit": one.unit_of_measure,
        "period": one.period or "",
        "planned": "1" if one.planned else "",
    }
    agreed = [_count(result, row, one, part, value, text) for part, value in values.items()]
    result.of["measure and unit"] += 1
    result.right["measure and unit"] += agreed[1] and agreed[2]
    if one.confidence >= 0.9:
        result.sure += 1
        wrong = not all(agreed)
        result.sure_wrong += wrong
        if wrong:
            result.errors.append(f"SURE      {one.confidence} {_around(text, one)}")


def _count(result: Result, row: Row, one: Description, part: str, said: str, text: str) -> bool:
    right = row.agrees(part, said)
    result.of[part] += 1
    result.right[part] += right
    if not right:
        result.errors.append(
            f"{part:9} {_around(text, one)}: {said or '—'} ≠ {'~'.join(row.fields[part]) or '—'}"
        )
    return right


def _around(text: str, one: Description) -> str:
    end = one.offset + len(one.text)
    return f"{text[max(0, one.offset - 22) : one.offset]}[{one.text}]{text[end : end + 14]}".replace(
        "\n", "⏎"
    )


def _blanked(text: str, rows: Iterable[Row]) -> tuple[str, dict[int, int]]:
    """The text with an X for every annotated figure in digits, and where each row then stands."""
    pieces: list[str] = []
    moved: dict[int, int] = {}
    at = length = 0
    for row in sorted(rows, key=lambda row: row.offset):
        kept = text[at : row.offset]
        pieces.append(kept)
        length += len(kept)
        moved[row.offset] = length
        in_digits = bool(re.search(r"\d", row.printed))
        written = "X" if "figure" in row.fields["kind"] and in_digits else row.printed
        pieces.append(written)
        length += len(written)
        at = row.offset + len(row.printed)
    return "".join((*pieces, text[at:])), moved


def _original(offset: int, back: list[tuple[int, int]]) -> int:
    """About where a place of the blanked text stood before."""
    before = [(new, old) for new, old in back if new <= offset]
    return offset if not before else before[-1][1] + offset - before[-1][0]


def _inside(offset: int, passages: list[list[int]]) -> bool:
    return any(start <= offset < end for start, end in passages)


def rows_of(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            Row(
                int(row["offset"]),
                row["printed"],
                {
                    part: tuple(row[part].split("~"))
                    for part in ("kind", "concept", "measure", "unit", "period", "planned")
                },
            )
            for row in csv.DictReader(lines)
        ]


def body(content: str) -> str:
    """The text of a document without the lines that say where it is from."""
    return (content.split("\n\n", 1)[1] if content.startswith("title:") else content).removesuffix("\n")


def documents() -> list[dict[str, object]]:
    listed: list[dict[str, object]] = yaml.safe_load((DATA / "documents.yaml").read_text(encoding="utf-8"))
    return listed


def results(corpus: Iterable[Path], split: str, filled: bool) -> Iterator[Result]:
    folders = [EXCERPTS, DATA / "texts", *corpus]
    for document in documents():
        if split not in ("all", document["split"]):
            continue
        name = str(document["name"])
        paths = [
            folder / str(document["file"]) for folder in folders if (folder / str(document["file"])).is_file()
        ]
        if not paths:
            print(f"absent: {document['file']}", file=sys.stderr)
            continue
        text = body(paths[0].read_text(encoding="utf-8"))
        if hashlib.sha256(text.encode()).hexdigest() != document["sha256"]:
            print(f"another text than the annotated one: {document['file']}", file=sys.stderr)
            continue
        passages: list[list[int]] = document["passages"]  # type: ignore[assignment]
        yield evaluate(text, rows_of(DATA / f"{name}.csv"), passages, name, str(document["split"]), filled)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.blanks", description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, nargs="*", default=[], help="folders with the texts")
    parser.add_argument("--split", choices=("development", "test", "all"), default="all")
    parser.add_argument("--filled", action="store_true", help="read the numbers as printed, not as X")
    parser.add_argument("--errors", type=int, default=0, help="show so many errors of each document")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    totals: dict[str, Result] = {}
    lines = []
    for result in results(args.corpus, args.split, args.filled):
        totals.setdefault(result.split, Result(f"all of {result.split}", result.split)).add(result)
        lines.append(result.line())
        for error in result.errors[: args.errors]:
            print(f"{result.name}: {error}", file=sys.stderr)
    for line in (*lines, *(total.line() for total in totals.values())):
        print(
            json.dumps(line, ensure_ascii=False)
            if args.json
            else "  ".join(f"{v if v is not None else '–'}" for v in line.values())
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
