"""What the network is asked besides colours: suggestions, uncertain places; and its answers."""

from __future__ import annotations

from tui_colorize.tui import messages
from tui_colorize.tui.desk import Desk, Wanted


class Guidance(Desk):
    """The part of the app that deals with the network."""

    # Uncertain places.

    def action_uncertain(self, step: int) -> None:
        document = self.document
        if document is None:
            return
        if self.places is None:
            asked, self.wanted.places = self.wanted.places, self.wanted.places + step
            if not asked and self.prepared is not None:
                self._find_places()
            return
        self._step_place(step)

    def _find_places(self) -> None:
        if self.document is not None:
            size = (self.document.width, self.document.height)
            self.studio.find_places(self.document.hints, size)

    def on_places_found(self, event: messages.PlacesFound) -> None:
        document = self.document
        if document is None or event.serial != self.studio.serial:
            return
        steps, self.wanted.places = self.wanted.places, 0
        if event.hints != document.hints:
            return
        self.places = event.places
        self.place = -1 if steps > 0 else 0
        self._step_place(steps)

    def _step_place(self, step: int) -> None:
        if not self.places:
            self.say("no place stands out")
            return
        self.place = (self.place + step) % len(self.places)
        self.go(*self.places[self.place])
        self.say(f"uncertain place {self.place + 1} of {len(self.places)}")

    # Suggested colours.

    def action_suggestion(self, number: int) -> None:
        document = self.document
        if document is None:
            return
        if self.suggested_place == document.cursor:
            self._put_suggestion(number, document.cursor)
        else:
            self.wanted.suggestion = number, document.cursor
            self.suggest_now()

    def _put_suggestion(self, number: int, place: tuple[int, int]) -> None:
        assert self.suggested is not None
        colors = self.suggested[1]
        if number > len(colors):
            self.say(f"there is no suggestion {number} here")
            return
        self.edit(lambda document: document.put_at(place, self.near, colors[number - 1][0]))

    def on_suggestion_clicked(self, event: messages.SuggestionClicked) -> None:
        self.action_suggestion(event.number)

    # Answers of the network.

    def on_engine_ready(self, event: messages.EngineReady) -> None:
        if event.serial != self.studio.serial or self.document is None:
            return
        self.prepared = event.picture
        self.status.update(device=event.device, network=event.network_size, activity="")
        self.studio.solve(self.document.hints)
        if self.wanted.places:
            self._find_places()
        self.suggest_now()

    def on_colorized(self, event: messages.Colorized) -> None:
        if event.serial == self.studio.serial:
            self.coloring = event.coloring
            self.status.update(latency=event.milliseconds)
            self.canvas.ask()

    def on_render_failed(self, event: messages.RenderFailed) -> None:
        if event.serial == self.studio.serial:
            self.wanted = Wanted()
            self.status.update(activity="")
            self.complain(event.sentence)

    def on_suggested(self, event: messages.Suggested) -> None:
        if event.serial != self.studio.serial or self.document is None:
            return
        place = (event.x, event.y)
        self.suggested = place, event.colors
        self.color_panel.suggestions.show(event.colors)
        wanted = self.wanted.suggestion
        if wanted is not None and wanted[1] == place:
            self.wanted.suggestion = None
            self._put_suggestion(*wanted)
