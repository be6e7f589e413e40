"""`tui-colorize image`: colours pictures on the command line."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tui_colorize.console import (
    BAD_INPUT,
    DONE,
    NAME,
    Parser,
    add_network_options,
    add_vividness,
    complain,
    in_words,
    is_terminal,
    progress_bar,
    say,
)
from tui_colorize.terminaltext import printable

if TYPE_CHECKING:
    from tui_colorize.batch import Outcome


def color_images(arguments: Sequence[str]) -> int:
    """Run `tui-colorize image` with these arguments; the answer is the exit status.

    Raises UserError and KeyboardInterrupt.
    """
    options = _parser().parse_args(arguments)
    outcomes: list[Outcome] = []
    problem: str | None = None
    # Results on the terminal wait until the progress bar is gone.
    at_once = not (options.json or is_terminal(sys.stderr))
    try:
        for outcome in _outcomes(options):
            outcomes.append(outcome)
            if at_once:
                _tell(outcome)
    except BaseException as error:
        problem = in_words(error)
        raise
    finally:
        if options.json:
            files = [outcome.as_dict() for outcome in outcomes]
            # Pure ASCII: no name can steer the terminal, and every name survives.
            say(json.dumps({"files": files, "error": problem}, indent=2), sys.stdout)
        elif not at_once:
            for outcome in outcomes:
                _tell(outcome)
    return _sum_up([outcome.error for outcome in outcomes])


def _parser() -> Parser:
    parser = Parser(
        prog=f"{NAME} image",
        description="Colour pictures: PNG, JPEG, TIFF, WebP, AVIF, BMP, PNM. Of coloured ones "
        "only the luma counts. One that fails does not stop the others.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "inputs", metavar="IN", nargs="+", type=Path, help="a picture, or a folder of pictures"
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        required=True,
        help="the coloured picture; or, and so for several, a folder for <name>-color.<suffix>",
    )
    parser.add_argument(
        "--hints",
        metavar="FILE",
        type=Path,
        help="hints, CSV or JSON, or a session (.tuic); or, and so for several pictures, a folder "
        "with <name>.csv or <name>.json for those that have any",
    )
    add_network_options(parser)
    add_vividness(parser)
    parser.add_argument(
        "--json", action="store_true", help="say on stdout what was done, in one JSON document"
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace results that are there already"
    )
    return parser


def _outcomes(options: argparse.Namespace) -> Iterator[Outcome]:
    from tui_colorize.batch import color_all, plan

    jobs = plan(options.inputs, options.output, options.hints, overwrite=options.overwrite)
    with _progress(len(jobs)) as (starting, advance):
        for outcome in color_all(
            jobs,
            device=options.device,
            weights=options.weights,
            vividness=options.vividness,
            overwrite=options.overwrite,
            starting=starting,
        ):
            advance()
            yield outcome


@contextmanager
def _progress(count: int) -> Iterator[tuple[Callable[[str], None], Callable[[], None]]]:
    """What goes on, on stderr while it lasts, if that is a terminal.

    Gives what says what comes next, and what counts one more as done.
    """
    if not is_terminal(sys.stderr):
        yield lambda _: None, lambda: None
        return
    from rich import progress as bars

    counting = (bars.MofNCompleteColumn(), bars.BarColumn(), bars.TimeRemainingColumn(compact=True))
    with progress_bar(*(counting if count > 1 else ())) as progress:
        task = progress.add_task("", total=count)
        yield (
            lambda text: progress.update(task, description=text, refresh=True),
            lambda: progress.advance(task),
        )


def _tell(outcome: Outcome) -> None:
    if outcome.error is None:
        hints = f"{outcome.hints} hint{'s' * (outcome.hints != 1)}"
        size = f"{outcome.width} x {outcome.height}"
        say(f"{printable(outcome.output)}: {size}, {hints}, {outcome.seconds:.1f} s", sys.stdout)


def _sum_up(errors: Sequence[str | None]) -> int:
    failures = [error for error in errors if error is not None]
    if not failures:
        return DONE
    if len(errors) == 1:
        complain(failures[0])
    else:
        complain(f"{len(failures)} of {len(errors)} pictures were not coloured:")
        for failure in failures:
            say(f"  {printable(failure)}", sys.stderr)
    return BAD_INPUT
