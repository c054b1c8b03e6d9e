"""The chain's run that the figures of a study share, so that no future is simulated twice."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from jevons.model.simulate import Progress, inputs_drawn, series, simulate
from jevons.study.path_summaries import KEPT, PathSummaries, summarise_paths
from jevons.study.reports import OUTPUTS, SECOND_NAMES, Reports, with_parts


class Run:
    """One experiment over its draws.

    Args:
        reports: what to run, and how its reports are drawn. draws: how many. progress: called with
            blocks done and blocks in all while the summaries run. shared: paths that others read as
            well; the summaries leave them behind.
    """

    def __init__(
        self,
        reports: Reports,
        draws: int,
        progress: Progress | None = None,
        shared: Sequence[str] = (),
    ) -> None:
        self.reports, self.draws = reports, draws
        self.experiment = reports.experiment
        self._progress, self._shared = progress, shared
        self._held: dict[str, np.ndarray] = {}
        self._reported: Mapping[str, np.ndarray] = {}
        self._drawn: dict[str, np.ndarray] = {}

    @cached_property
    def summaries(self) -> PathSummaries:
        """Every path summarised, and what is counted over draws beside it."""
        found = summarise_paths(self.reports, self.draws, self._progress, self._shared)
        self._held |= found.kept
        self._reported = found.reported
        return found

    def paths(self, names: Sequence[str], draws: int | None = None) -> Mapping[str, np.ndarray]:
        """Paths of the first draws, all by default; as :func:`~jevons.model.simulate.simulate`.

        What was simulated is held, up to :data:`~jevons.study.path_summaries.KEPT` draws.
        """
        if self.draws > KEPT:
            return simulate(self.experiment, self.draws if draws is None else draws, names)
        missing = [name for name in names if name not in self._held]
        if missing:
            self._held |= simulate(self.experiment, self.draws, missing)
        return {name: self._held[name][:draws] for name in names}

    def reported(self, names: Sequence[str], draws: int | None = None) -> dict[str, np.ndarray]:
        """The first draws, all by default, of series by ``name`` or ``name.member``.

        Each is (draw, quarter); what companies report has what was reported up to the anchor and
        then the draws of their reports. Held as :meth:`paths` are.
        """
        places = {name: series(SECOND_NAMES.get(name, name)) for name in names}
        paths = self._with_reports(sorted({output for output, _ in places.values()}), draws)
        return {
            name: paths[output] if place is None else paths[output][:, place]
            for name, (output, place) in places.items()
        }

    def _with_reports(self, names: Sequence[str], draws: int | None) -> Mapping[str, np.ndarray]:
        if self.draws > KEPT:
            return self._reports_of(self.paths(with_parts(names), draws))
        if not self._reported and not set(names).isdisjoint(OUTPUTS):
            paths = self.paths(list(dict.fromkeys((*names, *OUTPUTS))))  # one run for all
            self._reported = self._reports_of({name: paths[name] for name in OUTPUTS})
        found = dict(self.paths([name for name in names if name not in OUTPUTS], draws))
        return found | {name: self._reported[name][:draws] for name in names if name in OUTPUTS}

    def _reports_of(self, paths: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        found = self.reports.of_simulated(paths)
        self.reports.put_past({name: np.moveaxis(path, 0, -1) for name, path in found.items()})
        return found

    def inputs(self, names: Sequence[str], draws: int | None = None) -> dict[str, np.ndarray]:
        """The first draws of inputs, all by default, each (draw,), in the inputs' units.

        One call draws the normals of all of them, so all are held, up to
        :data:`~jevons.study.path_summaries.KEPT` draws.
        """
        if self.draws > KEPT:
            return inputs_drawn(self.experiment, names, self.draws if draws is None else draws)
        if not self._drawn:
            self._drawn = inputs_drawn(self.experiment, list(self.experiment.inputs), self.draws)
        return {name: self._drawn[name][:draws] for name in names}
