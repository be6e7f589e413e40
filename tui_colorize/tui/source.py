"""A picture as the app opens it: decoded, its grays for the canvas, the work kept on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_colorize.errors import UserError
from tui_colorize.terminaltext import printable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tui_colorize.imagefile import Still
    from tui_colorize.session import Session, SessionFile

    Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Source:
    """An opened picture. name: its file name, safe to show. gray: (height, width) uint8.

    session: None where the work on this very picture is under way. saved: the session file that
    was opened, if it was one.
    """

    path: Path
    name: str
    digest: str
    still: Still
    gray: Pixels
    session: Session | None
    saved: SessionFile | None

    @property
    def width(self) -> int:
        return int(self.gray.shape[1])

    @property
    def height(self) -> int:
        return int(self.gray.shape[0])

    def lightness_at(self, x: int, y: int) -> float:
        """L of a pixel, near enough until the engine knows better."""
        luminance = (int(self.gray[y, x]) / 255) ** 2.2
        return float(116 * luminance ** (1 / 3) - 16 if luminance > 0.009 else 903 * luminance)

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
    """Read a picture, or that of a session file, and the work kept on it. Raises UserError.

    at_work: the digest of the picture that is being worked on.
    """
    import numpy as np

    from tui_colorize.imagefile import read_still
    from tui_colorize.session import Origin, Session, content_digest, is_session, read_session

    saved = read_session(path) if is_session(path) else None
    path = saved.source if saved else path
    still = read_still(path)
    plane = _luma(still.pixels)
    gray = plane if plane.dtype == np.uint8 else (plane >> 8).astype(np.uint8)
    digest = content_digest(path)
    height, width = gray.shape
    if saved and (saved.origin.width, saved.origin.height) != (width, height):
        raise UserError(f"{printable(saved.path)}: the size of the picture is another")
    name = printable(path.name)
    session = None if digest == at_work else Session(Origin(name, digest, width, height))
    return Source(path, name, digest, still, gray, session, saved)


def _luma(pixels: NDArray[Any]) -> NDArray[Any]:
    import cv2

    return pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
