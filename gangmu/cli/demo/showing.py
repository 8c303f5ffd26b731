"""The main job of the year, done in front of the user: figures, scores, the report, the sealed log, the sign-ins."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from gangmu.cli.demo import report, scores, sign_ins
from gangmu.cli.demo.report import Report
from gangmu.cli.demo.scores import Scores
from gangmu.cli.output import Output
from gangmu.cli.parser import both
from gangmu.figures import catalogue
from gangmu.figures.asking import last_closed_year
from gangmu.figures.requests import Request
from gangmu.figures.values import Value, many
from gangmu.records import sealing
from gangmu.records.log import Actor


def year(folder: Path, actor: Actor, out: Output) -> dict[str, Any]:
    """Do it all for the last closed year; what was done, for --json."""
    closed = last_closed_year()
    values = _figures(closed.code, out)
    scored = _scores(closed.code, actor, out)
    written = _report(folder, closed.year, actor, out)
    sealed = sealing.seal()
    _sign_ins(out)
    return {
        "year": closed.code,
        "figures": len(values),
        "scored": scored.units,
        "report": str(written.path),
        "bound": len(written.numbers),
        "missing": written.missing,
        "sealed": sealed,
        "sign_ins": [sign_in.username for sign_in in sign_ins.listed()],
    }


def _figures(period: str, out: Output) -> list[Value]:
    """Every figure of the catalogue in every declared measure."""
    figures = catalogue.catalogue().values()
    requests = [Request(figure.code, period, measure) for figure in figures for measure in figure.measures]
    with out.progress(both(f"⑤ 计算 {period} 年指标", f"5 figures of {period}")) as step:
        values = many(requests)
        step()
    counted = Counter(value.status for value in values)
    out.hint(
        both(
            f"   {len(figures)} 项指标 {len(values)} 个数：有数 {counted['ok']}，缺 {counted['missing']}，不发布 {counted['not_published']}",
            f"   {len(figures)} figures, {len(values)} values: {counted['ok']} known, {counted['missing']} missing, "
            f"{counted['not_published']} not published",
        )
    )
    return values


def _scores(period: str, actor: Actor, out: Output) -> Scores:
    with out.progress(both(f"⑥ 按考核办法计 {period} 年得分", f"6 scores of {period}")) as step:
        scored = scores.of_year(period, actor)
        step()
    if not out.json:
        scores.print_ranking(scored, out)
        scores.print_three(scored, out)
        out.say()
    return scored


def _report(folder: Path, year: int, actor: Actor, out: Output) -> Report:
    with out.progress(both("⑦ 出具年度工作报告", "7 the annual report")) as step:
        written = report.up_to_date(folder, year, actor)
        step()
    if written.set_aside is not None:
        out.hint(
            both(
                f"   手工改过的一份另存为 {written.set_aside}",
                f"   the copy edited by hand is {written.set_aside}",
            )
        )
    zh = "每个数字都与现在的数据一致，保留原件" if written.kept else "已出具"
    en = "kept: every number still holds" if written.kept else "issued"
    out.say(
        both(
            f"{written.path}：{zh}，绑定数字 {len(written.numbers)} 个，缺 {written.missing} 个（文中可见）",
            f"{written.path}: {en}; {len(written.numbers)} bound numbers, {written.missing} visibly missing",
        )
    )
    return written


def _sign_ins(out: Output) -> None:
    if out.json:
        return
    out.table(
        [
            both("账号", "username"),
            both("密码", "password"),
            both("姓名", "name"),
            both("角色", "role"),
            both("单位", "unit"),
        ],
        [(one.username, sign_ins.password(), one.name, one.role, one.unit) for one in sign_ins.listed()],
        title=both("演示账号（仅供演示区）", "Sign-ins of the demo (for the demo alone)"),
    )
