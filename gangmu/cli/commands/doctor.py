"""`gangmu doctor`: is everything in order, and what to do where it is not."""

from __future__ import annotations

import argparse

from gangmu.cli.output import Output
from gangmu.cli.parser import both

ABOUT = both(
    "检查版本、数据库、磁盘、密钥、字体、存证点和操作日志；有一项不合格则返回 1。",
    "Check version, database, disk, keys, fonts, checkpoints and the log; exit 1 when anything failed.",
)
EXAMPLE = "gangmu doctor"
NEEDS_DISTRICT = False
"""It opens the district itself: a database that is unreachable or behind is a finding here, not an end."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


def run(args: argparse.Namespace, out: Output) -> int:
    from gangmu.cli import checks, district

    district.require_district(args.dir)
    district.set_up(args.dir, args.lang)
    findings = list(checks.look(args.dir))
    if out.json:
        out.lines(finding.as_json(out.language) for finding in findings)
    else:
        signs = {checks.OK: "✓", checks.WARNING: "!", checks.FAILED: "✗"}
        for finding in findings:
            remedy = finding.remedy.say(out.language)
            out.say(
                f"{signs[finding.state]} {finding.message.say(out.language)}"
                + (f" → {remedy}" if remedy else "")
            )
    return 1 if any(finding.state == checks.FAILED for finding in findings) else 0
