"""Where a sweep runs: threads of this process, or an existing Dask cluster, to the same bits.

A sweep is cut into parts of rules. A finished part is kept in a folder under the hash of all that
it depends on, until the whole sweep is done; a sweep that was stopped goes on from there.
"""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from jevons import __version__
from jevons.errors import UserError
from jevons.ladder.rule import LadderRule
from jevons.ladder.scenario import Scenario, sessions
from jevons.ladder.sweep import FIELDS, Tried, try_rules

if TYPE_CHECKING:
    from distributed import Client

PART = 32  # rules in a part; the same for every engine, so that parts are found again
ENGINES = ("local", "dask")
PATIENCE = 10.0  # seconds that a scheduler has to answer
Progress = Callable[[int, int], None]
Parts = Iterator[tuple[str, Tried]]


@dataclass(frozen=True, slots=True)
class Engine:
    """Where and how a sweep runs.

    Attributes:
        name: one of :data:`ENGINES`. scheduler: address of the Dask scheduler.
        folder: where finished parts are kept; None keeps none.
    """

    name: str = "local"
    scheduler: str | None = None
    folder: Path | None = None

    def __post_init__(self) -> None:
        if self.name not in ENGINES:
            raise UserError(f"engine {self.name!r} is not known; use {' or '.join(ENGINES)}")
        if (self.name == "dask") != (self.scheduler is not None):
            raise UserError(
                "--engine dask needs --scheduler ADDRESS, e.g. tcp://127.0.0.1:8786, and no other "
                "engine takes one"
            )


def sweep(
    rules: Sequence[LadderRule],
    scenario: Scenario,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> Tried:
    """Try the rules part by part; see :func:`jevons.ladder.sweep.try_rules`.

    Raises:
        UserError: the cluster cannot be reached or runs another version, or the folder cannot be
            written.
    """
    engine = engine or Engine()
    base = scenario.scenario_hash
    parts = {}
    for first in range(0, len(rules), PART):
        chosen = rules[first : first + PART]
        names = "".join(rule.rule_hash for rule in chosen)
        parts[sha256(f"{base}{names}".encode()).hexdigest()] = chosen
    shape = len(sessions(scenario.bars))
    done = {key: part for key in parts if (part := _load(engine.folder, key, shape)) is not None}
    todo = {key: chosen for key, chosen in parts.items() if key not in done}
    scheduler = engine.scheduler
    computed = _on_dask(todo, scenario, scheduler) if scheduler else _in_threads(todo, scenario)
    for key, part in computed:
        _save(engine.folder, key, part)
        done[key] = part
        if progress:
            progress(len(done), len(parts))
    _forget(engine.folder, parts)
    return Tried.joined([done[key] for key in parts])


def _in_threads(todo: dict[str, Sequence[LadderRule]], scenario: Scenario) -> Parts:
    """Parts as they are done; the compiled loop lets other threads run."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        waiting = {pool.submit(try_rules, rules, scenario): key for key, rules in todo.items()}
        try:
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _on_dask(todo: dict[str, Sequence[LadderRule]], scenario: Scenario, scheduler: str) -> Parts:
    """Parts as the cluster finishes them; the prices travel to each worker once."""
    try:
        import distributed
    except ImportError as error:
        raise UserError(
            "--engine dask needs the package distributed; install it with "
            "pip install 'jevons[dask]', or use --engine local"
        ) from error
    with _client(scheduler) as client:
        versions = set(client.run(_version).values())
        if versions != {__version__}:
            raise UserError(
                f"the workers at {scheduler} run jevons {', '.join(sorted(versions))} and "
                f"this is {__version__}; install the same version, or start workers"
            )
        # Dask has no types.
        shared = client.scatter(scenario, broadcast=True)  # type: ignore[no-untyped-call]
        waiting = {
            client.submit(try_rules, rules, shared, key=f"ladder-{key}"): key
            for key, rules in todo.items()
        }
        finished = distributed.as_completed(list(waiting))  # type: ignore[no-untyped-call]
        for future in finished:
            yield waiting[future], future.result()


@contextmanager
def _client(scheduler: str) -> "Iterator[Client]":
    import distributed

    try:
        client = distributed.Client(scheduler, timeout=PATIENCE)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        raise UserError(
            f"no Dask scheduler answers at {scheduler}; start one with dask scheduler"
        ) from error
    with client:
        yield client


def _version() -> str:
    return __version__


def _load(folder: Path | None, key: str, count: int) -> Tried | None:
    """A finished part, or None if it is not there or not whole."""
    if folder is None:
        return None
    try:
        with (folder / f"{key}.npz").open("rb") as stream:
            kept = np.load(stream, allow_pickle=False)
            part = Tried(*(kept[name] for name in FIELDS))
    except (OSError, ValueError, KeyError, BadZipFile):
        return None
    return part if part.returns.shape[1] == count else None


def _save(folder: Path | None, key: str, part: Tried) -> None:
    """Keep a part; it is there whole or not at all."""
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"{key}.{os.getpid()}.part"
        with draft.open("wb") as stream:
            np.savez(stream, **{name: getattr(part, name) for name in FIELDS})
        draft.replace(folder / f"{key}.npz")
    except OSError as error:
        raise UserError(
            f"parts of the sweep cannot be kept in {folder} ({error.strerror}); free some space, "
            "or set JEVONS_HOME to another folder"
        ) from error


def _forget(folder: Path | None, keys: Collection[str]) -> None:
    """The sweep is done: its parts are no longer needed."""
    if folder is None:
        return
    for key in keys:
        (folder / f"{key}.npz").unlink(missing_ok=True)
