"""One study: facts known on a day, one seed, and every answer that follows from them."""

from jevons.study.study import Study

__all__ = ["Study"]
