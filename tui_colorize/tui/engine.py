"""What the app needs of whatever turns hints into colour."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from tui_colorize.hintmemory import HintMemory
    from tui_colorize.hints import Hint


class Picture(Protocol):
    """A prepared source."""

    def lightness_at(self, x: int, y: int) -> float:
        """L of that pixel, 0..100."""
        ...

    def scaled(self, width: int, height: int) -> NDArray[np.float32]:
        """(height, width): L of the whole picture at that size."""
        ...


class Coloring(Protocol):
    """Hints made into colour; see tui_colorize.coloring."""

    def render(
        self,
        size: tuple[int, int] | None = None,
        region: tuple[int, int, int, int] | None = None,
    ) -> NDArray[np.uint8]:
        """(height, width, 3): that part of the source, at that (width, height)."""
        ...

    @property
    def memory(self) -> HintMemory | None:
        """What to remember of hints that have numbers."""
        ...

    def full(self) -> NDArray[Any]: ...
    def suggest(self, x: int, y: int, k: int) -> list[tuple[str, float]]: ...
    def uncertainty(self) -> NDArray[np.float32]: ...


class Engine(Protocol):
    """Colorizer, or a stand-in of the tests. Called by one thread at a time.

    The picture that the methods take is what prepare returned.
    """

    @property
    def device(self) -> str: ...
    @property
    def network_size(self) -> int: ...
    @property
    def vividness(self) -> float: ...
    @vividness.setter
    def vividness(self, share: float) -> None: ...
    def prepare(self, image: NDArray[Any]) -> Picture: ...
    def solve(
        self,
        picture: Any,
        hints: Iterable[Hint],
        numbers: Sequence[int] | None = None,
        memory: HintMemory | None = None,
    ) -> Coloring: ...


EngineFactory = Callable[[], Engine]
"""Called in a worker thread, because it may take seconds. May raise UserError."""
