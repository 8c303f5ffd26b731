"""`gangmu user`: accounts and their one-time passwords, shown once."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from gangmu.cli.district import require
from gangmu.cli.output import Output
from gangmu.cli.parser import both
from gangmu.problems import refuse

if TYPE_CHECKING:
    from gangmu.org.models import Unit, User

ABOUT = both(
    "账号：新建（add）、重设密码（password）、停用（close）、列表（list）。一次性密码只显示一次。",
    "Accounts: add one, reset its password, close it, list them. A one-time password is shown once.",
)
EXAMPLE = "gangmu user add wangfang --name 王芳 --role reporter --unit 区发改局"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="add|password|close|list")
    add = acts.add_parser("add", help=both("新建账号", "add an account"))
    add.add_argument("username", metavar="USER", help=both("账号", "username"))
    add.add_argument(
        "--name", default="", help=both("姓名，不写则同账号", "the person's name, by default the username")
    )
    add.add_argument(
        "--role",
        action="append",
        default=[],
        metavar="ROLE",
        help=both("角色，可多次", "role; may be repeated"),
    )
    add.add_argument(
        "--unit", default="", help=both("单位的编码、名称或简称", "code, name or short name of the unit")
    )
    for act, about in (
        ("password", both("重设为一次性密码", "reset to a one-time password")),
        ("close", both("停用账号", "close an account")),
    ):
        acts.add_parser(act, help=about).add_argument(
            "username", metavar="USER", help=both("账号", "username")
        )
    acts.add_parser("list", help=both("列出账号", "list the accounts"))


def run(args: argparse.Namespace, out: Output) -> int:
    acts = {"add": _add, "password": _password, "close": _close, "list": _list}
    return acts[args.act](args, out)


def _add(args: argparse.Namespace, out: Output) -> int:
    from gangmu.org import accounts

    require(args.actor, "user.manage")
    if args.role:
        require(args.actor, "role.grant")
    unit = _unit(args.unit) if args.unit else None
    password = accounts.add(args.username, args.name or args.username, args.role, args.actor, unit=unit)
    _tell(args.username, password, out)
    return 0


def _password(args: argparse.Namespace, out: Output) -> int:
    from gangmu.org import accounts

    require(args.actor, "user.manage")
    user = _user(args.username)
    _tell(user.username, accounts.reset_password(user, args.actor), out)
    return 0


def _close(args: argparse.Namespace, out: Output) -> int:
    from gangmu.org import accounts

    require(args.actor, "user.manage")
    accounts.deactivate(_user(args.username), args.actor)
    if out.json:
        out.object({"username": args.username, "active": False})
    else:
        out.say(both(f"账号 {args.username} 已停用。", f"The account {args.username} is closed."))
    return 0


def _list(args: argparse.Namespace, out: Output) -> int:
    from gangmu.org.models import User

    require(args.actor, "user.see")
    rows = [
        _row(user, out.language) for user in User.objects.select_related("unit").prefetch_related("grants")
    ]
    if out.json:
        out.lines(rows)
        return 0
    out.table(
        [
            both("账号", "username"),
            both("姓名", "name"),
            both("单位", "unit"),
            both("角色", "roles"),
            both("状态", "state"),
        ],
        [
            (
                row["username"],
                row["name"],
                row["unit"],
                "、".join(row["role_names"]),
                both("在用", "open") if row["active"] else both("停用", "closed"),
            )
            for row in rows
        ],
    )
    return 0


def _row(user: User, language: str) -> dict[str, Any]:
    from gangmu.org.permissions import ROLES

    roles = sorted({grant.role for grant in user.grants.all()})
    return {
        "username": user.username,
        "name": user.name,
        "unit": user.unit.code if user.unit else "",
        "roles": roles,
        "role_names": [ROLES[role][1 if language.startswith("en") else 0] for role in roles],
        "active": user.is_active,
    }


def _tell(username: str, password: str, out: Output) -> None:
    if out.json:
        out.object({"username": username, "password": password, "one_time": True})
    else:
        out.say(
            both(
                f"账号 {username} 的一次性密码（只显示这一次）：{password}",
                f"One-time password of {username}, shown this once: {password}",
            )
        )


def _user(username: str) -> User:
    from gangmu.org.models import User

    found = User.objects.filter(username=username).first()
    if found is None:
        raise refuse(
            "user.unknown",
            f"没有账号“{username}”",
            f'there is no account "{username}"',
            "请用 gangmu user list 查看",
            "see gangmu user list",
        )
    return found


def _unit(said: str) -> Unit:
    from django.db.models import Q

    from gangmu.org.models import Unit

    found = list(Unit.objects.filter(Q(code=said) | Q(name=said) | Q(short_name=said))[:2])
    if len(found) != 1:
        raise refuse(
            "unit.unknown",
            f"没有单位“{said}”" if not found else f"“{said}”不止一个单位",
            f'there is no unit "{said}"' if not found else f'"{said}" names several units',
            "请写单位编码",
            "give the unit's code",
        )
    return found[0]
