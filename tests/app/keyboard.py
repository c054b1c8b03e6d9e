"""A page in Chromium worked by keys, over the browser's own debugging protocol."""

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from websockets.sync.client import ClientConnection, connect

KEYS = {"Tab": 9, "Enter": 13, "ArrowRight": 39, "ArrowDown": 40}
PATIENCE = 240.0  # seconds


class Page:
    """One page: keys go in, expressions come out."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection, self._sent = connection, 0

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Result of a method of the protocol."""
        answer = self._answer(method, parameters)
        assert "error" not in answer, answer
        return dict(answer["result"])

    def value(self, expression: str) -> Any:
        """Value of a JavaScript expression, None where it fails or the page is not there yet."""
        asked = {"expression": expression, "returnByValue": True}
        answer = self._answer("Runtime.evaluate", asked)
        return None if "error" in answer else answer["result"]["result"].get("value")

    def _answer(self, method: str, parameters: dict[str, object]) -> dict[str, Any]:
        self._sent += 1
        request = {"id": self._sent, "method": method, "params": parameters}
        self._connection.send(json.dumps(request))
        while True:
            answer: dict[str, Any] = json.loads(self._connection.recv(timeout=PATIENCE))
            if answer.get("id") == self._sent:
                return answer

    def until(self, expression: str) -> None:
        """Wait until an expression holds."""
        end = time.monotonic() + PATIENCE
        while self.value(expression) is not True:
            assert time.monotonic() < end, f"in vain for {expression}"
            time.sleep(0.05)

    def press(self, key: str) -> None:
        """A key of :data:`KEYS`, or a character, pressed and let go."""
        code = KEYS.get(key, ord(key[0]))
        text = {"Enter": "\r"}.get(key, key if key not in KEYS else "")
        down = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.call(
            "Input.dispatchKeyEvent", type="keyDown", **down, **({"text": text} if text else {})
        )
        self.call("Input.dispatchKeyEvent", type="keyUp", **down)


@contextmanager
def opened(chromium: str, flags: Sequence[str], url: str, folder: Path) -> Iterator[Page]:
    """A page of a browser with a profile of its own; the browser ends with the block."""
    process = subprocess.Popen(
        [chromium, *flags, "--remote-debugging-port=0", f"--user-data-dir={folder}", url],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        where = folder / "DevToolsActivePort"
        end = time.monotonic() + PATIENCE
        while not (where.exists() and where.read_text(encoding="utf-8").strip()):
            assert time.monotonic() < end, "the browser did not start"
            time.sleep(0.05)
        port = where.read_text(encoding="utf-8").split()[0]
        with urlopen(f"http://127.0.0.1:{port}/json") as reply:
            pages = [each for each in json.load(reply) if each["type"] == "page"]
        with connect(pages[0]["webSocketDebuggerUrl"], max_size=None) as connection:
            yield Page(connection)
    finally:
        process.terminate()
        process.wait()
