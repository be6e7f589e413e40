"""The worker side of the app: everything slow, in threads that answer with messages."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

from tui_colorize.errors import UserError
from tui_colorize.terminaltext import printable
from tui_colorize.tui import messages
from tui_colorize.tui.canvas.frame import Frame, FrameRequest, make_frames
from tui_colorize.tui.canvas.painter import Painter
from tui_colorize.tui.canvas.panes import View
from tui_colorize.tui.engine import Coloring, Engine, EngineFactory, Picture
from tui_colorize.tui.latest import Latest
from tui_colorize.tui.subject import Subject

if TYPE_CHECKING:
    from tui_colorize.hints import Hint, HintSet
    from tui_colorize.session import Work
    from tui_colorize.tui.film.reel import Plane
    from tui_colorize.tui.source import Source

Post = Callable[[Message], object]


class Studio:
    """Three threads: files, the network, and the scaling and painting of what the canvas shows.

    Methods return at once; the answer is a message that carries the serial of the picture it is
    about. Only the network's thread touches the engine.
    """

    def __init__(self, post: Post, make_engine: EngineFactory, painter: Painter) -> None:
        self._post = post
        self._make_engine = make_engine
        self._painter = painter
        self._files = Latest("files", ("session", "write", "open", "measure"))
        self._network = Latest(
            "network", ("prepare", "save", "solve", "suggest", "places", "recall", "expect")
        )
        self._view = Latest("view", ("frame",))
        self._engine: Engine | None = None
        self._picture: tuple[Source, Picture] | None = None
        self._subject: Subject  # from the first solve on
        self._last_frames: dict[bool, Frame] = {}  # by the phase of the view that blinks
        self._usual_vividness = 0.0
        self.vividness: float | None = None
        """What the engine is to work with, 0..1; None: its own."""
        self.serial = 0
        self.unreported = ""
        """What went wrong with a save when there was no app left to tell."""

    @property
    def saving(self) -> bool:
        """Whether a picture is being made or written, or a session file."""
        return self._network.busy("save") or any(map(self._files.busy, ("session", "write")))

    def close(self) -> None:
        """Finish what must not be lost, drop the rest."""
        self._network.close(essential=("save",))
        self._files.close(essential=("session", "write"))
        self._view.close()

    # Files.

    def open(self, path: Path, at_work: str | None = None) -> None:
        """SourceOpened or SourceFailed. at_work: the digest of the picture on the desk."""
        self.serial += 1
        serial = self.serial

        def job() -> None:
            try:
                from tui_colorize.tui.source import open_source

                source = open_source(path, at_work)
            except Exception as error:
                self._post(messages.SourceFailed(serial, sentence(error)))
                return
            if not self._post(messages.SourceOpened(serial, source)) and source.session:
                source.session.close()

        self._files.submit("open", job)

    def measure(self, source: Source) -> None:
        """SourceMeasured."""
        serial = self.serial

        def job() -> None:
            self._post(messages.SourceMeasured(serial, source.levels()))

        self._submit(self._files, "measure", job)

    def save_session(self, source: Source, work: Work, out: Path, *, overwrite: bool) -> None:
        """Saved or SaveFailed."""

        def write() -> None:
            from tui_colorize.session import write_session

            size = (source.width, source.height)
            frames = source.film.count if source.film else None
            write_session(
                out, source.path, source.digest, size, work, overwrite=overwrite, frames=frames
            )

        self._write(out, write)

    def save_hints(self, hints: HintSet, out: Path) -> None:
        """Saved or SaveFailed. What is there is replaced."""

        def write() -> None:
            from tui_colorize.hintfile import write_hints

            write_hints(out, hints)

        self._write(out, write)

    def _write(self, out: Path, write: Callable[[], None]) -> None:
        serial = self.serial

        def job() -> None:
            try:
                write()
            except Exception as error:
                message = messages.SaveFailed(serial, str(out), sentence(error), exists=False)
                if not self._post(message):
                    self.unreported = message.sentence
                return
            self._post(messages.Saved(serial, str(out)))

        self._files.submit("session", job)

    # The picture on the screen.

    def show(self, request: FrameRequest, source: Source, coloring: Coloring | None) -> None:
        """FrameReady: for the preview, if there is one, and for the frame unless another is asked
        for meanwhile."""
        serial = self.serial

        def job() -> None:
            color = coloring.render if coloring else None
            before = self._last_frames.get(request.gray_phase)
            if request.view is not View.BLINK:  # or one of another picture would stay, with that
                self._last_frames.clear()
            for frame in make_frames(request, source.scaled, color, self._painter, before):
                self._last_frames[request.gray_phase] = frame
                self._post(messages.FrameReady(serial, frame))
                if self._view.waits("frame"):
                    return

        self._submit(self._view, "frame", job)

    # The network.

    def prepare(self, source: Source) -> None:
        """EngineReady, once the network is loaded and has seen the picture."""
        serial = self.serial

        def job() -> None:
            if self._engine is None:
                self._engine = self._make_engine()
                self._usual_vividness = self._engine.vividness
                # The collector would go through all of torch again and again, and everything,
                # the keys too, would wait for it.
                gc.freeze()
            engine, picture = self._ready(source)
            self._post(
                messages.EngineReady(
                    serial, picture, engine.device, engine.network_size, self._usual_vividness
                )
            )

        self._submit(self._network, "prepare", job)

    def solve(self, subject: Subject) -> None:
        """Colorized."""
        serial, asked = self.serial, time.perf_counter()
        self._subject = subject

        def job() -> None:
            coloring = self._solved(subject)
            milliseconds = (time.perf_counter() - asked) * 1000
            self._post(messages.Colorized(serial, coloring, milliseconds, subject))

        self._submit(self._network, "solve", job)

    def expect(self, subject: Subject) -> None:
        """Make the colours now that will be asked for soon, maybe."""

        def job() -> None:
            with suppress(Exception):  # it will be told when they are asked for
                self._solved(subject)

        self._submit(self._network, "expect", job)

    def suggest(self, x: int, y: int) -> None:
        """Suggested, for the newest that was to be solved."""
        serial = self.serial

        def job() -> None:
            subject = self._subject
            colors = self._solved(subject).suggest(x, y, 9)
            self._post(messages.Suggested(serial, x, y, colors, subject.source.frame))

        self._submit(self._network, "suggest", job)

    def find_places(self) -> None:
        """PlacesFound, for the newest that was to be solved."""
        serial = self.serial

        def job() -> None:
            from tui_colorize.tui.places import uncertain_places

            subject = self._subject
            source, hints = subject.source, subject.hints
            uncertainty = self._solved(subject).uncertainty()
            lightness = self._ready(source)[1].scaled(*reversed(uncertainty.shape))
            size = source.width, source.height
            places = uncertain_places(uncertainty, lightness, size, hints)
            self._post(messages.PlacesFound(serial, hints, places, uncertainty, source.frame))

        self._submit(self._network, "places", job)

    def recall(
        self, gray: Plane, hints: Mapping[int, Hint], own: HintSet, seen: Iterable[Hint]
    ) -> None:
        """Recalled. gray: of another frame, of any size; hints: as they are on that, by number;
        own, seen: see Recalled."""
        serial = self.serial

        def job() -> None:
            if self._engine is not None:
                picture = self._engine.prepare(gray)
                memory = self._engine.solve(picture, hints.values(), [*hints]).memory
                if memory is not None:
                    self._post(messages.Recalled(serial, own, seen, memory))

        self._submit(self._network, "recall", job)

    def save(self, subject: Subject, out: Path, *, overwrite: bool) -> None:
        """Saved or SaveFailed. Of a still the very colours that the command line gives."""
        serial, source = self.serial, subject.source
        shown = printable(out)

        def fail(error: Exception, *, exists: bool = False) -> None:
            message = messages.SaveFailed(serial, str(out), sentence(error), exists=exists)
            if not self._post(message):
                self.unreported = message.sentence

        def job() -> None:
            from tui_colorize.imagefile import check_output, save_still

            try:
                if not overwrite and out.is_file() and not _same(out, source.path):
                    fail(UserError(f"{shown} is there already."), exists=True)
                    return
                check_output(source.path, out, overwrite=overwrite)
                rgb = self._solved(subject).full()
            except Exception as error:
                fail(error)
                return

            def write() -> None:
                try:
                    save_still(source.still, rgb, out, overwrite=overwrite)
                except Exception as error:
                    fail(error)
                    return
                self._post(messages.Saved(serial, str(out)))

            self._files.submit("write", write)

        self._network.submit("save", job)

    def _solved(self, subject: Subject) -> Coloring:
        engine, picture = self._ready(subject.source)
        return engine.solve(picture, subject.hints, subject.numbers, subject.memory)

    def _ready(self, source: Source) -> tuple[Engine, Picture]:
        if self._engine is None:
            raise UserError("The network is not ready for this picture yet.")
        wanted = self._usual_vividness if self.vividness is None else self.vividness
        self._engine.vividness = wanted
        if self._picture is None or self._picture[0] is not source:
            self._picture = None  # a large one need not be there twice
            self._picture = source, self._engine.prepare(source.still.pixels)
        return self._engine, self._picture[1]

    def _submit(self, thread: Latest, slot: str, job: Callable[[], None]) -> None:
        """A job whose failure is a RenderFailed; not done once another picture is opened."""
        serial = self.serial

        def guarded() -> None:
            if serial != self.serial:
                return
            try:
                job()
            except Exception as error:
                self._post(messages.RenderFailed(serial, sentence(error)))

        thread.submit(slot, guarded)


def sentence(error: Exception) -> str:
    """What to tell the user; safe to show."""
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, MemoryError):
        return "There is not enough memory for this picture."
    return f"That did not work: {printable(str(error)) or type(error).__name__}"


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
