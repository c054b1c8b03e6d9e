"""The program: its commands, its exit codes, and how it says what went wrong."""

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated

import typer

from jevons import __version__
from jevons.cli import (
    answers,
    build_out,
    calibrate,
    claims,
    companies,
    cost,
    drawdown,
    facts,
    ladder,
    mcp,
    pull,
    replay,
    serve,
)
from jevons.cli.run import spread
from jevons.errors import MistakesError, UserError

DONE, FAULT, MISTAKE, INTERRUPTED = 0, 1, 2, 130

app = typer.Typer(
    name="jevons",
    help=(
        "From a GPU kernel to the price of a share: what cheaper tokens do to demand for compute, "
        "what gets built, and what it is worth. Every number can be traced to a dated source."
    ),
    epilog="Start with: jevons note. Not investment advice.",
    add_completion=False,
    rich_markup_mode=None,  # plain help appears three times sooner than framed help
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
COMMANDS = (
    answers.note,
    calibrate.calibrate,
    answers.index,
    answers.shock,
    answers.simulate,
    answers.sensitivity,
    build_out.supply,
    build_out.power,
    build_out.capital,
    build_out.campuses,
    companies.chain,
    companies.value,
    companies.implied,
    companies.backcheck,
    drawdown.drawdown,
    drawdown.universe,
    answers.scenarios,
    replay.score,
    replay.replay,
    serve.serve,
    mcp.mcp,
)
for command in COMMANDS:
    # The whole first line, which the parser would cut short in the list of commands.
    app.command(short_help=str(command.__doc__))(spread(command))
app.add_typer(cost.app, name="cost", short_help=cost.app.info.help)
app.add_typer(claims.app, name="claims", short_help=claims.app.info.help)
app.add_typer(facts.app, name="facts", short_help=facts.app.info.help)
app.add_typer(pull.app, name="pull", short_help=pull.app.info.help)
app.add_typer(ladder.app, name="ladder", short_help=ladder.app.info.help)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"jevons {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """The options of the program itself; each command has its own."""


# The parser's own errors (unknown option, not a number, ...) have no public name.
_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code.

    Returns:
        0 done; 1 a fault of ours; 2 a mistake of the user's; 130 interrupted.
    """
    try:
        code = app(args=list(arguments) or ["--help"], prog_name="jevons", standalone_mode=False)
    except MistakesError as error:
        for line in str(error).splitlines():
            _complain(line, MISTAKE)
        return MISTAKE
    except UserError as error:
        return _complain(str(error), MISTAKE)
    except _USAGE_ERROR as error:
        return _complain(_usage_message(error), MISTAKE)
    except (KeyboardInterrupt, typer.Abort):
        return _complain("interrupted", INTERRUPTED)
    except Exception as error:
        if os.environ.get("JEVONS_DEBUG"):
            traceback.print_exc()
        brief = str(error).splitlines()[0] if str(error) else "no message"
        return _complain(
            f"a fault in jevons, not in your input ({type(error).__name__}: {brief}); "
            "set JEVONS_DEBUG=1 for the traceback",
            FAULT,
        )
    if code == INTERRUPTED:  # the parser turns Ctrl-C into a silent exit
        return _complain("interrupted", INTERRUPTED)
    return code if isinstance(code, int) else DONE


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of ``jevons``: run the command line and leave with its exit code."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def _complain(message: str, code: int) -> int:
    typer.echo(f"Error: {' '.join(message.split())}", err=True)
    return code


def _usage_message(error: Exception) -> str:
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "jevons"
    return f"{message.strip().rstrip('.')}; see {command} --help"
