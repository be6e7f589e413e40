"""Colour hints: where the user says what colour a place has, and the files that keep them.

Coordinates are source pixels after orientation, from 0, x to the right and y down.
"""

from __future__ import annotations

import csv
import io
import json
import operator
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

from tui_colorize.color import parse_color
from tui_colorize.errors import UserError
from tui_colorize.terminaltext import printable

_COLUMNS = ("frame", "x", "y", "color", "radius")
_REQUIRED = ("x", "y", "color")
_LARGEST = 2**31 - 1  # far beyond any picture, and every array index holds it
_LARGEST_FILE = 16 * 2**20  # bytes; about a million hints
_SHOWN = 40  # characters of a refused value that are worth repeating


@dataclass(frozen=True, slots=True)
class Hint:
    """A colour on a square patch of side 2 * radius + 1 about (x, y).

    color is anything parse_color reads and kept as `#rrggbb`; only its a and b count, lightness is
    the picture's own. radius None means default_radius of the picture. frame counts from 0 and is
    0 on a still. Raises UserError for a colour or number that cannot be.
    """

    x: int
    y: int
    color: str
    radius: int | None = None
    frame: int = 0

    def __post_init__(self) -> None:
        for name in ("x", "y", "frame"):
            object.__setattr__(self, name, _whole(getattr(self, name), name))
        if self.radius is not None:
            object.__setattr__(self, "radius", _whole(self.radius, "radius"))
        object.__setattr__(self, "color", parse_color(self.color))


def _whole(value: object, name: str) -> int:
    """The value as an int, numpy's integers included. Raises UserError."""
    if not isinstance(value, bool):  # an int to Python, a mistake to everybody else
        with suppress(TypeError):
            number = operator.index(value)  # type: ignore[arg-type]
            if 0 <= number <= _LARGEST:
                return number
    raise UserError(f"{name} must be a whole number from 0 to {_LARGEST}")


def _shown(text: str) -> str:
    return printable(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


class HintSet(Sequence[Hint]):
    """Hints in the order they are painted, the last on top; immutable, equal by content, hashable.

    A point of a frame has at most one hint: a later one takes the place of an earlier one in the
    order, here and in every method. Indices are those of a list; IndexError outside.
    """

    __slots__ = ("_hints",)

    def __init__(self, hints: Iterable[Hint] = ()) -> None:
        # A dict keeps the first place of a key and its last value.
        self._hints = tuple({(hint.frame, hint.x, hint.y): hint for hint in hints}.values())

    @overload
    def __getitem__(self, index: int) -> Hint: ...
    @overload
    def __getitem__(self, index: slice) -> HintSet: ...
    def __getitem__(self, index: int | slice) -> Hint | HintSet:
        if isinstance(index, slice):
            return HintSet(self._hints[index])
        return self._hints[index]

    def __len__(self) -> int:
        return len(self._hints)

    def __iter__(self) -> Iterator[Hint]:
        return iter(self._hints)

    def __eq__(self, other: object) -> bool:
        return self._hints == other._hints if isinstance(other, HintSet) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._hints)

    def __repr__(self) -> str:
        return f"HintSet({list(self._hints)!r})"

    def add(self, hint: Hint) -> HintSet:
        """With this hint on top, or in place of the one on the same point (recoloured)."""
        return HintSet((*self._hints, hint))

    def remove(self, index: int) -> HintSet:
        hints = list(self._hints)
        del hints[index]
        return HintSet(hints)

    def replace(self, index: int, hint: Hint) -> HintSet:
        """With this hint instead of that one; another hint on the new point goes.

        The index of the new hint is one less where such another stood before it.
        """
        old, point = self._hints[index], (hint.frame, hint.x, hint.y)
        return HintSet(
            hint if other is old else other
            for other in self._hints
            if other is old or (other.frame, other.x, other.y) != point
        )

    def move(self, index: int, x: int, y: int) -> HintSet:
        """With that hint moved to (x, y) of its frame; otherwise like replace.

        Raises UserError for coordinates that no hint can have.
        """
        hint = self._hints[index]
        return self.replace(index, Hint(x, y, hint.color, hint.radius, hint.frame))

    def clear(self) -> HintSet:
        """Without any hints."""
        return HintSet()

    def index_at(
        self, x: int, y: int, frame: int = 0, size: tuple[int, int] | None = None
    ) -> int | None:
        """The topmost hint of the frame whose patch covers (x, y).

        size: (width, height) of the picture, which decides the radius of hints that leave it open;
        without it they count as the smallest default, 1.
        """
        open_radius = default_radius(*size) if size else 1
        for index in reversed(range(len(self._hints))):
            hint = self._hints[index]
            radius = open_radius if hint.radius is None else hint.radius
            if hint.frame == frame and max(abs(hint.x - x), abs(hint.y - y)) <= radius:
                return index
        return None

    def nearest(self, x: int, y: int, frame: int = 0) -> int | None:
        """The hint of the frame whose centre is nearest to (x, y), the topmost of equals."""
        return min(
            (index for index, hint in enumerate(self._hints) if hint.frame == frame),
            key=lambda i: ((self._hints[i].x - x) ** 2 + (self._hints[i].y - y) ** 2, -i),
            default=None,
        )

    def next_after(self, index: int | None) -> int | None:
        """The index after this one, around the end; the first for None; None where no hints."""
        if not self._hints:
            return None
        return 0 if index is None else (index + 1) % len(self._hints)

    def previous_before(self, index: int | None) -> int | None:
        """The index before this one, around the start; the last for None; None where no hints."""
        if not self._hints:
            return None
        count = len(self._hints)
        return ((count if index is None else index) - 1) % count

    def for_frame(self, frame: int) -> HintSet:
        """The hints of this frame, in order."""
        return HintSet(hint for hint in self._hints if hint.frame == frame)

    def check_inside(self, width: int, height: int, name: str = "the picture") -> None:
        """Raise UserError for the first hint whose point lies outside width x height pixels.

        name: what the message calls the picture.
        """
        for number, hint in enumerate(self._hints, 1):
            if hint.x >= width or hint.y >= height:
                raise UserError(
                    f"Hint {number} at {hint.x},{hint.y} lies outside {printable(name)} "
                    f"({width} x {height} pixels)"
                )


def default_radius(width: int, height: int) -> int:
    """The radius of hints that leave it open: 1/256 of the shorter side, in pixels, at least 1."""
    return max(1, round(min(width, height) / 256))


def patch(hint: Hint, width: int, height: int) -> tuple[slice, slice]:
    """Rows and columns of the square that the hint paints, clipped to width x height pixels."""
    radius = default_radius(width, height) if hint.radius is None else hint.radius
    return (
        slice(max(0, hint.y - radius), min(height, hint.y + radius + 1)),
        slice(max(0, hint.x - radius), min(width, hint.x + radius + 1)),
    )


def read_hints(path: str | Path, size: tuple[int, int] | None = None) -> HintSet:
    """Read a hint file, CSV or JSON by its content.

    CSV, in UTF-8, has a header that names the columns x, y, color and, if wanted, frame and radius,
    in any order; blank lines count for nothing. JSON is a list of objects with the same fields, or
    {"hints": that list}. An empty radius (null in JSON) leaves it open. Of hints on the same point
    of a frame the last one counts.

    size: (width, height) of the picture; hints outside it are refused.
    Raises UserError naming file, line (in JSON: element) and column.
    """
    name = printable(path)
    text = _read_text(path, name)
    if not text.strip():
        raise UserError(f"{name} is empty")
    # No header of a CSV begins like that.
    parse = _parse_json if text.lstrip()[0] in "[{" else _parse_csv
    return HintSet(_hint(record, place, size) for place, record in parse(text, name))


def write_hints(path: str | Path, hints: Iterable[Hint]) -> None:
    """Write a hint file, CSV or JSON by the suffix, replacing what was there in one step.

    Raises UserError for another suffix and where the system refuses.
    """
    name = printable(path)
    suffix = Path(path).suffix.lower()
    if suffix not in (".csv", ".json"):
        raise UserError(f"{name}: the name of a hint file ends in .csv or .json")
    records = [
        {column: getattr(hint, column) for column in _COLUMNS if getattr(hint, column) is not None}
        for hint in hints
    ]
    text = _to_json(records) if suffix == ".json" else _to_csv(records)
    try:
        _replace_file(path, text)
    except (OSError, ValueError) as error:  # ValueError: NUL in the name
        raise UserError(f"{name} cannot be written: {_reason(error)}") from error


# A place, in messages, is "file, line 3" or, in JSON, "file, element 3".


class _JsonNumber(str):
    """A number as it stands in a JSON file: checked as text, like a number in a CSV file."""

    __slots__ = ()


class _DuplicateKeyError(Exception):
    """The key that an object of a JSON file holds twice."""


def _read_text(path: str | Path, name: str) -> str:
    try:
        with Path(path).open("rb") as file:
            data = file.read(_LARGEST_FILE + 1)
    except FileNotFoundError:
        raise UserError(f"{name}: there is no such file") from None
    except IsADirectoryError:
        raise UserError(f"{name} is a folder, not a hint file") from None
    except (OSError, ValueError) as error:  # ValueError: NUL in the name
        raise UserError(f"{name} cannot be read: {_reason(error)}") from error
    if len(data) > _LARGEST_FILE:
        raise UserError(f"{name} is larger than {_LARGEST_FILE // 2**20} MiB: not a hint file")
    nul = data.find(b"\0")
    if nul >= 0:
        raise UserError(f"{_line_at(nul, data, name)}: a NUL byte, so this is not a text file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # error.start counts from after the byte order mark, error.object holds what it counts in.
        raise UserError(
            f"{_line_at(error.start, error.object, name)}: this is not UTF-8 text"
        ) from None


def _line_at(position: int, data: bytes, name: str) -> str:
    line = data.count(b"\n", 0, position) + 1
    return f"{name}, line {line}"


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()


def _parse_csv(text: str, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
    header: list[str] | None = None
    while True:
        # A quoted field may hold line ends: a record's place is where it begins.
        place = f"{name}, line {reader.line_num + 1}"
        try:
            row = [field.strip() for field in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            raise UserError(f"{place}: this is not CSV: {error}") from None
        if row in ([], [""]):
            continue
        if header is None:
            _check_columns(row, place)
            header = row
        elif len(row) != len(header):
            raise UserError(f"{place}: {len(row)} fields where the header has {len(header)}")
        else:
            record = dict(zip(header, row, strict=True))
            if not record.get("radius", "open"):
                del record["radius"]
            yield place, record


def _parse_json(text: str, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    try:
        content = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_int=_JsonNumber,
            parse_float=_JsonNumber,
            parse_constant=_JsonNumber,
        )
    except json.JSONDecodeError as error:
        raise UserError(
            f"{name}, line {error.lineno}, column {error.colno}: this is not JSON: {error.msg}"
        ) from None
    except _DuplicateKeyError as error:
        raise UserError(f"{name}: '{_shown(str(error))}' stands twice in one object") from None
    except RecursionError:
        raise UserError(f"{name}: nested too deep for a hint file") from None
    if isinstance(content, dict):
        if list(content) != ["hints"]:
            raise UserError(f'{name} must hold a list of hints or {{"hints": that list}}')
        content = content["hints"]
    if not isinstance(content, list):
        raise UserError(f"{name}: the hints must be a list, not {_in_words(content)}")
    for number, record in enumerate(content, 1):
        place = f"{name}, element {number}"
        if not isinstance(record, dict):
            raise UserError(f"{place}: a hint must be an object, not {_in_words(record)}")
        _check_columns(list(record), place)
        if record.get("radius", "open") is None:
            del record["radius"]
        for column, value in record.items():
            wanted, called = (str, "string") if column == "color" else (_JsonNumber, "number")
            if type(value) is not wanted:
                raise UserError(f"{place}, column '{column}': {_in_words(value)} is not a {called}")
        yield place, record


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise _DuplicateKeyError(key)
        result[key] = value
    return result


def _in_words(value: object) -> str:
    """What a value of a JSON file is, for messages."""
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, _JsonNumber):
        return f"the number {_shown(value)}"
    return _shown(json.dumps(value, ensure_ascii=False))


def _check_columns(names: list[str], place: str) -> None:
    for index, column in enumerate(names):
        if column not in _COLUMNS:
            known = ", ".join(_COLUMNS)
            raise UserError(
                f"{place}: unknown column '{_shown(column)}' (known, separated by commas: {known})"
            )
        if column in names[:index]:
            raise UserError(f"{place}: column '{column}' stands there twice")
    for column in _REQUIRED:
        if column not in names:
            raise UserError(f"{place}: column '{column}' is missing")


def _hint(record: dict[str, str], place: str, size: tuple[int, int] | None) -> Hint:
    values: dict[str, Any] = {}
    for column, text in record.items():
        try:
            values[column] = parse_color(text) if column == "color" else _number(text)
        except UserError as error:
            raise UserError(f"{place}, column '{column}': {error}") from None
    if size:
        for column, extent, side in (("x", size[0], "wide"), ("y", size[1], "high")):
            if values[column] >= extent:
                raise UserError(
                    f"{place}, column '{column}': {values[column]} is outside the picture, "
                    f"which is {extent} pixels {side}"
                )
    return Hint(**values)


def _number(text: str) -> int:
    """Digits -> a number that a Hint accepts. Raises UserError without a place."""
    if not text:
        raise UserError("a number is missing")
    if re.fullmatch("-[0-9]+", text):
        raise UserError(f"{_shown(text)} is negative")
    if not re.fullmatch("[0-9]+", text):
        raise UserError(f"{_shown(text)} is not a whole number")
    # Length first: Python refuses to convert thousands of digits.
    digits = text.lstrip("0") or "0"
    if len(digits) > len(str(_LARGEST)) or int(digits) > _LARGEST:
        raise UserError(f"{_shown(text)} is too large")
    return int(digits)


def _to_csv(records: list[dict[str, Any]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


def _to_json(records: list[dict[str, Any]]) -> str:
    """A list with one hint per line."""
    lines = ",\n".join("  " + json.dumps(record) for record in records)
    return f"[\n{lines}\n]\n" if lines else "[]\n"


def _replace_file(path: str | Path, text: str) -> None:
    target = Path(os.path.realpath(path))  # a link stays a link
    temporary = target.with_name(f".hints-{secrets.token_hex(8)}.tmp")
    try:
        with temporary.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            temporary.chmod(target.stat().st_mode)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
