"""Sources on the network: asked slowly, again after a failure, taken whole or not at all."""

import http.client
import json
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jevons.errors import UserError

TIMEOUT = 30.0  # s that an answer may take
PAUSE = 0.5  # s between requests to one source
TRIES = 4  # the waits between them are 1, 2 and 4 s unless the source asks for longer
LONGEST_WAIT = 60.0  # s that is waited for a source that asks for it
AGAIN = (429, 500, 502, 503, 504)
LONGEST_REASON = 2000  # bytes
AGENT = "Mozilla/5.0 (compatible; jevons)"

Sleep = Callable[[float], None]


class Source:
    """A source under a base address, e.g. ``https://query1.finance.yahoo.com``.

    Args:
        name: as errors name it. address: http or https. sleep: waits so many seconds.
        pause: s between requests. headers: sent with each request, e.g. who asks.
        kept: folder in which answers wait until their pull is done, so that a pull that was
            interrupted goes on where it stopped; of one day only, since an address does not tell
            the day. None keeps nothing.
    """

    def __init__(
        self,
        name: str,
        address: str,
        sleep: Sleep = time.sleep,
        *,
        pause: float = PAUSE,
        headers: Mapping[str, str] | None = None,
        kept: Path | None = None,
    ) -> None:
        if not address.startswith(("http://", "https://")) or not urlsplit(address).hostname:
            raise UserError(f"--url {address!r} is no address; write it as https://HOST")
        self.name, self.address, self.kept = name, address.rstrip("/"), kept
        self._sleep, self._pause = sleep, pause
        self._headers = {"User-Agent": AGENT} | dict(headers or {})
        self._asked = False

    def json(self, path: str, secret: str = "") -> Any:
        """The JSON document under a path, from what an interrupted pull left or from the network.

        Args:
            path: what is asked for. secret: further words of the request that no error shows.

        Raises:
            UserError: there is no network, the source refuses, or its answer is cut off.
        """
        waiting = None if self.kept is None else self.kept / self._file_name(path)
        if waiting is not None and waiting.exists():
            return json.loads(waiting.read_bytes())
        content, document = self._ask(path + secret)
        if waiting is not None:
            self._keep(waiting, content)
        return document

    def done(self) -> None:
        """Forget the answers that were kept: their pull is over."""
        if self.kept is not None:
            shutil.rmtree(self.kept, ignore_errors=True)

    def _file_name(self, path: str) -> str:
        return sha256(f"{self.address}/{path}".encode()).hexdigest()

    def _keep(self, file: Path, content: bytes) -> None:
        """Write an answer whole: under another name first."""
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            half = file.with_suffix(".half")
            half.write_bytes(content)
            half.replace(file)
        except OSError as error:
            raise UserError(
                f"{file.parent} cannot be written ({error.strerror}); nothing was taken"
            ) from error

    def _ask(self, path: str) -> tuple[bytes, Any]:
        if self._asked:
            self._sleep(self._pause)
        self._asked = True
        for attempt in range(TRIES):
            last = attempt == TRIES - 1
            try:
                content = self._read(path)
                return content, json.loads(content)
            except urllib.error.HTTPError as error:
                told = _reason(error)
                if error.code not in AGAIN or last:
                    raise UserError(self._refused(error.code, told)) from error
                asked = error.headers.get("Retry-After", "")
                wait = float(asked) if asked.isdecimal() else 0.0
                self._sleep(min(max(2.0**attempt, wait), LONGEST_WAIT))
            except (ValueError, http.client.IncompleteRead) as error:
                if last:
                    raise UserError(
                        f"{self.name} answered with half a document; nothing of it was taken: "
                        "try again"
                    ) from error
                self._sleep(2.0**attempt)
            except OSError as error:
                if last:
                    raise UserError(
                        f"{self.name} at {self.address} cannot be reached; check the network"
                    ) from error
                self._sleep(2.0**attempt)
        raise AssertionError("the last try returns or raises")

    def _read(self, path: str) -> bytes:
        request = urllib.request.Request(  # noqa: S310  http or https, see above
            f"{self.address}/{path}", headers=self._headers
        )
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            content: bytes = answer.read()
        return content

    def _refused(self, code: int, told: str) -> str:
        if code == 429:
            return f"{self.name} asks to wait (429); nothing was taken: try again later"
        if code == 404:
            return f"{self.name} knows nothing under this name (404); check it"
        if told:
            return f"{self.name} refused with {code}: {told}; nothing was taken"
        return f"{self.name} refused with {code}; nothing was taken: try again later"


def _reason(error: urllib.error.HTTPError) -> str:
    """The sentence of FRED and others in the body of a refusal; empty where there is none."""
    try:
        document = json.loads(error.read(LONGEST_REASON))
    except (ValueError, OSError, http.client.HTTPException):
        return ""
    finally:
        error.close()
    told = document.get("error_message") if isinstance(document, dict) else None
    return " ".join(str(told or "").split()).rstrip(".")
