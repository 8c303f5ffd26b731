"""A served demo district and a real Chromium: what a person does, seen the way a person sees it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

PASSWORD = "yunxi-demo-district"
WIDTHS = {"desktop": (1920, 1080), "phone": (360, 740)}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class District:
    """A demo district with its portal's address."""

    folder: Path
    address: str

    def ask(self, *words: str) -> list[dict[str, object]]:
        """What the command line says of it, as JSON lines."""
        said = gangmu("--dir", str(self.folder), *words, "--json").stdout
        return [json.loads(line) for line in said.splitlines() if line.startswith("{")]


@dataclass
class Visitor:
    """A person at a screen: goes to addresses, and nothing may go wrong on the way."""

    district: District
    page: Page
    wide: bool
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        self.page.goto(self.district.address + path.lstrip("/"))
        self.looks_right()
        return self.page

    def looks_right(self) -> None:
        """No sideways scroll, and the page is one of ours."""
        self.page.wait_for_load_state()
        scroll, width = self.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert scroll <= width, f"{self.page.url} scrolls sideways: {scroll} > {width}"

    def sign_in(self, username: str) -> Visitor:
        self.page.context.clear_cookies()
        self.go("/sign-in/")
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("form.form button")
        self.page.wait_for_url(self.district.address)
        self.looks_right()
        return self

    def follow_number(self, number: str) -> str:
        """Click a number; the text of its trace, beside the page or, on a phone, as a page of its own."""
        self.page.locator(number).first.click()
        if self.wide:
            self.page.wait_for_selector("#panel:not([hidden]) .trace-value")
            return self.page.inner_text("#panel")
        self.page.wait_for_url("**/trace/**")
        self.looks_right()
        return self.page.inner_text("main")


def gangmu(*words: str) -> subprocess.CompletedProcess[str]:
    environment = {
        key: value for key, value in os.environ.items() if key not in ("GANGMU_DIR", "DATABASE_URL")
    }
    done = subprocess.run(
        [sys.executable, "-m", "gangmu", *words], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr or done.stdout
    return done


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[District]:
    """The demo district, built as a newcomer builds it, and served."""
    folder = tmp_path_factory.mktemp("browser") / "demo"
    gangmu("demo", "--dir", str(folder), "--no-serve", "--today", "2026-03-16")
    port = free_port()
    environment = {
        key: value for key, value in os.environ.items() if key not in ("GANGMU_DIR", "DATABASE_URL")
    }
    with (folder / "served.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "gangmu", "serve", "--dir", str(folder), "--port", str(port)],
            stdout=log,
            stderr=log,
            env=environment,
        )
    address = f"http://127.0.0.1:{port}/"
    try:
        wait_for(f"{address}healthz", server)
        yield District(folder, address)
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        assert program, "Chromium is needed: apt-get install chromium"
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=list(WIDTHS))
def visitor(request: pytest.FixtureRequest, district: District, chromium: Browser) -> Iterator[Visitor]:
    """A visitor at each width. A page that complains in the console fails its test."""
    width, height = WIDTHS[request.param]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", accept_downloads=True
    )
    one = Visitor(district, context.new_page(), wide=width > 1000)

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            one.complaints.append(f"{one.page.url}: {message.text}")

    one.page.on("console", heard)
    one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
    yield one
    context.close()
    assert one.complaints == []


def free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, server: subprocess.Popen[bytes], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert server.poll() is None, "the portal ended"
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.3)
    raise AssertionError(f"{address} does not answer")
