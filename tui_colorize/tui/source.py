"""What the app opens, decoded: a picture or a frame of a film, and the work kept on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_colorize.errors import UserError
from tui_colorize.terminaltext import printable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tui_colorize.imagefile import Still
    from tui_colorize.session import Origin, Session, SessionFile, Work
    from tui_colorize.tui.film.clip import Clip

    Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Source:
    """An opened picture, or a frame of an opened film. name: of its file, safe to show.

    gray: (height, width) uint8. session: None where the work on this very picture is under way.
    saved: the session file that was opened, if it was one. film: None for a still.
    """

    path: Path
    name: str
    digest: str
    still: Still
    gray: Pixels
    session: Session | None
    saved: SessionFile | None
    film: Clip | None = None
    frame: int = 0

    @property
    def opened_from(self) -> Path:
        """The file that was opened: the picture's own or that of a session."""
        return self.saved.path if self.saved else self.path

    @property
    def width(self) -> int:
        return int(self.gray.shape[1])

    @property
    def height(self) -> int:
        return int(self.gray.shape[0])

    def lightness_at(self, x: int, y: int) -> float:
        """L of a pixel, of its gray in 8 bits."""
        from model.color import luminance_to_lightness, srgb_to_linear

        return float(luminance_to_lightness(srgb_to_linear(int(self.gray[y, x]) / 255)))

    def on_frame(self, frame: int, gray: NDArray[Any]) -> Source:
        """The same film, this frame of it. gray: (height, width) uint8 or uint16."""
        from tui_colorize.imagefile import Still
        from tui_colorize.picture import eight_bits

        still = Still(self.path, gray)
        return replace(self, still=still, gray=eight_bits(gray), frame=frame)

    def scaled(self, size: tuple[int, int], region: tuple[int, int, int, int]) -> Pixels:
        """A region of the gray picture as (height, width, 3), averaged over areas."""
        import cv2
        import numpy as np

        x0, y0, x1, y1 = region
        shrinks = size[0] < x1 - x0 or size[1] < y1 - y0
        interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_NEAREST
        small = cv2.resize(self.gray[y0:y1, x0:x1], size, interpolation=interpolation)
        return np.repeat(small[..., None], 3, axis=2).astype(np.uint8, copy=False)

    def levels(self) -> int:
        """How many different grays the picture has, in its own bit depth."""
        import cv2
        import numpy as np

        plane = _luma(self.still.pixels)
        bins = int(np.iinfo(plane.dtype).max) + 1
        return int(np.count_nonzero(cv2.calcHist([plane], [0], None, [bins], [0, bins])))


def open_source(path: Path, at_work: str | None = None) -> Source:
    """Read a picture or film, or that of a session file, and the work kept on it.

    at_work: the digest of the one that is being worked on. Raises UserError.
    """
    from tui_colorize.session import is_session, read_session
    from tui_colorize.tui.film.files import is_film

    saved = read_session(path) if is_session(path) else None
    path = saved.source if saved else path
    return (_open_film if is_film(path) else _open_still)(path, at_work, saved)


def _open_still(path: Path, at_work: str | None, saved: SessionFile | None) -> Source:
    from tui_colorize.imagefile import read_still
    from tui_colorize.picture import eight_bits
    from tui_colorize.session import Origin, content_digest

    still = read_still(path)
    gray = eight_bits(_luma(still.pixels))
    height, width = gray.shape
    origin = Origin(printable(path.name), content_digest(path), width, height)
    session = _session(origin, at_work, saved)
    return Source(path, origin.name, origin.sha256, still, gray, session, saved)


def _open_film(path: Path, at_work: str | None, saved: SessionFile | None) -> Source:
    from tui_colorize.imagefile import Still
    from tui_colorize.picture import eight_bits
    from tui_colorize.session import Origin, film_digest
    from tui_colorize.tui.film.clip import Clip

    clip = Clip.open(path)
    origin = Origin(printable(path.name), film_digest(path), *clip.size, frames=clip.count)
    session = _session(origin, at_work, saved)
    work: Work | None = saved.work if saved else session.restored if session else None
    frame = work.place.frame if work else 0
    gray = clip.read(frame)
    return Source(
        path,
        origin.name,
        origin.sha256,
        Still(path, gray),
        eight_bits(gray),
        session,
        saved,
        clip,
        frame,
    )


def _session(origin: Origin, at_work: str | None, saved: SessionFile | None) -> Session | None:
    """The work kept on what was opened; None where that is under way."""
    from tui_colorize.session import Session

    mine = origin.width, origin.height, origin.frames
    if saved and (saved.origin.width, saved.origin.height, saved.origin.frames) != mine:
        raise UserError(f"{printable(saved.path)}: the size of the picture is another")
    return None if origin.sha256 == at_work else Session(origin)


def _luma(pixels: NDArray[Any]) -> NDArray[Any]:
    import cv2

    return pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
