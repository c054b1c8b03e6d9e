"""A local application: change an assumption, see every figure move, ask why."""

from jevons.app.engine import Engine
from jevons.app.question import Question
from jevons.app.server import application

__all__ = ["Engine", "Question", "application"]
