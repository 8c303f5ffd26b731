"""Photographs the pages of a built demo district: `pictures.py DISTRICT OUT`.

Each picture is one row of `PICTURES`: name, who is signed in, address, width. The report is photographed
from its PDF, as it will print.
"""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gangmu.cli.demo.accounts import PASSWORD
from playwright.sync_api import Browser, Page, sync_playwright

PORT = 8791
SITE = f"http://127.0.0.1:{PORT}"
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE, PHONE = (1440, 900), (360, 780)
PICTURES: list[tuple[str, str, str, tuple[int, int]]] = []


@contextmanager
def served(district: Path) -> Iterator[None]:
    """The portal of a district, on a port of its own."""
    command = [sys.executable, "-m", "gangmu", "serve", "--port", str(PORT), "--dir", str(district)]
    server = subprocess.Popen(command)
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{SITE}/healthz", timeout=2)
                break
            except OSError:
                time.sleep(0.2)
        yield
    finally:
        server.terminate()
        server.wait()


def signed_in(browser: Browser, who: str, size: tuple[int, int]) -> Page:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    page.goto(f"{SITE}/sign-in/")
    page.fill("input[name=username]", who)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    return page


def main(district: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with served(district), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        for name, who, address, size in PICTURES:
            page = signed_in(browser, who, size)
            page.goto(SITE + address)
            page.screenshot(path=out / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
