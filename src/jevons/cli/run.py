"""The options that fix a run, declared once for the commands that ask a study.

Such a command takes them as one parameter, ``run: Run = RUN``; :func:`spread` puts the options of
:class:`Run` in its place before the parser sees the command.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import wraps
from inspect import Parameter, signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

from jevons.cli.options import (
    DRAWS,
    SEED,
    AsOf,
    Draws,
    FactFiles,
    Json,
    PriorOnly,
    Scenarios,
    Seed,
    open_study,
)

if TYPE_CHECKING:
    from jevons.model.simulate import Progress
    from jevons.study import Study

Command = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Run:
    """Which facts, which day, which draws; the options of jevons.cli.options in their order."""

    as_of: AsOf = None
    seed: Seed = SEED
    draws: Draws = DRAWS
    as_json: Json = False
    facts: FactFiles = None
    scenario: Scenarios = None
    prior: PriorOnly = False

    def study(
        self,
        report: "Progress | None" = None,
        prices: Sequence[Path] | None = None,
        companies: Sequence[Path] | None = None,
    ) -> "Study":
        """The study of these options; see :func:`jevons.cli.options.open_study`."""
        return open_study(
            self.as_of,
            self.seed,
            self.draws,
            self.facts,
            prices,
            report,
            scenarios=self.scenario,
            companies=companies,
            prior=self.prior,
        )


RUN = Run()
NAMES = tuple(each.name for each in fields(Run))


def spread(command: Command) -> Command:
    """A command whose parameter ``run`` is taken as the options of :class:`Run`.

    >>> def answer(name: str, run: Run = RUN) -> None: ...
    >>> list(signature(spread(answer)).parameters)[:3]
    ['name', 'as_of', 'seed']
    """
    if "run" not in signature(command).parameters:
        return command

    @wraps(command)
    def spread_out(**given: Any) -> None:
        chosen = Run(**{name: given.pop(name) for name in NAMES})
        command(run=chosen, **given)

    options = list(_options(command))
    spread_out.__signature__ = signature(command).replace(parameters=options)  # type: ignore[attr-defined]
    spread_out.__annotations__ = {each.name: each.annotation for each in options} | {"return": None}
    return spread_out


def _options(command: Command) -> Iterator[Parameter]:
    """The parameters as the parser is to see them."""
    hints = get_type_hints(command, include_extras=True)
    for each in signature(command).parameters.values():
        if each.name != "run":
            yield each.replace(annotation=hints[each.name])
            continue
        taken = get_type_hints(Run, include_extras=True)
        for name in NAMES:
            yield Parameter(name, each.kind, default=getattr(RUN, name), annotation=taken[name])
