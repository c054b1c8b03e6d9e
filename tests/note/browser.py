"""A page in headless Chromium: what a reader would see, measured inside the page."""

import json
import re
import shutil
import subprocess
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr",
    "--virtual-time-budget=9000", "--disable-extensions", "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
# Runs first: whatever the page is refused, and whatever fails, is written down.
LISTEN = """<script>
window.trouble = [];
addEventListener("securitypolicyviolation", (e) => trouble.push("refused " + e.blockedURI));
addEventListener("error", (e) => trouble.push("error " + e.message));
addEventListener("unhandledrejection", (e) => trouble.push("rejected " + e.reason));
</script>"""
MEASURE = (Path(__file__).with_name("measure.js")).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Seen:
    """What the page measured of itself, and what the browser logged."""

    report: dict[str, Any]
    console: list[str]


def see(html: str, folder: Path, *flags: str, width: int = 1200) -> Seen:
    """Open a page of ``width`` pixels and let it measure itself."""
    file = folder / f"page-{width}.html"
    policy = re.search(r"<meta http-equiv=.Content-Security-Policy[^>]*>", html)
    assert policy
    own = b64encode(sha256(MEASURE.encode()).digest()).decode()
    allowed = policy[0].replace("script-src ", f"script-src 'sha256-{own}' ")
    watched = html.replace(policy[0], LISTEN + allowed)
    frame = (
        f'<script type="application/json" id="report"></script><script>{MEASURE}</script></body>'
    )
    before, _, after = watched.rpartition("</body>")  # the charts' code holds that tag too
    file.write_text(before + frame + after, encoding="utf-8")
    done = run(folder, f"--window-size={width},2000", *flags, "--dump-dom", file.as_uri())
    found = re.search(r'id="report">(.*?)</script>', done.stdout, re.DOTALL)
    console = re.findall(r"CONSOLE[^\n]*", done.stderr)
    assert found, f"the page is not whole: {console}"
    assert found[1], f"the page did not measure itself: {console}"
    return Seen(json.loads(unescape(found[1])), console)


def printed(html: str, folder: Path) -> bytes:
    """The page on paper."""
    file, out = folder / "print.html", folder / "print.pdf"
    file.write_text(html, encoding="utf-8")
    run(folder, f"--print-to-pdf={out}", "--no-pdf-header-footer", file.as_uri())
    return out.read_bytes()


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Chromium with a profile of its own, so that several run side by side."""
    profile = f"--user-data-dir={folder / 'profile'}"
    return subprocess.run(
        [CHROMIUM, *FLAGS, profile, *arguments],
        capture_output=True, text=True, timeout=120, check=True, encoding="utf-8",
    )  # fmt: skip
