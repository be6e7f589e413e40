"""What the network is asked besides colours: suggestions, uncertain places; and its answers."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from tui_colorize.tui import messages
from tui_colorize.tui.desk import Desk, Question, Wanted
from tui_colorize.tui.subject import Subject

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Map = NDArray[np.float32]

_SPREAD = 6.0  # standard deviation of ab: pictures of less difference are tinted less


class Guidance(Desk):
    """The part of the app that deals with the network."""

    def __init__(self) -> None:
        super().__init__()
        self._veiled = False  # whether the picture is shown under its uncertainty
        self._guided_to: tuple[int, int] | None = None  # the last place that was gone to

    # Uncertain places.

    def action_uncertain(self, step: int) -> None:
        self._ask(Question(step=step))

    def action_suggestion(self, number: int) -> None:
        if self.document is not None:
            moves = self.wanted.step or any(later.step for later in self.wanted.later)
            self._ask(Question(number=number, place=None if moves else self.document.cursor))

    def _ask(self, question: Question) -> None:
        """Keys of a burst wait for each other's answers: a digit is for the place of the n before
        it, and that place depends on the digit before."""
        if self.document is not None:
            self.wanted.later.append(question)
            self._go_on()

    def _go_on(self) -> None:
        wanted = self.wanted
        while wanted.later and not wanted.step and wanted.suggestion is None:
            question = wanted.later.pop(0)
            if question.step:
                self._go_to_place(question.step)
            else:
                self._take_suggestion(question)

    def _go_to_place(self, step: int) -> None:
        if self.places is not None:
            self._step_place(step)
            return
        self.wanted.step = step
        if self.prepared is not None:
            self._find_places()

    def _find_places(self) -> None:
        if self.document is not None and self.source is not None:
            self.studio.find_places()

    def on_places_found(self, event: messages.PlacesFound) -> None:
        document = self.document
        if document is None or event.serial != self.studio.serial:
            return
        if event.frame != document.frame or event.hints != document.present[1]:
            if self.wanted.step:
                self._find_places()
            return
        self.places = event.places
        if self._veiled:
            self.canvas.show_overlay(_tint(event.uncertainty))
        step, self.wanted.step = self.wanted.step, 0
        self.place = 0 if step < 0 else -1
        if step:
            self._step_place(step)
        self._go_on()

    def _step_place(self, step: int) -> None:
        if not self.places:
            self.say("no place stands out")
            return
        self.place = (self.place + step) % len(self.places)
        self._guided_to = self.places[self.place]
        self.go(*self._guided_to)
        self.rested()  # what comes next is a digit
        self.say(
            f"uncertain place {self.place + 1} of {len(self.places)}: "
            "1-9 puts a colour, n goes on, t keeps it gray"
        )

    def action_uncertainty(self) -> None:
        """Show on the picture where its colours are uncertain, or no longer."""
        if self.document is None:
            return
        self._veiled = not self._veiled
        if not self._veiled:
            self.canvas.show_overlay(None)
            self.say("uncertainty hidden")
            return
        self.say("tinted: uncertain colours; w hides the tint")
        if self.prepared is not None:
            self._find_places()

    # Suggested colours.

    def _take_suggestion(self, question: Question) -> None:
        assert self.document is not None
        place = question.place or self.document.cursor
        if self.suggested_place == place:
            self._put_suggestion(question.number, place)
        else:
            self.wanted.suggestion = question.number, place
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
        self.usual_vividness = event.vividness
        self.status.update(device=event.device, network=event.network_size, activity="")
        if self.subject is not None:
            self.studio.solve(self.subject)
        if self.wanted.step:
            self._find_places()
        self.suggest_now()

    def on_colorized(self, event: messages.Colorized) -> None:
        if event.serial == self.studio.serial:
            self.coloring = event.coloring
            self.status.update(latency=event.milliseconds)
            self.canvas.ask()
            # From one uncertain place to the next: it is known before the key is pressed.
            guided = self.document is not None and self.document.cursor == self._guided_to
            if self._veiled or guided:
                self._find_places()

    def on_render_failed(self, event: messages.RenderFailed) -> None:
        if event.serial == self.studio.serial:
            self.wanted = Wanted()
            self.status.update(activity="")
            self.complain(event.sentence)

    def on_suggested(self, event: messages.Suggested) -> None:
        if event.serial != self.studio.serial or self.document is None:
            return
        if event.frame != self.document.frame:
            return
        place, wanted = (event.x, event.y), self.wanted.suggestion
        asked = wanted is not None and wanted[1] == place
        if not asked and place != self.document.cursor:
            return  # too late: the cursor is elsewhere, where it will be asked for
        self.suggested = place, event.colors
        self.color_panel.suggestions.show(event.colors)
        if wanted is not None and asked:
            self.wanted.suggestion = None
            self._put_suggestion(*wanted)
            self._go_on()
            if self.suggested_place != self.document.cursor:
                self.suggest_now()
        else:
            self._expect_hint()

    def _expect_hint(self) -> None:
        """Have the picture coloured with the hint that is likely to come next, so that its colours
        are there at once: the best one suggested where n went, else the colour in hand."""
        document, source = self.document, self.source
        if document is None or source is None or source.film or document.brushing:
            return
        guided = self._guided_to == document.cursor and document.here(self.near) is None
        colors = self.suggested[1] if self.suggested and guided else []
        likely = copy(document)
        likely.put(self.near, colors[0][0] if colors else None)
        self.studio.expect(Subject(source, likely.present[1]))


def _tint(uncertainty: Map) -> Map:
    """How much to tint: from nothing at the surest places to all at the least sure ones.

    Not by the uncertainty itself: that of a whole picture may be large or small, and what counts is
    where in it a hint would help.
    """
    import numpy as np

    low, high = np.percentile(uncertainty, (5, 99))
    return np.asarray(((uncertainty - low) / max(high - low, _SPREAD)).clip(0, 1), np.float32)
