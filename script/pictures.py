"""Photographs the pages of a built demo district: `pictures.py DISTRICT OUT`.

Each picture is one row of `PICTURES`: name, who is signed in, address, size, and what is clicked first.
The report is photographed from its PDF, as it will print.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from gangmu.cli.demo import data_files

CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE, TALL, PHONE = (1280, 860), (1280, 1100), (360, 780)
PASSWORD = data_files.read("accounts")["password"]


@dataclass(frozen=True)
class Picture:
    """A page as a person sees it. `then`: links to follow from the address on; `shows`: what must stand there."""

    name: str
    who: str
    address: str
    size: tuple[int, int] = WIDE
    then: tuple[str, ...] = ()
    shows: str = "main"


YEAR = "{year}"
PICTURES = [
    Picture("home-office", "officer", "/"),
    Picture("home-unit", "fgw", "/"),
    Picture("one-page", "mayor", "/"),
    Picture("figure", "officer", f"/figures/gdp/{YEAR}/"),
    Picture("goals", "officer", "/goals/"),
    Picture("ledger", "officer", "/ledgers/projects/?stage=started"),
    Picture("entry", "officer", "/ledgers/projects/?stage=started", then=("tbody a >> nth=0",)),
    Picture(
        "supervision", "officer", "/ledgers/supervision/?stage=replied", TALL, then=("tbody a >> nth=0",)
    ),
    Picture("ranking", "officer", f"/scores/{YEAR}/", (1440, 900)),
    Picture("score-sheet", "officer", f"/scores/{YEAR}/FGW/"),
    Picture("report", "officer", "/reports/", then=("tbody a >> nth=0",)),
    Picture(
        "trace",
        "officer",
        "/reports/",
        (1440, 900),
        then=("tbody a >> nth=0", ".paper a.bound[href*=projects_] >> nth=0"),
        shows="#panel .trace-value",
    ),
    Picture("phone-home", "officer", "/", PHONE),
    Picture("phone-figure", "officer", f"/figures/gdp/{YEAR}/", PHONE),
]


@contextmanager
def served(district: Path) -> Iterator[str]:
    """The portal of a district, on a port of its own: its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    site = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "gangmu", "serve", "--port", str(port), "--dir", str(district)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        for _ in range(150):
            try:
                urllib.request.urlopen(f"{site}/healthz", timeout=2)
                break
            except OSError:
                time.sleep(0.2)
        yield site
    finally:
        server.terminate()
        server.wait()


def signed_in(browser: Browser, site: str, one: Picture) -> Page:
    page = browser.new_page(viewport={"width": one.size[0], "height": one.size[1]}, locale="zh-CN")
    page.goto(f"{site}/sign-in/")
    page.fill("input[name=username]", one.who)
    page.fill("input[name=password]", PASSWORD)
    page.click("form.form button")
    return page


def photograph(browser: Browser, site: str, one: Picture, year: str, out: Path) -> None:
    page = signed_in(browser, site, one)
    page.goto(site + one.address.replace(YEAR, year))
    for link in one.then:
        page.locator(link).click()
        page.wait_for_load_state()
    page.wait_for_selector(one.shows)
    page.mouse.move(0, 0)
    page.screenshot(path=out / f"{one.name}.png")
    page.context.close()


# The faces an official document is set in are nobody's to give away; these of the same kind stand in for them.
STAND_INS = {
    "Noto Serif CJK SC": ("方正小标宋简体", "仿宋_GB2312", "仿宋", "楷体_GB2312", "楷体", "宋体"),
    "Noto Sans CJK SC": ("黑体",),
}


def fonts(room: Path) -> Path:
    """A configuration that sets an official document in faces that are here."""
    aliases = "".join(
        f"<match><test name='family'><string>{face}</string></test>"
        f"<edit name='family' mode='assign' binding='strong'><string>{here}</string></edit></match>"
        for here, faces in STAND_INS.items()
        for face in faces
    )
    file = room / "fonts.conf"
    file.write_text(
        f"<fontconfig><include>/etc/fonts/fonts.conf</include>{aliases}</fontconfig>", encoding="utf-8"
    )
    return file


def photograph_report(word: Path, out: Path) -> None:
    """The first page of a Word document, as LibreOffice prints it."""
    with tempfile.TemporaryDirectory() as room:
        office = f"-env:UserInstallation=file://{room}/profile"
        subprocess.run(
            ["soffice", office, "--headless", "--convert-to", "pdf", "--outdir", room, str(word)],
            check=True,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "FONTCONFIG_FILE": str(fonts(Path(room)))},
        )
        first_page = ["pdftoppm", "-r", "80", "-f", "1", "-l", "1", "-singlefile", "-png"]
        pdf = Path(room) / f"{word.stem}.pdf"
        subprocess.run([*first_page, str(pdf), str(out / "report-word")], check=True)


def main(district: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    # The demo's day is today, and what it scores and reports is the last closed year.
    year = str(time.localtime().tm_year - 1)
    os.environ.pop("DATABASE_URL", None)
    with served(district) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        for one in PICTURES:
            photograph(browser, site, one, year, out)
        browser.close()
    [word] = district.glob("*.docx")
    photograph_report(word, out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
