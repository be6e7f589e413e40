"""What of a film is on show: a frame with the hints that are on it, the timeline, the table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tui_colorize.tui import messages
from tui_colorize.tui.editing import Editing
from tui_colorize.tui.studio import sentence
from tui_colorize.tui.subject import Subject
from tui_colorize.tui.widgets.status_bar import FilmStatus
from tui_colorize.tui.widgets.timeline import Timeline

if TYPE_CHECKING:
    from tui_colorize.hintmemory import HintMemory
    from tui_colorize.hints import HintSet
    from tui_colorize.tui.film.clip import Clip
    from tui_colorize.tui.film.projector import Projector
    from tui_colorize.tui.film.reel import Plane
    from tui_colorize.tui.film.remembered import Remembered
    from tui_colorize.tui.film.tracks import Overview, Stretch, Tracks
    from tui_colorize.tui.source import Source
    from tui_colorize.video.tracker import Track


class FilmShown(Editing):
    """The part of the app that shows films; of no effect on stills."""

    timeline: Timeline

    def __init__(self) -> None:
        super().__init__()
        self._projector: Projector | None = None
        self._tracks: Tracks | None = None
        self._here: dict[int, Track] = {}  # by hint
        self._overview: Overview | None = None
        self._remembered: Remembered | None = None
        self._memory: HintMemory | None = None  # for the frame on show
        self._recalling = False  # whether the network looks at another hinted frame

    @property
    def playing(self) -> bool:
        """Whether the film plays."""
        return self.rate_shown is not None

    @property
    def rate_shown(self) -> float | None:
        """Frames a second while it plays."""
        return None

    def comes(self) -> None:
        """The frame that was to be played is being drawn."""
        raise NotImplementedError

    def at_film(self) -> bool:
        """Whether there is a film; it no longer plays then."""
        self.stop()
        if self._clip is None:
            self.say("that is for films")
        return self._clip is not None

    # The film.

    @property
    def _clip(self) -> Clip | None:
        return self.source.film if self.source is not None else None

    def film_on_desk(self) -> tuple[Path, HintSet] | None:
        """The path of the open film and all of its hints; None where there is none."""
        if self.source is None or self.source.film is None or self.document is None:
            return None
        return self.source.path, self.document.hints

    def load_film(self, source: Source) -> None:
        """Get ready to go through the film that was opened, if it is one."""
        clip = source.film
        self.timeline.display = clip is not None
        self.foot.show_keys(film=clip is not None)
        self.go_to_what = "Go to x,y, @frame or @minutes:seconds:" if clip else "Go to x,y:"
        if clip is None:
            self.status.update(film=None)
            return
        from tui_colorize.tui.film.projector import Projector
        from tui_colorize.tui.film.remembered import Remembered
        from tui_colorize.tui.film.tracks import Tracks

        def read(frame: int, gray: Plane) -> None:
            self.post_message(messages.FilmFrameRead(clip, frame, gray))

        def found() -> None:
            self.post_message(messages.TracksFound(clip))

        def fail(error: Exception) -> None:
            self.post_message(messages.FilmFailed(clip, sentence(error)))

        self._projector = Projector(source.path, read, fail)
        self._tracks = Tracks(source.path, clip.size, clip.count, found, fail)
        self._remembered = Remembered(clip.size)

    def close_film(self) -> None:
        """Let go of the film that is open, if one is."""
        self.stop()
        if self._projector is not None:
            self._projector.close()
        if self._tracks is not None:
            self._tracks.close()
        self._projector = self._tracks = self._overview = None
        self._remembered = self._memory = None
        self._here, self._recalling = {}, False

    # What is shown.

    def refresh_all(self) -> None:
        """Show the document with the hints that were followed to this frame."""
        self._follow()
        if not self.playing:
            super().refresh_all()
        else:  # the rest would only slow the film down
            self.color_anew()
        self._show_film()

    def _follow(self) -> None:
        document, tracks = self.document, self._tracks
        if document is None or tracks is None:
            return
        from tui_colorize.tui.film.followed import followed_hints

        tracks.want(document.hints, document.frame)
        here = tracks.at(document.frame)
        self._here = {track.index: track for track in here}
        size = document.width, document.height
        followed = followed_hints(here, document.hints, document.frame, size)
        if followed != document.followed:
            document.followed = followed
        self._recollect()

    # What the network remembers of other frames.

    @property
    def subject(self) -> Subject | None:
        subject, document, remembered = super().subject, self.document, self._remembered
        if subject is None or document is None or remembered is None:
            return subject
        indices, hints = document.present
        numbers = [remembered.number(document.hints[index]) for index in indices]
        return Subject(subject.source, hints, numbers, self._memory)

    def on_colorized(self, event: messages.Colorized) -> None:
        document, remembered = self.document, self._remembered
        memory, (source, hints, *_) = event.coloring.memory, event.subject
        if document is None or remembered is None or memory is None:
            return
        if source.frame == document.frame and hints is document.present[1]:
            own = document.hints.for_frame(source.frame).enabled
            if own:
                put = (document.hints[index] for index in document.present[0])
                remembered.learn(own, put, memory)
        self._recollect()
        self.color_anew()

    def _recollect(self) -> None:
        """Gather what counts on the frame on show."""
        document, remembered = self.document, self._remembered
        if document is None or remembered is None:
            return
        from tui_colorize.tui.film.remembered import hinted_frames

        frames = hinted_frames(self._here.values(), document.hints, document.frame)
        self._memory = remembered.of(frames, document.hints)
        self._recall(frames)

    def _recall(self, frames: Sequence[HintSet]) -> None:
        """Have the network look at a hinted frame that it has not seen as it is now."""
        document, tracks, remembered = self.document, self._tracks, self._remembered
        if document is None or tracks is None or remembered is None or self._recalling:
            return
        if self.prepared is None:
            return
        from tui_colorize.tui.film.followed import followed_hints
        from tui_colorize.tui.picturestate import point_of

        for own in frames:
            frame = own[0].frame
            gray = None if remembered.knows(own) else tracks.hinted(frame)
            if gray is None:
                continue
            size = document.width, document.height
            followed = followed_hints(tracks.at(frame), document.hints, frame, size)
            put = [hint for hint in document.hints if point_of(hint) in followed]
            there = {remembered.number(hint): followed[point_of(hint)] for hint in put}
            there |= {remembered.number(hint): hint for hint in own}
            on_copy = remembered.on_copy(there, gray.shape[::-1])
            self._recalling = True
            self.studio.recall(gray, on_copy, own, (*put, *own))
            return

    def on_recalled(self, event: messages.Recalled) -> None:
        if event.serial != self.studio.serial or self._remembered is None:
            return
        self._recalling = False
        self._remembered.learn(event.own, event.seen, event.memory)
        self._recollect()
        self.color_anew()

    def on_render_failed(self, event: messages.RenderFailed) -> None:
        if event.serial == self.studio.serial:
            self._recalling = False

    # Table, status, timeline.

    def show_table(self) -> None:
        """Show the hints in the table: where they are on this frame, or else on their own."""
        document = self.document
        if document is None or not document.film:
            super().show_table()
            return
        pairs = list(zip(document.shown, document.hints, strict=True))
        self.table.show(
            [here or hint for here, hint in pairs],
            document.default_radius,
            document.selected,
            document.marked,
            [(hint.frame, self._state(index)) for index, (_, hint) in enumerate(pairs)],
        )

    def _state(self, index: int) -> str:
        """What a hint is like on the frame on show, in a word."""
        assert self.document is not None
        track = self._here.get(index)
        if self.document.hints[index].frame == self.document.frame:
            return "here"
        if track is None:
            return ""
        if track.visible:
            return f"{track.confidence:.0%}"
        return "lost" if self._lost(track) else "out"

    def _show_film(self) -> None:
        document, clip = self.document, self._clip
        if document is None or clip is None:
            return
        others = [
            track for i, track in self._here.items() if document.hints[i].frame != document.frame
        ]
        self.status.update(
            film=FilmStatus(
                frame=document.frame,
                frames=clip.count,
                time=clip.time_of(document.frame),
                fps=clip.rate,
                shown=self.rate_shown,
                tracked=sum(track.visible for track in others),
                lost=sum(self._lost(track) for track in others),
            )
        )
        hinted = frozenset(hint.frame for hint in document.hints)
        self.timeline.show(document.frame, clip.count, hinted)

    def _lost(self, track: Track) -> bool:
        """Whether the hint may be in sight and is not seen, nor another on the same object."""
        assert self.document is not None
        inside = 0 <= track.x < self.document.width and 0 <= track.y < self.document.height
        if track.visible or not inside:
            return False
        group = [i for i, other in self._here.items() if other.group == track.group]
        hidden = any(each.hidden and each.hint in group for each in self.stretches_here)
        return not hidden and not any(self._here[i].visible for i in group)

    @property
    def stretches_here(self) -> list[Stretch]:
        """Where hints are lost, as far as the frame on show belongs to it."""
        if self._overview is None or self.document is None:
            return []
        frame = self.document.frame
        return [each for each in self._overview.stretches if each.first <= frame <= each.last]

    def look_over(self) -> None:
        """Find out, and show on the timeline, what is known of the whole film."""
        if self._tracks is not None and self.document is not None:
            self._overview = self._tracks.overview(self.document.hidden)
            self.timeline.show_tracks(*self._overview[:3])

    def on_tracks_found(self, event: messages.TracksFound) -> None:
        document, tracks = self.document, self._tracks
        if event.film is not self._clip or document is None or tracks is None:
            return
        self.look_over()
        before = document.followed
        self._follow()
        if not self.playing:
            self.show_table()
        if document.followed is not before:
            self.show_marks()
        self.color_anew()
        self._show_film()

    # Other frames.

    def show_frame(self, frame: int) -> None:
        """Go to a frame, or to the end next to it."""
        document, clip = self.document, self._clip
        if document is None or clip is None or self._projector is None:
            return
        frame = max(0, min(clip.count - 1, frame))
        if frame == document.frame:
            return
        if document.brushing or document.line_from is not None:
            self.drop()
        document.frame = frame
        self.suggested = None
        self._projector.ask(frame)
        self.refresh_all()

    def on_film_frame_read(self, event: messages.FilmFrameRead) -> None:
        document, source = self.document, self.source
        if event.film is not self._clip or document is None or source is None:
            return
        self.source = source.on_frame(event.frame, event.gray)
        if event.frame == document.frame:
            self.refresh_all()
        if not self.playing:
            self.canvas.ask()
            self.studio.measure(self.source)
        elif self.prepared is None:  # it plays in gray
            self.canvas.ask()
            self.comes()

    def on_film_failed(self, event: messages.FilmFailed) -> None:
        if event.film is self._clip:
            self.stop()
            self.complain(event.sentence)
