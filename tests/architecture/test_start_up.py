"""What a plain command does not load: libraries that take longer to import than the command has work to do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.factories.commands import gangmu, surroundings

HEAVY = ("openpyxl", "docx", "lxml", "PIL", "numpy", "pypinyin", "duckdb", "pyspark", "rich", "cryptography")
NEEDED = {"log": {"cryptography"}, "report": {"docx", "lxml", "cryptography"}}
"""Command → what its own job asks for: signatures of checkpoints, Word."""

PROBE = """
import json, sys
from gangmu.cli.main import main
code = main(sys.argv[2:])
print(json.dumps([code, [name for name in sys.argv[1].split() if name in sys.modules]]))
"""


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("start") / "yunxi"
    assert gangmu("init", folder, "--name", "云溪区").code == 0
    (folder / "book.txt").write_text("报告\n{{gdp}}\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "said",
    [
        "figures",
        "figures --help",
        "figures gdp --as-of 2026-01-31",
        "trace gdp 2025",
        "ledgers",
        "rulebook list",
        "cycle",
        "score 2025",
        "explain A01 --period 2025",
        "log verify",
        "report book.txt -o out.txt --period 2025",
    ],
)
def test_a_plain_command_loads_no_heavy_library_that_its_job_does_not_ask_for(
    district: Path, said: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, " ".join(HEAVY), *said.split(), "--json"],
        cwd=district,
        env=surroundings() | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    _code, loaded = json.loads(done.stdout.splitlines()[-1])

    assert set(loaded) <= NEEDED.get(said.split()[0], set())


def test_a_heavy_library_is_there_when_its_job_is_done(district: Path) -> None:
    """The probe sees what it looks for."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, " ".join(HEAVY), "import", "--check", "units.xlsx", "--json"],
        cwd=district,
        env=surroundings() | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "openpyxl" in json.loads(done.stdout.splitlines()[-1])[1]
