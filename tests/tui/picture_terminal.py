"""What a terminal that draws pictures has on the screen after what the app has sent it."""

from __future__ import annotations

import io
import re
from base64 import b64decode

import numpy as np
from PIL import Image

from tui_colorize.tui.canvas.kittycodes import placeholder
from tui_colorize.tui.canvas.painter import Detail
from tui_colorize.tui.terminal import Terminal

from .idle import is_idle

PLACEHOLDER = "\U0010eeee"
SIZE = (100, 36)
CELL = (6, 12)
GROUND = (13, 15, 20)
_TOKEN = re.compile(
    r"\x1bP(?P<sixel>[^\x1b]*)\x1b\\|\x1b_G(?P<kitty>[^\x1b]*)\x1b\\"
    r"|\x1b\][^\x1b\x07]*(?:\x07|\x1b\\)"
    r"|\x1b\[(?P<arguments>[\d;?]*)(?P<final>[A-Za-z])|(?P<text>[^\x1b])",
    re.DOTALL,
)


class VirtualTerminal:
    """Shows what is sent to it: cells, and pictures drawn over them or kept under numbers."""

    def __init__(self) -> None:
        self.x = self.y = 0
        self.codes = ""
        self.cells: dict[tuple[int, int], tuple[str, str]] = {}
        self.pixels = np.zeros((SIZE[1] * 2 * CELL[1], SIZE[0] * 3 * CELL[0], 3), np.uint8)
        self.images: dict[int, tuple[np.ndarray, dict[str, str]]] = {}
        self.placed: dict[int, tuple[int, int]] = {}
        self.transmitted = 0
        self._half = ("", "")

    def feed(self, data: str) -> None:
        end = 0
        for match in _TOKEN.finditer(data):
            assert match.start() == end, data[end : match.start() + 20]
            end = match.end()
            if match["sixel"] is not None:
                self._sixel(match["sixel"])
            elif match["kitty"] is not None:
                self._kitty(match["kitty"])
            elif match["text"] is not None:
                self._write(match["text"])
            elif match["final"]:
                self._control(match["arguments"], match["final"])
        assert end == len(data)

    def cell(self, x: int, y: int) -> tuple[str, str]:
        """The text and the style of a cell; a bare placeholder goes on where its neighbour ends."""
        text, codes = self.cells[x, y]
        if text != PLACEHOLDER:
            return text, codes
        left, ink = self.cell(x - 1, y)
        assert left[0] == PLACEHOLDER
        assert ink == codes
        number = next(n for n in range(21) if placeholder(0, n)[2] == left[2])
        return left[:2] + placeholder(0, number + 1)[2], codes

    def _control(self, arguments: str, final: str) -> None:
        if final == "H":
            self.y, self.x = (int(number) - 1 for number in arguments.split(";"))
        elif final in "ABCD":
            step = int(arguments or 1) * (-1 if final in "AD" else 1)
            self.x, self.y = (self.x, self.y + step) if final in "AB" else (self.x + step, self.y)
        elif final == "G":
            self.x = int(arguments) - 1
        elif final == "d":
            self.y = int(arguments) - 1
        elif final == "m":
            parts = arguments.partition(";48;")
            if arguments.startswith("48;") and ";48;" in self.codes:
                self.codes = self.codes.partition(";48;")[0] + ";" + arguments
            elif arguments.startswith("38;") and not parts[1] and ";48;" in self.codes:
                self.codes = arguments + ";48;" + self.codes.partition(";48;")[2]
            else:
                self.codes = arguments.removeprefix("0;")
        else:
            assert arguments.startswith("?"), final + arguments

    def _write(self, text: str) -> None:
        if text == "\n":
            return
        if text == "\b":
            self.x -= 1
            return
        if "\u0300" <= text < "\u0370":
            before = (self.x - 1, self.y)
            self.cells[before] = (self.cells[before][0] + text, self.cells[before][1])
            return
        self.cells[self.x, self.y] = (text, self.codes)
        x, y = self.x * CELL[0], self.y * CELL[1]
        self.pixels[y : y + CELL[1], x : x + CELL[0]] = GROUND
        self.x += 1

    def _sixel(self, data: str) -> None:
        head = re.match(r'[\d;]*q"1;1;(\d+);(\d+)', data)
        assert head is not None
        width, height = int(head[1]), int(head[2])
        left, top = self.x * CELL[0], self.y * CELL[1]
        colors: dict[int, tuple[int, ...]] = {}
        color, x, y = None, 0, 0
        for token in re.finditer(
            r"#(\d+)(?:;2;(\d+);(\d+);(\d+))?|!(\d+)(.)|([$-])|(.)", data[head.end() :]
        ):
            if token[2] is not None:
                colors[int(token[1])] = tuple(
                    round(int(part) * 2.55) for part in token.groups()[1:4]
                )
                color = None  # defining a colour does not select it
            elif token[1] is not None:
                color = colors[int(token[1])]
            elif token[7] is not None:
                x, y = 0, y + 6 * (token[7] == "-")
            else:
                count, bits = int(token[5] or 1), ord(token[6] or token[8]) - 63
                for row in range(6):
                    if bits >> row & 1:
                        assert color is not None
                        assert y + row < height
                        assert x + count <= width
                        self.pixels[top + y + row, left + x : left + x + count] = color
                x += count

    def _kitty(self, data: str) -> None:
        head, _, payload = data.partition(";")
        keys = dict(pair.split("=") for pair in head.split(","))
        if keys.get("a") in ("T", "t") or "a" not in keys:
            head, payload = self._half[0] or head, self._half[1] + payload
            if keys.get("m") == "1":
                self._half = (head, payload)
                return
            self._half = ("", "")
            keys = dict(pair.split("=") for pair in head.split(","))
            image = Image.open(io.BytesIO(b64decode(payload)))
            self.images[int(keys["i"])] = (np.array(image.convert("RGB")), keys)
            self.transmitted += 1
        elif keys["a"] == "p":
            assert int(keys["i"]) in self.images
            self.placed[int(keys["i"])] = (self.x, self.y)
        elif keys["a"] == "d":
            self.placed.pop(int(keys["i"]), None)
            if keys["d"] == "I":
                assert self.images.pop(int(keys["i"]), None) is not None
        assert keys["q"] == "2"


def picture_app(make_app, graphics):
    """The app as such a terminal has it."""
    return make_app(terminal=Terminal(graphics=graphics, cell=CELL, true_color=True))


async def at_rest(until, pilot, app):
    """Until the fine picture is sent, and no other comes after it."""
    in_a_row = 0

    def idle():
        # A job that is done has posted a message, which may lead to the next job.
        nonlocal in_a_row
        fine = app.canvas.frame is not None and app.canvas.frame.request.detail is Detail.FINE
        in_a_row = in_a_row + 1 if fine and is_idle(app) else 0
        return in_a_row == 3

    await until(pilot, idle)
