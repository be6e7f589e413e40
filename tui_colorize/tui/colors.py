"""The colour in hand: typed, picked from the picture, the gamut or a palette; and the palettes."""

from __future__ import annotations

from tui_colorize.errors import UserError
from tui_colorize.tui.saving import Saving
from tui_colorize.tui.typedpath import typed_path

_IMPORT, _SAVE = "import palette", "save palette"


class Colors(Saving):
    """The part of the app that deals with the colour in hand."""

    def action_type_color(self) -> None:
        if self.document is not None:
            self.focus_entry()

    def enter_color(self, text: str) -> None:
        """A colour was typed or chosen."""
        if self.edit(lambda document: document.take_color(text)):
            self.focus_canvas()

    def action_pick_color(self) -> None:
        document = self.document
        if document is None:
            return
        if self.coloring is None:
            self.say("no colours yet")
            return
        x, y = document.cursor
        pixel = self.coloring.render((1, 1), (x, y, x + 1, y + 1))[0, 0].tolist()
        self.edit(lambda document: document.take_color("#{:02x}{:02x}{:02x}".format(*pixel)))

    def action_mix(self) -> None:
        """To the gamut slice of the pixel under the cursor."""
        if self.document is not None:
            self.focus_entry()
            self.color_panel.pick_in(self.color_panel.gamut)
            self.show_gamut()

    # Palettes.

    def action_swatches(self) -> None:
        """To the palettes."""
        if self.document is not None:
            self.focus_entry()
            self._show_palettes(None)
            self.color_panel.pick_in(self.color_panel.swatches)

    def _show_palettes(self, name: str | None) -> None:
        from tui_colorize.palette import saved_palettes

        self.color_panel.swatches.show_saved(saved_palettes(), name)

    def action_import_palette(self) -> None:
        """Ask for a GIMP palette."""
        self.ask(_IMPORT, "Import the GIMP palette (.gpl):")

    def action_save_palette(self) -> None:
        """Ask what the palette of the colours used last is to be called."""
        if self.document is None or not self.document.recent:
            self.say("no colours used yet")
        else:
            self.ask(_SAVE, "Save the recent colours as the palette:")

    def action_remove_palette(self) -> None:
        """Forget the palette on show."""
        from tui_colorize.palette import remove_palette

        name = self.color_panel.swatches.name_shown
        if name is None:
            self.say("no saved palette is on show; M shows them")
            return
        try:
            remove_palette(name)
        except UserError as error:
            self.complain(str(error))
        else:
            self._show_palettes(None)
            self.say(f"palette {name} removed")

    def answer(self, purpose: str, text: str | None) -> None:
        """A question was answered; those about palettes here."""
        from tui_colorize.palette import Palette, read_gpl, save_palette

        if purpose not in (_IMPORT, _SAVE):
            super().answer(purpose, text)
            return
        self.focus_canvas()
        if not text or not text.strip():
            return
        try:
            if purpose == _IMPORT:
                palette = read_gpl(typed_path(text))
            else:
                assert self.document is not None
                palette = Palette(text, self.document.recent)
            save_palette(palette)
        except UserError as error:
            self.complain(str(error))
            return
        self._show_palettes(palette.name)
        count = len(palette.colors)
        self.say(f"palette {palette.name}: {count} colour{'s' * (count != 1)}; M chooses from it")
