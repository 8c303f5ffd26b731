"""`gangmu serve`: the portal, served by waitress with its static files from the package."""

from __future__ import annotations

import argparse
import errno
import signal
from collections.abc import Callable
from typing import Any, NoReturn

from gangmu.cli.output import Output
from gangmu.cli.parser import both
from gangmu.problems import InputRefused, refuse

ABOUT = both("打开网页服务，按 Ctrl+C 停止。", "Serve the portal until Ctrl+C.")
EXAMPLE = "gangmu serve --port 8000"
DEFAULT_PORT = 8000
LOOPBACK = "127.0.0.1"
LAST_PORT = 65535


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help=both("端口，默认 8000", "port, default 8000")
    )
    parser.add_argument(
        "--host",
        default=LOOPBACK,
        help=both(
            "监听地址，默认只限本机；对外服务时请在前面加 HTTPS 代理",
            "address to listen at, this machine alone by default; put an HTTPS proxy before it otherwise",
        ),
    )
    parser.add_argument("--threads", type=int, default=8, help=both("并发线程数", "threads"))


def run(args: argparse.Namespace, out: Output) -> int:
    serve_portal(out, host=args.host, port=args.port, threads=args.threads)
    return 0


def serve_portal(
    out: Output,
    *,
    host: str = LOOPBACK,
    port: int = DEFAULT_PORT,
    threads: int = 8,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve until interrupted. `ready` is called with the address once connections are accepted.

    `InputRefused` when the port is taken or may not be used. Django must be set up.
    """
    from gangmu.records import sealing

    server = _server(host, port, threads)
    shown = "localhost" if host in ("0.0.0.0", "::") else host  # noqa: S104  a listening address is not a place to go to
    address = f"http://{shown}:{server.effective_port}/"
    if ready is not None:
        ready(address)
    else:
        out.say(both(f"网页地址：{address}（Ctrl+C 停止）", f"The portal is at {address} (Ctrl+C stops it)"))
    signal.signal(signal.SIGTERM, _stop)
    try:
        with sealing.regularly():
            server.run()  # waitress itself answers Ctrl+C and SystemExit by finishing what is being served
    finally:
        server.close()


def _stop(*_: object) -> NoReturn:
    """A service manager ends us with SIGTERM: requests under way are finished, the exit is a clean one."""
    raise SystemExit(0)


def _server(host: str, port: int, threads: int) -> Any:
    import waitress

    from gangmu.config.wsgi import application

    if not 0 <= port <= LAST_PORT:  # 0: any that is free
        raise refuse(
            "serve.no_port",
            f"没有端口 {port}",
            f"there is no port {port}",
            f"请用 1024 至 {LAST_PORT} 之间的端口",
            f"use one between 1024 and {LAST_PORT}",
        )
    try:
        return waitress.create_server(application, host=host, port=port, threads=threads, ident=None)
    except OSError as error:
        raise _cannot_listen(host, port, error) from error


def _cannot_listen(host: str, port: int, error: OSError) -> InputRefused:
    if error.errno == errno.EADDRINUSE:
        return refuse(
            "serve.port_taken",
            f"端口 {port} 已被占用",
            f"port {port} is taken",
            f"请换一个端口：--port {port + 1}",
            f"choose another: --port {port + 1}",
        )
    return refuse(
        "serve.cannot_listen",
        f"无法监听 {host}:{port}（{error.strerror}）",
        f"cannot listen at {host}:{port} ({error.strerror})",
        "请检查地址，或用 1024 以上的端口",
        "check the address, or use a port above 1024",
    )
