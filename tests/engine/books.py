"""Small rule books and facts for tests, by plain functions."""

from gangmu.engine import facts, rulebook
from gangmu.engine.scoring import score
from gangmu.problems import InputRefused


def book(body, file="book.yaml"):
    """A rule book of a body; code and title are given."""
    return rulebook.load(f"rulebook: test\ntitle: 测试\n{body}", file)


def findings(body):
    """(code, place) of everything `load` refuses in a body; lines count from the body's first."""
    try:
        book(body)
    except InputRefused as refused:
        return [(problem.code, _line(problem.cell)) for problem in refused.problems]
    return []


def _line(cell):
    return int(cell.removeprefix("line ")) - 2


def read(csv, name="facts.csv"):
    return facts.read(csv.encode(), name)


def results(body, csv):
    return score(book(body), read(csv))


def refused(call, *arguments):
    """The problems a call is refused with."""
    try:
        call(*arguments)
    except InputRefused as refusal:
        return refusal.problems
    raise AssertionError("nothing was refused")
