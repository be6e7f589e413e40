"""User-guided colouring of black-and-white pictures.

>>> from tui_colorize import Colorizer, Hint
>>> rgb = Colorizer().colorize(image, [Hint(x=120, y=88, color="#3a7bd5", radius=3)])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .colorizer import Colorizer
    from .hints import Hint, HintSet
    from .video.pipeline import colorize_video

__all__ = ["Colorizer", "Hint", "HintSet", "colorize_video"]


def __getattr__(name: str) -> Any:
    # importing the package must not wait for torch, which the colorizer needs
    if name == "Colorizer":
        from .colorizer import Colorizer

        return Colorizer
    if name in ("Hint", "HintSet"):
        from . import hints

        return getattr(hints, name)
    if name == "colorize_video":
        from .video.pipeline import colorize_video

        return colorize_video
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
