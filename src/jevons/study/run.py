"""The chain's run that the figures of a study share, so that no future is simulated twice."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from jevons.model.simulate import Experiment, Progress, inputs_drawn, simulate
from jevons.study.path_summaries import KEPT, PathSummaries, summarise_paths


class Run:
    """One experiment over its draws.

    Args:
        experiment: what to run. draws: how many. progress: called with blocks done and blocks in
            all while the summaries run. shared: paths that others read as well; the summaries leave
            them behind.
    """

    def __init__(
        self,
        experiment: Experiment,
        draws: int,
        progress: Progress | None = None,
        shared: Sequence[str] = (),
    ) -> None:
        self.experiment, self.draws = experiment, draws
        self._progress, self._shared = progress, shared
        self._held: dict[str, np.ndarray] = {}
        self._drawn: dict[str, np.ndarray] = {}

    @cached_property
    def summaries(self) -> PathSummaries:
        """Every path summarised, and what is counted over draws beside it."""
        found = summarise_paths(self.experiment, self.draws, self._progress, self._shared)
        self._held |= found.kept
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
