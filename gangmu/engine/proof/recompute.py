#!/usr/bin/env python3
"""Recomputes a scoring bundle (计分包), a .zip or its unpacked folder, and compares every number.

Needs only Python 3.11: python3 recompute.py [BUNDLE]; by default the folder of this file. Exit code 0: all equal.
plan.json says what is computed, in which order, as trees; facts.csv from what; results.csv what came out.
A value is a Fraction (a day is its number) or, where there is none, the word that says why. Set by hand.
"""

# fmt: off
import csv, datetime, hashlib, io, json, sys, zipfile
from bisect import bisect_left, bisect_right
from decimal import Context, Decimal
from fractions import Fraction
from math import floor, prod
from operator import eq, ge, gt, le, lt, mul, ne
from pathlib import Path
from statistics import mean, median

WHY_NOT = ("outside", "shared_out", "not_applicable", "missing", "undefined")  # what weighs most stands first
NO_NUMBER = {None: "missing"} | dict.fromkeys(("/", "／", "不适用", "n/a", "N/A"), "not_applicable")
SIGNS = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}

def number(text):  # 2018-07-31 is the number of that day, counted from the first of year 1
    return NO_NUMBER.get(text) or Fraction(datetime.date.fromisoformat(text).toordinal() if text[4:8:3] == "--" else text)
def lack(values):
    return min((value for value in values if isinstance(value, str)), key=WHY_NOT.index, default=None)

def rounded(value, decimals, mode="half_up"):
    whole, rest = divmod(abs(value) * Fraction(10) ** decimals, 1)
    up = {"half_up": rest >= Fraction(1, 2), "half_even": (rest, whole % 2) > (Fraction(1, 2), 0),
          "down": False, "up": rest > 0}[mode]
    return (whole + up) / Fraction(10) ** decimals * (-1 if value < 0 else 1)

def irrational(function, decimals, value):  # with so many digits to spare that the last of its decimals is right
    size = floor(abs(value)) if function == "exp" else len(str(floor(value)))
    context = Context(prec=decimals + 60 + size, Emin=-(10**6), Emax=10**6)
    found = getattr(context, function)(context.divide(Decimal(value.numerator), Decimal(value.denominator)))
    return rounded(Fraction(found), decimals, "half_even")

def powers(bases, exponents, decimals):  # their product: exact where all exponents are whole, else to the last decimal
    pairs = [(base, exponent) for base, exponent in zip(bases, exponents) if exponent]
    whole = all(exponent % 1 == 0 and abs(exponent) <= 64 for _, exponent in pairs)
    if (min(bases) < 0 and not whole) or any(base == 0 > exponent for base, exponent in pairs):
        return "undefined"
    if whole:
        return prod(base ** int(exponent) for base, exponent in pairs)
    logarithms = [exponent * irrational("ln", decimals + 90, base) for base, exponent in pairs if base]
    return irrational("exp", decimals, sum(logarithms)) if len(logarithms) == len(pairs) else 0

def places(keys, ties):
    order, distinct, found = sorted(keys.values()), sorted(set(keys.values())), {}
    for case, key in keys.items():
        first, last, dense = bisect_left(order, key) + 1, bisect_right(order, key), bisect_left(distinct, key) + 1
        found[case] = {"share": first, "last": last, "dense": dense, "mean": Fraction(first + last, 2)}[ties]
    return found

TOGETHER = {  # values, and their weights, made one
    "sum": lambda v, w, n: sum(v), "min": lambda v, w, n: min(v), "max": lambda v, w, n: max(v),
    "count": lambda v, w, n: len(v), "median": lambda v, w, n: median(v), "weighted": lambda v, w, n: sum(map(mul, v, w)),
    "mean": lambda v, w, n: sum(map(mul, v, w)) / sum(w) if sum(w) else "undefined",
    "geometric": lambda v, w, n: powers(v, [one / sum(w) for one in w], n) if sum(w) and min(v) >= 0 else "undefined",
    "trimmed": lambda v, w, n: mean(sorted(v)[1:-1] if len(v) > 2 else v),
}
STRICT = {  # what needs a number for each of its parts: without one it has none either, for the same reason
    "Add": lambda node, *parts: sum(parts), "Mul": lambda node, *parts: prod(parts),
    "Sub": lambda node, a, b: a - b, "Div": lambda node, a, b: a / b if b else "undefined",
    "Min": lambda node, *parts: min(parts), "Max": lambda node, *parts: max(parts),
    "Compare": lambda node, a, b: SIGNS[node["op"]](a, b), "Not": lambda node, part: part == 0,
    "Round": lambda node, part: rounded(part, node["decimals"], node["mode"]),
    "Irrational": lambda node, part: irrational(node["function"], node["decimals"], part),
    "Power": lambda node, base, exponent: powers([base], [exponent], node["decimals"]),
}

class Scoring:  # a case is (unit, period); `columns`: step → case → value
    def __init__(self, plan, rows):
        self.plan, self.columns, self.facts, self.peers = plan, {}, {}, {}
        self.cases = {(unit["unit"][0], unit["period"]): unit for unit in plan["units"]}
        for row in sorted((row for row in rows if row["value"]), key=lambda row: row["period"]):
            for case in [(row["unit"], row["period"])] if row["period"] else self.cases:  # without one: for all
                if case[0] == row["unit"]:
                    entries = self.facts.setdefault((case, row["indicator"]), {})
                    entries.setdefault((row["event"], row["scorer"]), {})[row["field"] or "actual"] = row["value"]
        for step in plan["steps"]:
            reached = self.cases if step["for"] is None else {tuple(case) for case in step["for"]}
            self.columns[step["name"]] = {case: self.value(step["formula"], case) if case in reached else "outside"
                                          for case in self.cases}

    def value(self, node, case, event=None):
        found = self.found(node, case, event, self.facts.get((case, node.get("indicator")), {}))
        return found if isinstance(found, str) else Fraction(found)

    def found(self, node, case, event, facts):
        match kind := node["kind"]:
            case _ if kind in STRICT:
                parts = [self.value(part, case, event) for part in node["parts"]]
                return lack(parts) or STRICT[kind](node, *parts)
            case "Const": return Fraction(node["value"])
            case "Nothing": return node["state"]
            case "Ref": return self.columns[node["node"]][case]
            case "Field": return number(facts.get(("", node["scorer"]), {}).get(node["field"]))
            case "EventField": return number((event or {}).get(node["field"]))
            case "IsMissing": return self.value(node["of"], case, event) in (node["states"] or WHY_NOT)
            case "All":
                parts = [self.value(part, case, event) for part in node["parts"]]
                return 0 if 0 in parts else lack(part for part in parts if part != "outside") or 1
            case "When":
                for condition, then in node["cases"]:
                    if (held := self.value(condition, case, event)) != 0:
                        return held if isinstance(held, str) else self.value(then, case, event)
                return self.value(node["otherwise"], case, event)
            case "Lookup":
                said = (to for key, to in node["table"] if key in self.cases[case][node["by"]])
                return self.value(next(said, node["otherwise"]), case, event)
            case "Choose":
                said, points = (facts.get(("", ""), {}) if event is None else event).get(node["field"]), dict(node["table"])
                return NO_NUMBER.get(said) or (Fraction(points[said]) if said in points else "undefined")
            case "OverScorers":
                marks = [number(entry[node["field"]]) for (of, _), entry in facts.items() if not of and node["field"] in entry]
                return lack(marks or ["missing"]) or TOGETHER[node["how"]](marks, [1] * len(marks), 0)
            case "OverEvents":
                found = {}
                for key, entry in facts.items():
                    if key == ("", "") and entry.keys() <= set(node["beside"]): continue  # the unit's own, no event
                    if isinstance(value := self.value(node["of"], case, entry), str):
                        return value
                    matter = entry.get(node["by"], key)  # of several events of one matter the highest counts
                    found[matter] = max(value, found.get(matter, value))
                return TOGETHER[node["how"]](found.values(), (), 0) if found else 0
            case "OverGroup": return self.among(node, case)
            case "Elsewhere":
                others = map(tuple, self.plan["sets"][self.cases[case]["peers"][node["scope"]]])
                return next((self.value(node["of"], other) for other in others), "missing")
            case "Rank": return self.among(node, case).get(case) or self.value(node["of"], case)
            case "Combine":
                rows = ([self.value(part, case) for part in row] for row in node["parts"])
                rows = [row for row in rows if "outside" not in row[:2]]
                kept = [row for row in rows if row[0] != "shared_out"]
                if not kept or (wrong := lack(value for row in kept for value in row[:2])):
                    return wrong if kept else "shared_out" if rows else "outside"
                found = TOGETHER[node["how"]](*([row[at] for row in kept] for at in (0, 1)), node["decimals"])
                if len(kept) == len(rows) or isinstance(found, str) or not (at := {"sum": 2, "weighted": 1}.get(node["how"])):
                    return found
                whole, left = (sum(row[at] for row in some if not isinstance(row[at], str)) for some in (rows, kept))
                return found * whole / left if left else "undefined"  # the weight of the others is spread over these
        return sys.exit(f"plan.json: {kind}?")

    def among(self, node, case):
        if (key := (id(node), self.cases[case]["peers"][node["scope"]])) not in self.peers:
            peers = map(tuple, self.plan["sets"][key[1]])
            found = {peer: value for peer in peers if not isinstance(value := self.value(node["of"], peer), str)}
            if node["kind"] == "Rank":
                self.peers[key] = places(found, node["ties"])
            elif found or node["how"] == "count":
                self.peers[key] = TOGETHER[node["how"]](found.values(), [1] * len(found), 0)
        return self.peers.get(key, "missing")

    def results(self):
        found = {}
        for node in self.plan["nodes"]:
            ranks, column = {}, self.columns[node["code"]]
            for together in self.plan["ranked"]:
                keys = {case: tuple(self.value(tree, case) for tree in node["by"]) for case in map(tuple, together)}
                ranks |= places({case: key for case, key in keys.items() if not lack(key)}, self.plan["ties"])
            grades = self.grades(ranks) if node["code"] == "total" else {}
            for case in (case for case, value in column.items() if value != "outside"):
                said = (column[case], self.value(node["printed"], case), ranks.get(case, ""))
                found[(*case, node["code"])] = ["" if isinstance(v, str) else v for v in said] + [grades.get(case, "")]
        return found

    def grades(self, ranks):  # from the best down, each takes all who meet its conditions, by rank, while it has places
        given, none = {}, 10**9
        for together in self.plan["graded"]:
            for index, grade in enumerate(self.plan["grades"]):
                able = {case: ranks.get(case, none) for case in map(tuple, together["units"]) if case not in given
                        and self.value(grade["meets"], case) == 1 and ranks.get(case, none) <= grade["rank_to"]}
                edge, quota = sorted(able.values()), together["places"][index]
                if quota is not None and quota < len(able):  # equals at the edge: all of them in, or none
                    up = quota and self.plan["ties_in"] == "up"
                    inside = edge[: bisect_right(edge, edge[quota - 1]) if up else bisect_left(edge, edge[quota])]
                    able = {case: rank for case, rank in able.items() if rank in inside}
                given |= dict.fromkeys(able, index)
        lowered = {case: index + int(self.value(self.plan["lowered"], case)) for case, index in given.items()}
        return {case: self.plan["grades"][: index + 1][-1]["name"] for case, index in lowered.items()}

def main(path):
    path = path if path.is_dir() else zipfile.Path(path)
    table = lambda name: list(csv.DictReader(io.StringIO((path / name).read_bytes().decode(), newline="")))
    digests = json.loads((path / "digests.json").read_bytes())["files"]
    differs = [f"{name}: SHA-256" for name in digests if hashlib.sha256((path / name).read_bytes()).hexdigest() != digests[name]]
    ours, theirs = Scoring(json.loads((path / "plan.json").read_bytes()), table("facts.csv")).results(), {}
    for row in table("results.csv"):
        said = [row[name] and Fraction(row[name]) for name in ("value", "printed", "rank")]
        theirs[row["unit"], row["period"], row["node"]] = [*said, row["grade"]]
    for key in ours | theirs:
        for name, own, given in zip(("value", "printed", "rank", "grade"), ours.get(key, [""] * 4), theirs.get(key, [None] * 4)):
            differs += [f"{' '.join(filter(None, key))} {name}: {given} ≠ {own}"] if own != given else []
    print(*differs, f"{4 * len(ours)} compared, {len(differs)} differ / 已比对，不符 {len(differs)} 处", sep="\n")
    return bool(differs)

if __name__ == "__main__": sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent))
