"""The command line: `tui-colorize [PATH]` opens the app, `tui-colorize image` colours files.

`doctor` says what there is to work with, `serve` opens the app in browsers. Exit status: 0 done,
1 a failure that is ours, 2 bad input or usage (both said on stderr), 130 interrupted, 129 and 143
ended by SIGHUP and SIGTERM.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

from tui_colorize.errors import UserError
from tui_colorize.terminaltext import printable
from tui_colorize.tui.terminal import VARIABLE as GRAPHICS_VARIABLE
from tui_colorize.tui.terminal import wanted_graphics

# Everything heavier is imported where it is used: `--help` and the first frame of the app must
# not wait for it.
if TYPE_CHECKING:
    from tui_colorize.batch import Outcome

DONE, CRASHED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

_NAME = "tui-colorize"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line, by default that of the process; the answer is the exit status.

    Raises SystemExit only after --help and --version.
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal's encoding lacks is no reason to fail.
        with suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        command = _COMMANDS.get(arguments[0]) if arguments else None
        return command(arguments[1:]) if command else _open_app(arguments)
    except UserError as error:
        _complain(str(error))
        return BAD_INPUT
    except MemoryError:
        _complain("there is not enough memory for this")
        return BAD_INPUT
    except KeyboardInterrupt:
        # Once is enough: pressed again, it would only disturb the clearing up.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _complain("interrupted")
        return INTERRUPTED
    except Exception as error:
        from tui_colorize.crash import record

        _complain(record(error))
        return CRASHED
    finally:
        with suppress(UserError):
            _say("", sys.stdout, end="")  # what --help and --version have printed


# The options.


class _Parser(argparse.ArgumentParser):
    """Refuses with a UserError, safe to show, instead of a page of usage."""

    def error(self, message: str) -> NoReturn:
        raise UserError(printable(f"{message} ({self.prog} --help tells more)"))


class _Version(argparse.Action):
    """Like argparse's own, but looks the version up only when asked."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import version

        _say(f"{_NAME} {version(_NAME)}", sys.stdout)
        parser.exit()


def _app_parser() -> _Parser:
    parser = _Parser(
        prog=_NAME,
        description="Colour black-and-white photographs in the terminal, guided by a few hints.",
        epilog=f"Without a screen: {_NAME} image IN [IN ...] -o OUT. In a browser: {_NAME} serve. "
        f"What there is to work with: {_NAME} doctor. Each has its own --help.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "path",
        metavar="PATH",
        nargs="?",
        type=Path,
        help="the picture or session (.tuic) to open; without it the app lets you choose "
        "(./image for one called so)",
    )
    parser.add_argument("--hints", metavar="FILE", type=Path, help="begin with these hints")
    parser.add_argument(
        "-o", "--output", metavar="OUT", type=Path, help="the name that saving offers"
    )
    _add_network_options(parser)
    parser.add_argument(
        "--graphics",
        metavar="KIND",
        help="how to draw: auto (the default: the best that the terminal can do), kitty, sixel or "
        f"halfcell; {GRAPHICS_VARIABLE} in the environment says it for good",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    return parser


def _image_parser() -> _Parser:
    parser = _Parser(
        prog=f"{_NAME} image",
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
    _add_network_options(parser)
    parser.add_argument(
        "--json", action="store_true", help="say on stdout what was done, in one JSON document"
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace results that are there already"
    )
    return parser


def _add_network_options(parser: _Parser) -> None:
    parser.add_argument(
        "--device",
        type=_device,
        default="auto",
        help="auto (the default: CUDA where there is one), cpu, cuda or cuda:N",
    )
    parser.add_argument(
        "--weights", metavar="FILE", type=Path, help="weights other than the bundled ones"
    )


def _device(text: str) -> str:
    if not re.fullmatch(r"auto|cpu|cuda(:[0-9]{1,4})?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is none of auto, cpu, cuda, cuda:N")
    return text


# The app.


def _open_app(arguments: Sequence[str]) -> int:
    options = _app_parser().parse_args(arguments)
    path: Path | None = options.path
    if path is None and (options.hints or options.output):
        raise UserError("--hints and -o need the PATH of a picture")
    graphics = wanted_graphics(options.graphics, os.environ)
    picture = path
    if path is not None:
        _check_source(path)
        if path.suffix.lower() == ".tuic":
            from tui_colorize.session import read_session

            picture = read_session(path).source
    from tui_colorize.tui import start

    # Textual reads from stdin and draws on stderr; stdout is what people redirect.
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if not (start.in_browser() or all(_is_terminal(stream) for stream in streams)):
        raise UserError(f"the app needs a terminal; without one, use {_NAME} image IN -o OUT")
    hints = None
    if picture is not None and options.output:
        from tui_colorize.imagefile import check_output

        check_output(picture, options.output, overwrite=True)  # the app asks before it overwrites
    if picture is not None and options.hints:
        from tui_colorize.hintfile import read_still_hints
        from tui_colorize.imagefile import read_still

        height, width = read_still(picture).pixels.shape[:2]
        hints = read_still_hints(options.hints, (width, height))

    return start.run(
        path,
        hints,
        device=options.device,
        weights=options.weights,
        output=options.output,
        graphics=graphics,
    )


def _check_source(path: Path) -> None:
    """Refuse what is plainly no picture while it can be said in the shell."""
    name = printable(path)
    try:
        path.stat()
    except FileNotFoundError:
        raise UserError(f"{name}: there is no such file") from None
    except OSError as error:
        raise UserError(f"{name} cannot be read: {(error.strerror or '').lower()}") from error
    if path.is_dir():
        raise UserError(f"{name} is a folder; without a PATH the app lets you choose a picture")
    if not path.is_file():
        raise UserError(f"{name} is a device or a pipe, not a picture")


# Files.


def _color_images(arguments: Sequence[str]) -> int:
    options = _image_parser().parse_args(arguments)
    outcomes: list[Outcome] = []
    problem: str | None = None
    # Results on the terminal wait until the progress bar is gone.
    at_once = not (options.json or _is_terminal(sys.stderr))
    try:
        for outcome in _outcomes(options):
            outcomes.append(outcome)
            if at_once:
                _tell(outcome)
    except UserError as error:
        problem = str(error)
        raise
    except KeyboardInterrupt:
        problem = "interrupted"
        raise
    finally:
        if options.json:
            files = [outcome.as_dict() for outcome in outcomes]
            # Pure ASCII: no name can steer the terminal, and every name survives.
            _say(json.dumps({"files": files, "error": problem}, indent=2), sys.stdout)
        elif not at_once:
            for outcome in outcomes:
                _tell(outcome)
    return _sum_up([outcome.error for outcome in outcomes])


def _outcomes(options: argparse.Namespace) -> Iterator[Outcome]:
    from tui_colorize.batch import color_all, plan

    jobs = plan(options.inputs, options.output, options.hints, overwrite=options.overwrite)
    with _progress(len(jobs)) as (starting, advance):
        for outcome in color_all(
            jobs,
            device=options.device,
            weights=options.weights,
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
    if not _is_terminal(sys.stderr):
        yield lambda _: None, lambda: None
        return
    from rich import progress as bars
    from rich.console import Console
    from rich.table import Column

    counting = (bars.MofNCompleteColumn(), bars.BarColumn(), bars.TimeRemainingColumn(compact=True))
    the_rest = Column(ratio=1, no_wrap=True, overflow="ellipsis")
    with bars.Progress(
        bars.SpinnerColumn(),
        *(counting if count > 1 else ()),
        bars.TextColumn("{task.description}", markup=False, table_column=the_rest),
        console=Console(stderr=True),
        transient=True,
        expand=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as progress:
        task = progress.add_task("", total=count)
        yield (
            lambda text: progress.update(task, description=text, refresh=True),
            lambda: progress.advance(task),
        )


def _tell(outcome: Outcome) -> None:
    if outcome.error is None:
        hints = f"{outcome.hints} hint{'s' * (outcome.hints != 1)}"
        size = f"{outcome.width} x {outcome.height}"
        _say(f"{printable(outcome.output)}: {size}, {hints}, {outcome.seconds:.1f} s", sys.stdout)


def _sum_up(errors: Sequence[str | None]) -> int:
    failures = [error for error in errors if error is not None]
    if not failures:
        return DONE
    if len(errors) == 1:
        _complain(failures[0])
    else:
        _complain(f"{len(failures)} of {len(errors)} pictures were not coloured:")
        for failure in failures:
            _say(f"  {printable(failure)}", sys.stderr)
    return BAD_INPUT


# What there is to work with, and other ways to the app.


def _doctor(arguments: Sequence[str]) -> int:
    parser = _Parser(
        prog=f"{_NAME} doctor",
        description="Show what there is to work with: the terminal, the network and the device it "
        "runs on, the codecs; and what to do about what is missing.",
        allow_abbrev=False,
    )
    _add_network_options(parser)
    parser.add_argument("--json", action="store_true", help="the same in one JSON document")
    options = parser.parse_args(arguments)
    from tui_colorize import doctor

    findings = doctor.examine(
        options.device,
        options.weights,
        ask_terminal=_is_terminal(sys.stdin) and _is_terminal(sys.stdout),
    )
    if options.json:
        _say(json.dumps(findings.as_dict(), indent=2), sys.stdout)
    else:
        doctor.show(findings)
    return DONE


def _serve(arguments: Sequence[str]) -> int:
    parser = _Parser(
        prog=f"{_NAME} serve",
        description="Show the app in a browser. Who can open the page can read and write your "
        "pictures, so it is for this computer only unless --host says otherwise.",
        allow_abbrev=False,
    )
    parser.add_argument("path", metavar="PATH", nargs="?", type=Path, help="the picture to open")
    _add_network_options(parser)
    parser.add_argument("--host", default="localhost", help="where to listen (localhost)")
    parser.add_argument("--port", type=_port, default=8000, help="at which port (8000)")
    options = parser.parse_args(arguments)
    if options.path is not None:
        _check_source(options.path)
    from tui_colorize.tui.serve import serve

    command = ["--device", options.device]
    if options.weights is not None:
        command += ["--weights", str(options.weights)]
    if options.path is not None:
        command += ["--", str(options.path)]
    serve(command, options.host, options.port)
    return DONE


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:6]) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is no port, 1 to 65535")
    return int(text)


def _color_video(arguments: Sequence[str]) -> int:
    from tui_colorize.videocli import color_video

    return color_video(arguments)


_COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "image": _color_images,
    "video": _color_video,
    "doctor": _doctor,
    "serve": _serve,
}


# The terminal, or whatever is in its place.


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def _complain(problem: str) -> None:
    _say(f"{_NAME}: {printable(problem)}", sys.stderr)


def _say(text: str, stream: TextIO | None, end: str = "\n") -> None:
    """Print a line.

    Nobody reading any more is no error. Raises UserError for a full disk and the like.
    """
    if stream is None:  # closed before the process began
        return
    try:
        print(text, file=stream, end=end, flush=True)
    except OSError as error:
        # What is left in the buffer would fail again, noisily, at exit.
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), stream.fileno())
        if stream is sys.stdout and not isinstance(error, BrokenPipeError):
            reason = (error.strerror or "").lower()
            raise UserError(f"the results cannot be written: {reason}") from error
