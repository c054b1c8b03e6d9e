"""Sources on the network: asked slowly, again after a failure, taken whole or not at all."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from jevons.errors import UserError

TIMEOUT = 30.0  # s that an answer may take
PAUSE = 0.5  # s between requests to one source
TRIES = 4  # the waits between them are 1, 2 and 4 s unless the source asks for longer
LONGEST_WAIT = 60.0  # s that is waited for a source that asks for it
AGAIN = (429, 500, 502, 503, 504)
AGENT = "Mozilla/5.0 (compatible; jevons)"

Sleep = Callable[[float], None]


class Source:
    """A source under a base address, e.g. ``https://query1.finance.yahoo.com``.

    Args:
        name: as errors name it. address: http or https. sleep: waits so many seconds.
    """

    def __init__(self, name: str, address: str, sleep: Sleep = time.sleep) -> None:
        if not address.startswith(("http://", "https://")):
            raise UserError(f"--url {address!r} is no address; write it as https://HOST")
        self.name, self.address, self._sleep = name, address.rstrip("/"), sleep
        self._asked = False

    def json(self, path: str) -> Any:
        """The JSON document under a path.

        Raises:
            UserError: there is no network, the source refuses, or its answer is cut off.
        """
        if self._asked:
            self._sleep(PAUSE)
        self._asked = True
        for attempt in range(TRIES):
            last = attempt == TRIES - 1
            try:
                return json.loads(self._read(path))
            except urllib.error.HTTPError as error:
                error.close()
                if error.code not in AGAIN or last:
                    raise UserError(self._refused(error.code)) from error
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
            f"{self.address}/{path}", headers={"User-Agent": AGENT}
        )
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            content: bytes = answer.read()
        return content

    def _refused(self, code: int) -> str:
        if code == 429:
            return f"{self.name} asks to wait (429); nothing was taken: try again later"
        if code == 404:
            return f"{self.name} knows nothing under this name (404); check it"
        return f"{self.name} refused with {code}; nothing was taken: try again later"
