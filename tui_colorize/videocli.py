"""`tui-colorize video`: colours a film on the command line."""

from __future__ import annotations

import argparse
import errno
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_colorize import console
from tui_colorize.clock import clock
from tui_colorize.errors import UserError
from tui_colorize.terminaltext import printable

if TYPE_CHECKING:
    from tui_colorize.hints import HintSet
    from tui_colorize.video.pipeline import FilmResult
    from tui_colorize.video.progress import Progress

_NOW_AND_THEN = 30.0  # seconds


def color_video(arguments: Sequence[str]) -> int:
    """Run `tui-colorize video` with these arguments; the answer is the exit status.

    0 done; 1 done, but the source was damaged. Raises UserError and KeyboardInterrupt.
    """
    options = _parser().parse_args(arguments)
    result: FilmResult | None = None
    problem: str | None = None
    try:
        with _progress() as show:
            result = _colored(options, show)
    except BaseException as error:
        problem = console.in_words(error)
        if isinstance(error, KeyboardInterrupt):
            console.complain(_how_to_go_on(options.output))
        raise
    finally:
        if options.json:
            about: dict[str, Any] = _as_dict(result) if result else {}
            console.say(json.dumps({**about, "error": problem}, indent=2), sys.stdout)
    if not options.json:
        _tell(result)
    for sentence in (*result.notices, *result.problems):
        console.complain(sentence)
    return console.DAMAGED if result.problems else console.DONE


def _parser() -> console.Parser:
    parser = console.Parser(
        prog=f"{console.NAME} video",
        description="Colour a film: hints put on a few frames colour their shots. The luma stays "
        "as it is; sound, subtitles, chapters and times are kept. Exit status: 0 done; 1 done, but "
        "the source was damaged; 2 bad input; 70 a failure of the program; 130 interrupted, and "
        "--resume goes on.",
        allow_abbrev=False,
    )
    parser.add_argument("input", metavar="IN", type=Path, help="the film")
    parser.add_argument(
        "-o", "--output", metavar="OUT", type=Path, required=True, help=".mp4, .mkv, .mov or .webm"
    )
    parser.add_argument(
        "--hints", metavar="FILE", type=Path, help="hints, CSV or JSON, or a session (.tuic)"
    )
    console.add_network_options(parser)
    console.add_vividness(parser)
    parser.add_argument(
        "--codec",
        default="x264",
        help="x264 (the default), x265, av1, ffv1, x264-lossless or prores; h264_nvenc or "
        "hevc_nvenc where `tui-colorize doctor` finds them",
    )
    parser.add_argument("--crf", metavar="N", type=int, help="quality: smaller is better")
    parser.add_argument("--preset", help="speed against size, in the codec's own words")
    parser.add_argument(
        "--chroma",
        metavar="420|422|444",
        help="resolution of the colour: 444 is full, 422 half across, 420 half both ways; the "
        "film's own if not given, 420 where that is gray",
    )
    parser.add_argument(
        "--every",
        metavar="N",
        type=_every,
        help="run the network on every N-th frame; auto (the default) lets the motion decide",
    )
    parser.add_argument(
        "--reference",
        metavar="FRAME=PICTURE",
        type=_reference,
        action="append",
        default=[],
        help="a coloured still of that frame, counted from 0; may be given again",
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on where an interrupted run ended"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace a result that is there")
    parser.add_argument(
        "--json", action="store_true", help="say on stdout what was done, in one JSON document"
    )
    return parser


def _every(text: str) -> int | None:
    if text == "auto":
        return None
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:7]) < 10**6):
        raise argparse.ArgumentTypeError(f"{text!r} is neither auto nor a number of frames")
    return int(text)


def _reference(text: str) -> tuple[int, Path]:
    frame, equals, picture = text.partition("=")
    if not (equals and picture and frame.isascii() and frame.isdecimal() and len(frame) < 10):
        raise argparse.ArgumentTypeError(f"{text!r} is not FRAME=PICTURE, such as 0=first.png")
    return int(frame), Path(picture)


def _colored(options: argparse.Namespace, show: Callable[[Progress], None]) -> FilmResult:
    from tui_colorize.imagefile.save import check_place

    references = dict(options.reference)
    if len(references) < len(options.reference):
        raise UserError("two references are for the same frame")
    # Bad input is to be refused without waiting for torch.
    check_place(options.input, options.output, overwrite=options.overwrite)
    hints = film_hints(options.input, options.hints) if options.hints else ()

    from tui_colorize.video.pipeline import colorize_video
    from tui_colorize.video.resume import has_parts

    try:
        return colorize_video(
            options.input,
            options.output,
            hints,
            references=references,
            device=options.device,
            weights=options.weights,
            vividness=options.vividness,
            codec=options.codec,
            crf=options.crf,
            preset=options.preset,
            chroma=options.chroma,
            every=options.every,
            overwrite=options.overwrite,
            resume=options.resume,
            progress=show,
        )
    except UserError as error:
        full = getattr(error.__cause__, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
        if full and has_parts(options.output):
            raise UserError(f"{error}; with more room, --resume goes on") from error
        raise


def film_hints(film: Path, path: Path) -> HintSet:
    """The hints of a file that are for this film. Raises UserError."""
    from tui_colorize.hintfile import read_hints
    from tui_colorize.video.reader import VideoReader

    with VideoReader(film) as reader:
        hints = read_hints(path, (reader.info.width, reader.info.height))
        if not any(hint.frame for hint in hints):
            return hints
        return read_hints(path, (reader.info.width, reader.info.height), reader.count())


@contextmanager
def _progress() -> Iterator[Callable[[Progress], None]]:
    """What shows how far it is, on stderr: a bar on a terminal, elsewhere a line now and then."""
    if not console.is_terminal(sys.stderr):
        yield _now_and_then()
        return
    from rich import progress as bars

    from tui_colorize.video.progress import STAGES

    counting = (
        bars.MofNCompleteColumn(),
        bars.BarColumn(),
        bars.TextColumn("{task.fields[left]}", markup=False),
    )
    with console.progress_bar(*counting) as bar:
        task = bar.add_task("loading the network", total=None, left="")

        def show(now: Progress) -> None:
            doing = STAGES.get(now.slowest, "")
            bar.update(
                task,
                completed=now.done,
                total=now.total,
                left="-:--" if now.remaining is None else clock(now.remaining),
                description=f"{now.fps:.1f} fps, limited by {doing}",
            )

        yield show


def _now_and_then() -> Callable[[Progress], None]:
    """Says how far it is where lines stay, as in a log."""
    told = time.monotonic()

    def show(now: Progress) -> None:
        nonlocal told
        if time.monotonic() - told >= _NOW_AND_THEN:
            told = time.monotonic()
            console.say(str(now), sys.stderr)

    return show


def _as_dict(result: FilmResult) -> dict[str, Any]:
    return {
        "output": str(result.output),
        "width": result.width,
        "height": result.height,
        "frames": result.frames,
        "shots": result.shots,
        "hints": result.hints,
        "seconds": result.seconds,
        "device": result.device,
        "problems": list(result.problems),
        "notices": list(result.notices),
    }


def _how_to_go_on(out: Path) -> str:
    name = printable(out)
    if out.exists():  # it was to be replaced
        return f"{name} is still the film that was there: --resume --overwrite goes on"
    return f"{name} is not complete: --resume goes on with it"


def _tell(result: FilmResult) -> None:
    hints = f"{result.hints} hint{'s' * (result.hints != 1)}"
    shots = f"{result.shots} shot{'s' * (result.shots != 1)}"
    frames = f"{result.frames} frame{'s' * (result.frames != 1)}"
    size = f"{result.width} x {result.height}"
    text = f"{printable(result.output)}: {size}, {frames}, {shots}, {hints}"
    console.say(f"{text}, {result.seconds:.1f} s", sys.stdout)
