"""A bundle (计分包): rule book, facts, plan and results in one zip, with what is needed to compute them again.

The same content gives the same bytes: members in a fixed order, dated 1980, stored without compression, whose outcome
differs from one library to the next.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from gangmu.engine.proof import facts_given, plan_data
from gangmu.engine.proof.writing_plan import Data
from gangmu.engine.proof.written_out import UnknownNodeError
from gangmu.engine.scoring import NodeRow, Results, score
from gangmu.problems import refuse

FORMAT = "gangmu-bundle/1"
README, BOOK, FACTS, PLAN, RESULTS, PROGRAM, LOG, DIGESTS = (
    "README.md",
    "rulebook.yaml",
    "facts.csv",
    "plan.json",
    "results.csv",
    "recompute.py",
    "log.json",
    "digests.json",
)
MEMBERS = (README, BOOK, FACTS, PLAN, RESULTS, PROGRAM, LOG, DIGESTS)
"""Every member there can be, in order. `log.json` stands in the bundle of a district only."""

COLUMNS = ("unit", "period", "group", "node", "value", "printed", "rank", "grade")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_HERE = Path(__file__).parent


def make(results: Results, text: str, *, names: bool = False, log: str = "") -> dict[str, str]:
    """The members of the bundle of results. text: the rule book as it is written. log: what the log says of the run.

    names: events and scorers keep their names; by default they are numbered, so that the bundle can be handed to anyone.
    InputRefused for a rule that cannot be written out.
    """
    facts = facts_given.given(results, names=names)
    computed = score(results.book, facts, grouped=False)
    members = {
        README: _readme(computed),
        BOOK: text,
        FACTS: facts_given.as_csv(facts),
        PLAN: as_json(_plan(computed)),
        RESULTS: results_csv(computed),
        PROGRAM: program(),
        **({LOG: log} if log else {}),
    }
    return members | {DIGESTS: digests_of(members, computed)}


def _plan(results: Results) -> Data:
    """InputRefused for a rule that the stand-alone program could not follow: no bundle says less than its rule book."""
    try:
        return plan_data.as_data(results)
    except UnknownNodeError as error:
        raise refuse(
            "bundle.unknown_node",
            f"考核办法中有独立核算程序还不会算的规则：{error}",
            f"the rule book has a rule that the stand-alone program cannot follow yet: {error}",
            "请改用别的写法，或只给出结果文件（gangmu score -o）",
            "say it otherwise, or hand on the results alone (gangmu score -o)",
            file=results.book.file,
        ) from error


def digests_of(members: Mapping[str, str], results: Results) -> str:
    """digests.json: SHA-256 of each member, and the digests by which a district's log names what was scored."""
    said = {
        "format": FORMAT,
        "rulebook": results.book.digest,
        "facts": results.facts.digest,
        "results": results.digest,
        "files": {name: digest(text) for name, text in members.items()},
    }
    return as_json(said)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def as_json(said: Mapping[str, object]) -> str:
    """The one way a bundle writes JSON, a line for each entry of each list, so that equal content is equal text."""
    return "{\n" + ",\n".join(f" {_compact(key)}: {_lines(value)}" for key, value in said.items()) + "\n}\n"


def _lines(value: object) -> str:
    if isinstance(value, list) and value:
        return "[\n  " + ",\n  ".join(map(_compact, value)) + "\n ]"
    if isinstance(value, Mapping):
        pairs = (f"{_compact(key)}: {_compact(each)}" for key, each in value.items())
        return "{\n  " + ",\n  ".join(pairs) + "\n }"
    return _compact(value)


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def results_csv(results: Results) -> str:
    """A row a unit, period and node, values exact (`p/q` where they do not end)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(cells_of(row) for row in results.node_rows())
    return out.getvalue()


def cells_of(row: NodeRow) -> tuple[str, ...]:
    said = (row.unit, row.period, row.group, row.node, row.value, row.printed, row.rank, row.grade)
    return tuple(cell or "" for cell in said)


def _readme(results: Results) -> str:
    """What it is and how to compute it again, in both languages."""
    template = (_HERE / "readme.md").read_text(encoding="utf-8")
    nodes = len(list(results.book.nodes()))
    return template.format(
        title=results.book.title.zh,
        title_en=results.book.title.en,
        units=len(results.cases),
        nodes=nodes,
        **{name: getattr(results, name).digest for name in ("book", "facts")},
        results=results.digest,
    )


def program() -> str:
    """The stand-alone program."""
    return (_HERE / PROGRAM).read_text(encoding="utf-8")


def packed(members: Mapping[str, str]) -> bytes:
    """The members as a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in MEMBERS:
            if name in members:
                entry = zipfile.ZipInfo(name, _EPOCH)
                entry.create_system, entry.external_attr = 3, 0o644 << 16
                archive.writestr(entry, members[name].encode())
    return out.getvalue()


def write(members: Mapping[str, str], path: Path) -> None:
    """The zip at a path: whole, or not at all."""
    draft = path.with_name(f".{path.name}.part")
    try:
        draft.write_bytes(packed(members))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
