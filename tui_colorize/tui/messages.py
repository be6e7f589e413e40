"""Every message that crosses the boundary of a widget or comes from a worker thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from tui_colorize.export import Listed
    from tui_colorize.hintmemory import HintMemory
    from tui_colorize.hints import Hint, HintSet
    from tui_colorize.tui.canvas.frame import Frame, FrameRequest
    from tui_colorize.tui.engine import Coloring, Picture
    from tui_colorize.tui.film.clip import Clip
    from tui_colorize.tui.source import Source
    from tui_colorize.tui.subject import Subject

# From widgets.


class FrameWanted(Message):
    """The canvas wants to show this."""

    def __init__(self, request: FrameRequest) -> None:
        self.request = request
        super().__init__()

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, FrameWanted)


class PictureClicked(Message):
    """The mouse was clicked on a source pixel."""

    def __init__(self, x: int, y: int, *, double: bool) -> None:
        self.x, self.y, self.double = x, y, double
        super().__init__()


class PictureScrolled(Message):
    """The wheel was turned over a source pixel: away from the user (1) or towards them (-1)."""

    def __init__(self, x: int, y: int, step: int) -> None:
        self.x, self.y, self.step = x, y, step
        super().__init__()


class PictureDragged(Message):
    """The mouse is, or was, dragged from one source pixel to another."""

    def __init__(self, start: tuple[int, int], end: tuple[int, int], *, done: bool) -> None:
        self.start, self.end, self.done = start, end, done
        super().__init__()


class AddRowPressed(Message):
    """A new hint is wanted at the cursor."""


class DeletePressed(Message):
    """The hint of the table's row is to go."""


class ResetPressed(Message):
    """All hints are to go."""


class SuggestionClicked(Message):
    """The suggested colour of that number, from 1, is to be put."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__()


class GamutShown(Message):
    """The slice of the gamut has come on show, or has another size."""


class TimelineClicked(Message):
    """The timeline was clicked or dragged over at a frame."""

    def __init__(self, frame: int) -> None:
        self.frame = frame
        super().__init__()

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, TimelineClicked)


class ExportsSeen(Message):
    """How far all exports are. ended: those that have ended since the user was last told."""

    def __init__(self, listed: list[Listed], ended: list[Listed]) -> None:
        self.listed, self.ended = listed, ended
        super().__init__()


# From worker threads. serial: of the picture they belong to; the app drops those of earlier ones.


class WorkerMessage(Message):
    """Belongs to one opened picture."""

    def __init__(self, serial: int) -> None:
        self.serial = serial
        super().__init__()


class SourceOpened(WorkerMessage):
    """A picture is decoded."""

    def __init__(self, serial: int, source: Source) -> None:
        super().__init__(serial)
        self.source = source


class SourceFailed(WorkerMessage):
    """A picture could not be opened."""

    def __init__(self, serial: int, sentence: str) -> None:
        super().__init__(serial)
        self.sentence = sentence


class SourceMeasured(WorkerMessage):
    """How many different grays a picture has: known some time after it is on show."""

    def __init__(self, serial: int, levels: int) -> None:
        super().__init__(serial)
        self.levels = levels


class FrameReady(WorkerMessage):
    """A frame can be shown."""

    def __init__(self, serial: int, frame: Frame) -> None:
        super().__init__(serial)
        self.frame = frame


class EngineReady(WorkerMessage):
    """The network is loaded and knows the picture. vividness: what it works with by itself."""

    def __init__(
        self, serial: int, picture: Picture, device: str, network_size: int, vividness: float
    ) -> None:
        super().__init__(serial)
        self.picture, self.device, self.network_size = picture, device, network_size
        self.vividness = vividness


class Colorized(WorkerMessage):
    """The newest hints have become a colouring. subject: what it is of."""

    def __init__(
        self, serial: int, coloring: Coloring, milliseconds: float, subject: Subject
    ) -> None:
        super().__init__(serial)
        self.coloring, self.milliseconds, self.subject = coloring, milliseconds, subject


class Recalled(WorkerMessage):
    """What to remember of a hinted frame that is not on show. own: the hints put on it; seen: all
    hints seen there, as they were put."""

    def __init__(self, serial: int, own: HintSet, seen: Iterable[Hint], memory: HintMemory) -> None:
        super().__init__(serial)
        self.own, self.seen, self.memory = own, seen, memory


class RenderFailed(WorkerMessage):
    """Something went wrong in a worker; the sentence says what."""

    def __init__(self, serial: int, sentence: str) -> None:
        super().__init__(serial)
        self.sentence = sentence


class Suggested(WorkerMessage):
    """The likely colours of a place: (hex, probability), likeliest first. frame: of a film."""

    def __init__(
        self, serial: int, x: int, y: int, colors: list[tuple[str, float]], frame: int = 0
    ) -> None:
        super().__init__(serial)
        self.x, self.y, self.colors, self.frame = x, y, colors, frame


class PlacesFound(WorkerMessage):
    """Where further hints would help most, most first, given these hints. frame: of a film.

    uncertainty: (h, w) float32, standard deviation of ab, of the whole picture.
    """

    def __init__(
        self,
        serial: int,
        hints: HintSet,
        places: list[tuple[int, int]],
        uncertainty: NDArray[np.float32],
        frame: int = 0,
    ) -> None:
        super().__init__(serial)
        self.hints, self.places, self.uncertainty = hints, places, uncertainty
        self.frame = frame


class FilmMessage(Message):
    """Belongs to one opened film; the app drops those of others."""

    def __init__(self, film: Clip) -> None:
        self.film = film
        super().__init__()


class FilmFrameRead(FilmMessage):
    """A frame is decoded. gray: (height, width) uint8 or uint16."""

    def __init__(self, film: Clip, frame: int, gray: NDArray[Any]) -> None:
        super().__init__(film)
        self.frame, self.gray = frame, gray

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, FilmFrameRead)


class TracksFound(FilmMessage):
    """More is known of where hints are on the frames."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, TracksFound)


class FilmFailed(FilmMessage):
    """A frame could not be read, or hints could not be followed."""

    def __init__(self, film: Clip, sentence: str) -> None:
        super().__init__(film)
        self.sentence = sentence


class Saved(WorkerMessage):
    """The coloured picture is written."""

    def __init__(self, serial: int, path: str) -> None:
        super().__init__(serial)
        self.path = path


class SaveFailed(WorkerMessage):
    """The coloured picture could not be written; exists: because the file is there already."""

    def __init__(self, serial: int, path: str, sentence: str, *, exists: bool) -> None:
        super().__init__(serial)
        self.path, self.sentence, self.exists = path, sentence, exists
