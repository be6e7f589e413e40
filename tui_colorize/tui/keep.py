"""Sessions in the app: the work is kept with every action, restored, saved to a file."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui_colorize.errors import UserError
from tui_colorize.terminaltext import printable
from tui_colorize.tui.canvas.panes import View
from tui_colorize.tui.saving import Saving
from tui_colorize.tui.typedpath import typed_path

if TYPE_CHECKING:
    from tui_colorize.hints import HintSet
    from tui_colorize.session import Place, Session, Work
    from tui_colorize.tui.source import Source


class Keeping(Saving):
    """The part of the app that loses nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: Session | None = None
        self._session_file: Path | None = None
        self._offered_session = Path()
        self._session_to_overwrite = Path()

    # Begin and end.

    def resume(self, source: Source, given: HintSet | None) -> Place | None:
        """Go on where the work on this picture stopped. given: hints that win over its own.

        The answer is what was on show, for show_place; None where nothing was restored.
        """
        from tui_colorize.hints import HintSet
        from tui_colorize.session import join
        from tui_colorize.tui.document import Document

        self.remember_now()
        if source.session is None:  # this very picture is on the desk
            work = self._present()
        else:
            self.end_session()
            self.kept = source.session
            work = source.session.restored
            problems = source.film.problems if source.film else ()
            for notice in (*source.session.notices, *problems):
                self.notify(notice, severity="warning", timeout=12, markup=False)
        restored = source.session is not None and work is not None
        self._session_file = None
        if source.saved is not None:
            self._session_file = source.saved.path
            label = f"open {printable(self._session_file.name)}"
            work = join(work, source.saved.work, label) if work else source.saved.work
            restored = True
        film = source.film is not None
        document = Document.start(source.width, source.height, HintSet(), film=film)
        document.frame = source.frame
        if work is not None:
            place = work.place
            document = replace(
                document,
                history=work.history,
                cursor=place.cursor,
                color=place.color,
                radius=place.radius,
                selected=place.selected,
                recent=place.recent,
                vividness=place.vividness,
                hidden=place.hidden,
            )
        if given is not None:
            # So that undo leads to the others.
            document.history = document.history.push(given, "take the given hints")
            document.selected = None
        elif restored:
            self.notify(f"{work} restored; ctrl+n starts afresh.", markup=False)
        self.put_on_desk(source, document)
        return work.place if work else None

    def show_place(self, place: Place | None) -> None:
        """Show the part of the picture that was on show."""
        if place is None:
            return
        with suppress(ValueError):  # a view that there is no more
            self.canvas.set_view(View(place.view))
        viewport = self.canvas.viewport
        if viewport is not None:
            zoom = min(place.zoom, viewport.deepest)
            self.canvas.look(replace(viewport, zoom=zoom, corner=place.corner))

    def remember_now(self) -> None:
        work = self._present()
        if work is None or self.kept is None:
            return
        try:
            self.kept.record(work)
        except UserError as error:
            self.complain(str(error))

    def end_session(self) -> None:
        """Keep nothing more of this picture; what is kept stays."""
        if self.kept is not None:
            self.kept.close()
            self.kept = None

    def _present(self) -> Work | None:
        from tui_colorize.session import Place, Work

        document, viewport = self.document, self.canvas.viewport
        if document is None or viewport is None:
            return None
        place = Place(
            cursor=document.cursor,
            color=document.color,
            radius=document.radius,
            recent=document.recent,
            selected=document.selected,
            zoom=viewport.zoom,
            corner=viewport.region[:2],
            view=self.canvas.view.value,
            frame=document.frame,
            vividness=document.vividness,
            hidden=document.hidden,
        )
        return Work(document.history, place)

    def action_start_afresh(self) -> None:
        """As if the picture had never been opened, but for undo."""
        from tui_colorize.hints import HintSet
        from tui_colorize.tui.document import Document

        old, source = self.document, self.source
        if old is None or source is None:
            return
        fresh = Document.start(source.width, source.height, HintSet(), film=old.film)
        history = old.history.push(fresh.hints, "start afresh")
        self.document = replace(fresh, history=history, frame=old.frame)
        self.action_zoom(0)
        self.say("started afresh; u brings the hints back")
        self.refresh_all()

    # A file of the user's own.

    def action_save_session(self) -> None:
        """Ask for the name."""
        if self.source is None:
            self.say("there is no picture yet")
            return
        if self.studio.saving:
            self.say("still saving; once more in a moment")
            return
        beside = self.source.path.with_name(f"{self.source.path.stem}.tuic")
        self._offered_session = self._session_file or beside
        self.ask("session", "Save session as:", printable(self._offered_session))

    def answer(self, purpose: str, text: str | None) -> None:
        if text is None or purpose not in ("session", "overwrite session"):
            super().answer(purpose, text)
            return
        self.focus_canvas()
        text = text.strip()
        if purpose == "session" and text:
            path = typed_path(text, self._offered_session)
            if os.path.lexists(path):
                self._session_to_overwrite = path
                self.ask_to_overwrite("overwrite session", path)
            else:
                self._save_session(path, overwrite=False)
        elif text.lower() in ("y", "yes"):
            self._save_session(self._session_to_overwrite, overwrite=True)

    def _save_session(self, path: Path, *, overwrite: bool) -> None:
        from tui_colorize.hintfile import SUFFIXES as HINT_SUFFIXES

        work = self._present()
        if work is None or self.source is None:
            return
        if path.suffix.lower() in HINT_SUFFIXES:
            self.studio.save_hints(work.history.state, path)
        else:
            self._session_file = path
            self.studio.save_session(self.source, work, path, overwrite=overwrite)
