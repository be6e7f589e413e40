"""Whether a file ends where its header says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import av
    from av.container import InputContainer
    from av.video.stream import VideoStream

_HEADED = ("matroska", "mov", "avi", "flv")  # whose header knows; elsewhere it is an estimate
_TOLERANCE = 1.0  # seconds


class Ending:
    """Watches all packets of a file that is read from its start."""

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._stream = stream
        self._promised_frames = stream.frames
        self._frames = 0
        headed = container.format.name.startswith(_HEADED)
        self._promised_end: float | None = None
        if headed and container.duration:
            # From 0 on in Matroska, from its start elsewhere: the earlier of the two.
            self._promised_end = container.duration / 1_000_000
        self._end = 0.0

    def saw(self, packet: av.Packet[Any]) -> None:
        """Count a packet in."""
        if not packet.size and packet.dts is None:
            return
        self._frames += packet.stream.index == self._stream.index
        if packet.pts is not None and packet.time_base:
            length = packet.duration or 0
            self._end = max(self._end, float((packet.pts + length) * packet.time_base))

    def is_early(self) -> bool:
        """Whether fewer frames or less time came than promised."""
        if self._promised_frames and self._frames < self._promised_frames:
            return True
        return self._promised_end is not None and self._end < self._promised_end - _TOLERANCE
