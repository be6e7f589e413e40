"""What the commands share: their options, and the streams that they talk through."""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

from tui_colorize.errors import UserError, reason
from tui_colorize.terminaltext import printable

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

DONE, DAMAGED, BAD_INPUT, CRASHED, INTERRUPTED = 0, 1, 2, 70, 130
"""Exit statuses. DAMAGED: done, but the source was; CRASHED: sysexits.h's EX_SOFTWARE."""

NAME = "tui-colorize"


class Parser(argparse.ArgumentParser):
    """Refuses with a UserError, safe to show, instead of a page of usage."""

    def error(self, message: str) -> NoReturn:
        raise UserError(printable(f"{message} ({self.prog} --help tells more)"))


def add_network_options(parser: Parser) -> None:
    """--device and --weights."""
    parser.add_argument(
        "--device",
        type=_device,
        default="auto",
        help="auto (the default: CUDA where there is one), cpu, cuda or cuda:N",
    )
    parser.add_argument(
        "--weights", metavar="FILE", type=Path, help="weights other than the bundled ones"
    )


def add_vividness(parser: Parser) -> None:
    """--vividness."""
    parser.add_argument(
        "--vividness",
        metavar="SHARE",
        type=_share,
        help="how much colour there is where no hint decides: 0 (careful, pale) to 1 (bold); 0.3 "
        "unless told otherwise",
    )


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to 1")
    return share


def _device(text: str) -> str:
    if not re.fullmatch(r"auto|cpu|cuda(:[0-9]{1,4})?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is none of auto, cpu, cuda, cuda:N")
    return text


def version() -> str:
    """Of the program."""
    from importlib import metadata

    try:
        return metadata.version(NAME)
    except metadata.PackageNotFoundError:  # run from its source, without being installed
        return "unknown version"


def is_terminal(stream: TextIO | None) -> bool:
    """False also for a stream that was closed before the process began."""
    return stream is not None and stream.isatty()


def in_words(error: BaseException) -> str:
    """What has ended a command, for people and for the report of --json."""
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    if isinstance(error, MemoryError):
        return "there is not enough memory for this"
    if isinstance(error, UserError):
        return str(error)
    return f"{type(error).__name__}: {printable(str(error))}".removesuffix(": ")


def complain(problem: str) -> None:
    """One sentence on stderr."""
    say(f"{NAME}: {printable(problem)}", sys.stderr)


def say(text: str, stream: TextIO | None, end: str = "\n") -> None:
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
            raise UserError(f"the results cannot be written: {reason(error)}") from error


def progress_bar(*columns: ProgressColumn) -> Progress:
    """A bar of these columns and the task's description, on stderr; gone when it is left."""
    from rich import progress as bars
    from rich.console import Console
    from rich.table import Column

    the_rest = Column(ratio=1, no_wrap=True, overflow="ellipsis")
    return bars.Progress(
        bars.SpinnerColumn(),
        *columns,
        bars.TextColumn("{task.description}", markup=False, table_column=the_rest),
        console=Console(stderr=True),
        transient=True,
        expand=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
