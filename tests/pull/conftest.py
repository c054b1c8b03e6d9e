"""Every test of a pull has a server and a user's data folder of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from jevons.cli import main

from .server import Server


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv("JEVONS_HOME", str(folder))
    return folder


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()
    thread = Thread(target=found.http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield found
    found.http.shutdown()
    found.http.server_close()
    thread.join()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the command line in this process: exit code, standard output, errors on one line."""

    def call(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as leaving:
            main(words)
        assert isinstance(leaving.value.code, int)
        captured = capsys.readouterr()
        return leaving.value.code, captured.out, " ".join(captured.err.split())

    return call
