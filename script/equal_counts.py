"""Prints how many tests ran on each database and fails unless the same tests ran, none of them skipped."""

import sys
import xml.etree.ElementTree as ET


def ran(path: str) -> set[str]:
    cases = ET.parse(path).getroot().iter("testcase")
    return {f"{case.get('classname')}.{case.get('name')}" for case in cases if case.find("skipped") is None}


first, second = sys.argv[1:]
a, b = ran(first), ran(second)
print(f"{first}: {len(a)} tests; {second}: {len(b)} tests")
if a != b:
    sys.exit(f"not the same tests ran: {sorted(a ^ b)[:10]}")
