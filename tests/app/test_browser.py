"""The page in Chromium, served as it is to its users: it works under its own strict policy."""

import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
import uvicorn

from jevons.app import Engine, application
from jevons.note.bundle import javascript

from .keyboard import opened

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), "")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-extensions",
    "--enable-logging=stderr", "--virtual-time-budget=60000",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip


@pytest.fixture(scope="module")
def address(engine: Engine) -> Iterator[str]:
    """The service on a free port of the loopback address, with the charts that it really serves."""
    with pytest.MonkeyPatch.context() as patch:
        # Tests of the interface leave the charts out for as long as their client lives.
        patch.setattr("jevons.app.page.javascript", javascript)
        settings = uvicorn.Config(application(engine), port=0, log_level="error", ws="none")
        server = uvicorn.Server(settings)
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/"
        server.should_exit = True
        thread.join()


def seen(url: str, folder: Path, width: int = 1280) -> tuple[str, list[str]]:
    """What the page has become, and what the browser logged."""
    done = subprocess.run(
        [CHROMIUM, *FLAGS, f"--user-data-dir={folder}", f"--window-size={width},2000",
         "--dump-dom", url],
        capture_output=True, text=True, timeout=240, check=True, encoding="utf-8",
    )  # fmt: skip
    noise = "Dropping"  # Vega-Lite says how it fits charts of rows
    return done.stdout, [
        line for line in re.findall(r"CONSOLE[^\n]*", done.stderr) if noise not in line
    ]


def test_the_page_answers_draws_and_is_quiet(address: str, tmp_path: Path) -> None:
    dom, console = seen(
        f"{address}?draws=100&part=compare&against=scenario%3Dpower-starved&move=elasticity%3A1.5",
        tmp_path,
    )
    assert console == []
    assert re.search(r'id="trouble"[^>]*hidden', dom)
    charts = dom.count('class="chart"')
    assert charts == 6
    assert len(re.findall(r"<svg[^>]*class=\"marks\"", dom)) == charts
    assert re.findall(r"aria-label=\"(CSV|SVG) ?\d?:", dom).count("SVG") == charts
    text = unescape(re.sub(r"<[^>]+>", " ", dom))
    assert "“Your settings” and “Power-starved” differ most in one key number" in text
    assert dom.count('role="tab"') == 6
    # The slider stands where the address says.
    assert re.search(r'aria-valuetext="1\.5 ', dom)


def test_a_phone_in_chinese_gets_the_same(address: str, tmp_path: Path) -> None:
    dom, console = seen(f"{address}?draws=100&part=build&lang=zh", tmp_path, width=390)
    assert console == []
    assert 'lang="zh-Hans"' in dom
    charts = dom.count('class="chart"')
    assert charts >= 4
    assert len(re.findall(r"<svg[^>]*class=\"marks\"", dom)) == charts


def test_on_a_narrow_screen_key_numbers_come_first_and_what_scrolls_shows_it(
    address: str, tmp_path: Path
) -> None:
    flags = [flag for flag in FLAGS if "virtual-time" not in flag] + ["--window-size=500,900"]
    with opened(CHROMIUM, flags, f"{address}?draws=100", tmp_path) as page:
        page.until("document.querySelectorAll('#numbers div').length > 0")
        tops = [
            page.value(f"document.getElementById('{name}').getBoundingClientRect().top")
            for name in ("numbers", "controls", "tabs")
        ]
        assert tops == sorted(tops)
        page.until("document.querySelectorAll('#result .scroll').length > 0")
        for place in ("#tabs", "#result .scroll"):
            style = f"getComputedStyle(document.querySelector('{place}'))"
            assert page.value(f"{style}.overflowX") == "auto"
            assert page.value(f"{style}.backgroundImage").count("gradient") == 4


def test_an_address_that_cannot_be_answered_says_so_and_starts_afresh(
    address: str, tmp_path: Path
) -> None:
    dom, _ = seen(f"{address}?as_of=1999-01-01", tmp_path)
    assert re.search(r'id="trouble"[^>]*>as_of 1999-01-01 is outside the facts', dom)
    assert dom.count('role="tab"') == 6


def test_an_assumption_is_moved_and_a_number_traced_by_keyboard_alone(
    address: str, tmp_path: Path
) -> None:
    answered = (
        "document.querySelectorAll('#numbers div').length > 0"
        " && !document.getElementById('result').matches('.waiting')"
    )
    flags = [flag for flag in FLAGS if "virtual-time" not in flag] + ["--window-size=1280,900"]
    with opened(CHROMIUM, flags, f"{address}?draws=100", tmp_path) as page:
        page.until(answered)
        day = "document.activeElement.type === 'date' && document.activeElement.value"
        for _ in range(4):
            page.press("Tab")
        for digit in "03012025":
            page.press(digit)
        assert page.value(day) == "2025-03-01"
        assert "as_of" not in page.value("location.search")  # a day half typed asks for nothing
        page.value("document.querySelector('#controls fieldset').dataset.former = 'yes'")
        page.press("Enter")
        page.until("location.search.includes('as_of=2025-03-01')")
        page.until("document.querySelector('[data-former]') === null")  # controls made anew
        page.until(answered)
        assert page.value(day) == "2025-03-01"

        page.value("document.getElementById('input-elasticity').focus()")
        before = page.value("document.getElementById('numbers').textContent")
        for _ in range(9):
            page.press("ArrowRight")
        page.until("location.search.includes('move=elasticity')")
        page.until(f"document.getElementById('numbers').textContent !== {before!r}")
        assert page.value("document.activeElement.id") == "input-elasticity"

        page.value("document.querySelector('#numbers .ask').focus()")
        page.press("Enter")
        page.until("document.querySelectorAll('#reason a[href^=http]').length > 0")
        assert page.value("document.activeElement.closest('#reason') !== null") is True
