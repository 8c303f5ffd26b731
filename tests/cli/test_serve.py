"""The portal answers over HTTP, with its static files, from an installed package alone."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from tests.factories.commands import gangmu, surroundings


def test_a_port_that_is_taken_is_a_finding_with_another_to_try(tmp_path: Path) -> None:
    gangmu("init", tmp_path / "d")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = gangmu("serve", "--port", port, "--dir", tmp_path / "d", "--json")

    assert done.code == 1
    assert [(line["code"], line["remedy"]) for line in done.lines] == [
        ("serve.port_taken", f"请换一个端口：--port {port + 1}")
    ]


def test_a_port_that_does_not_exist_is_a_finding(tmp_path: Path) -> None:
    gangmu("init", tmp_path / "d")

    done = gangmu("serve", "--port", 99999, "--dir", tmp_path / "d", "--json")

    assert (done.code, [line["code"] for line in done.lines]) == (1, ["serve.no_port"])


def test_the_portal_is_served_at_the_address_printed(tmp_path: Path) -> None:
    gangmu("init", tmp_path / "d")
    with subprocess.Popen(
        [
            sys.executable,
            "-u",
            "-m",
            "gangmu",
            "serve",
            "--port",
            "0",
            "--dir",
            str(tmp_path / "d"),
            "--lang",
            "en",
        ],
        env=surroundings(),
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            said = server.stdout.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+/", said)
            assert address is not None, said
            with urllib.request.urlopen(f"{address[0]}healthz", timeout=30) as answer:
                healthy = answer.status
            try:
                urllib.request.urlopen(f"{address[0]}no-such-page", timeout=30)
                missing = 200
            except urllib.error.HTTPError as error:
                missing = error.code
        finally:
            server.terminate()
            ended = server.wait(timeout=30)

    assert (healthy, missing, ended) == (200, 404, 0)
