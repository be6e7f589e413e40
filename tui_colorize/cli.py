"""The command line: `tui-colorize [PATH]` opens the app, `image` and `video` colour files.

`exports` steers what the app exports, `doctor` says what there is to work with, `serve` opens the
app in browsers. Exit status: 0 done, 1 done, but the film was damaged, 2 bad input or usage, 70 a
failure that is ours (all said on stderr), 130 interrupted, 129 and 143 ended by SIGHUP and SIGTERM.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from tui_colorize.console import (
    BAD_INPUT,
    CRASHED,
    DONE,
    INTERRUPTED,
    NAME,
    Parser,
    add_network_options,
    complain,
    in_words,
    is_terminal,
    say,
    version,
)
from tui_colorize.errors import UserError, reason
from tui_colorize.terminaltext import printable
from tui_colorize.tui.film.files import is_film
from tui_colorize.tui.terminal import VARIABLE as GRAPHICS_VARIABLE
from tui_colorize.tui.terminal import wanted_graphics

# Everything heavier is imported where it is used: `--help` and the first frame of the app must
# not wait for it.


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
    except (UserError, MemoryError) as error:
        complain(in_words(error))
        return BAD_INPUT
    except KeyboardInterrupt as error:
        # Once is enough: pressed again, it would only disturb the clearing up.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        complain(in_words(error))
        return INTERRUPTED
    except Exception as error:
        from tui_colorize.crash import record

        complain(record(error))
        return CRASHED
    finally:
        with suppress(UserError):
            say("", sys.stdout, end="")  # what --help and --version have printed


# The options.


class _Version(argparse.Action):
    """Like argparse's own, but looks the version up only when asked."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        say(f"{NAME} {version()}", sys.stdout)
        parser.exit()


def _app_parser() -> Parser:
    parser = Parser(
        prog=NAME,
        description="Colour black-and-white photographs and films in the terminal, guided by a few "
        "hints.",
        epilog=f"Without a screen: {NAME} image IN [IN ...] -o OUT, {NAME} video IN -o OUT. Films "
        f"that the app is exporting: {NAME} exports. In a browser: {NAME} serve. What there is to "
        f"work with: {NAME} doctor. Each has its own --help.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "path",
        metavar="PATH",
        nargs="?",
        type=Path,
        help="the picture, film or session (.tuic) to open; without it the app lets you choose "
        "(./image for one called so)",
    )
    parser.add_argument("--hints", metavar="FILE", type=Path, help="begin with these hints")
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        type=Path,
        help="the name that saving, or exporting a film, offers",
    )
    add_network_options(parser)
    parser.add_argument(
        "--graphics",
        metavar="KIND",
        help="how to draw: auto (the default: the best that the terminal can do), kitty, sixel or "
        f"halfcell; {GRAPHICS_VARIABLE} in the environment says it for good",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    return parser


# The app.


def _open_app(arguments: Sequence[str]) -> int:
    options = _app_parser().parse_args(arguments)
    path: Path | None = options.path
    if path is None and (options.hints or options.output):
        raise UserError("--hints and -o need the PATH of a picture or a film")
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
    if not (start.in_browser() or all(is_terminal(stream) for stream in streams)):
        raise UserError(f"the app needs a terminal; without one, use {NAME} image IN -o OUT")
    hints = None
    film = picture is not None and is_film(picture)
    if picture is not None and options.output:
        # The app asks before it overwrites.
        if film:
            from tui_colorize.imagefile.save import check_place
            from tui_colorize.video.codecs import codecs_for

            codecs_for(options.output.suffix)
            check_place(picture, options.output, overwrite=True)
        else:
            from tui_colorize.imagefile import check_output

            check_output(picture, options.output, overwrite=True)
    if picture is not None and options.hints and film:
        from tui_colorize.videocli import film_hints

        hints = film_hints(picture, options.hints)
    elif picture is not None and options.hints:
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
    """Refuse what is plainly no picture and no film while it can be said in the shell."""
    name = printable(path)
    try:
        path.stat()
    except FileNotFoundError:
        raise UserError(f"{name}: there is no such file") from None
    except OSError as error:
        raise UserError(f"{name} cannot be read: {reason(error)}") from error
    if path.is_dir():
        raise UserError(
            f"{name} is a folder; without a PATH the app lets you choose a picture or a film"
        )
    if not path.is_file():
        raise UserError(f"{name} is a device or a pipe, not a picture or a film")


# What there is to work with, and other ways to the app.


def _doctor(arguments: Sequence[str]) -> int:
    parser = Parser(
        prog=f"{NAME} doctor",
        description="Show what there is to work with: the terminal, the network and the device it "
        "runs on, the codecs; and what to do about what is missing.",
        allow_abbrev=False,
    )
    add_network_options(parser)
    parser.add_argument("--json", action="store_true", help="the same in one JSON document")
    options = parser.parse_args(arguments)
    from tui_colorize import doctor

    findings = doctor.examine(
        options.device,
        options.weights,
        ask_terminal=is_terminal(sys.stdin) and is_terminal(sys.stdout),
    )
    if options.json:
        say(json.dumps(findings.as_dict(), indent=2), sys.stdout)
    else:
        doctor.show(findings)
    return DONE


def _serve(arguments: Sequence[str]) -> int:
    parser = Parser(
        prog=f"{NAME} serve",
        description="Show the app in a browser. Who can open the page can read and write your "
        "pictures, so it is for this computer only unless --host says otherwise.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "path", metavar="PATH", nargs="?", type=Path, help="the picture or film to open"
    )
    add_network_options(parser)
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


def _color_images(arguments: Sequence[str]) -> int:
    from tui_colorize.imagecli import color_images

    return color_images(arguments)


def _color_video(arguments: Sequence[str]) -> int:
    from tui_colorize.videocli import color_video

    return color_video(arguments)


def _exports(arguments: Sequence[str]) -> int:
    from tui_colorize.exportcli import exports

    return exports(arguments)


_COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "image": _color_images,
    "video": _color_video,
    "exports": _exports,
    "doctor": _doctor,
    "serve": _serve,
}
