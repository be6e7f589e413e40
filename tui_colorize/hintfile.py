"""Hint files, CSV and JSON: read with every mistake named by its place, written in one step.

A CSV file holds what colours: the hints that are enabled. JSON holds the others, too, with
"enabled": false.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tui_colorize.color import parse_color
from tui_colorize.errors import UserError
from tui_colorize.hints import LARGEST, Hint, HintSet
from tui_colorize.terminaltext import printable, shortened
from tui_colorize.textfile import read_text, write_text

SUFFIXES = (".csv", ".json")
_COLUMNS = ("frame", "x", "y", "color", "radius")
_REQUIRED = ("x", "y", "color")
_ENABLED = "enabled"  # in JSON only


def read_hints(
    path: str | Path, size: tuple[int, int] | None = None, frames: int | None = None
) -> HintSet:
    """Read a hint file, CSV or JSON by its content.

    CSV, in UTF-8, has a header that names the columns x, y, color and, if wanted, frame and radius,
    in any order; blank lines count for nothing. JSON is a list of objects with the same fields, or
    {"hints": that list}, and a field "enabled" may be true or false. An empty radius (null in JSON)
    leaves it open. Of hints on the same point of a frame the last one counts.

    size: (width, height) of the picture, frames: how many a film has; hints outside are refused.
    Raises UserError naming file, line (in JSON: element) and column.
    """
    name = printable(path)
    if Path(path).suffix.lower() == ".tuic":
        from tui_colorize.session import read_session_hints

        return read_session_hints(path, size, frames)
    text = read_text(path, "a hint file")
    if not text.strip():
        raise UserError(f"{name} is empty")
    # No header of a CSV begins like that.
    parse = _parse_json if text.lstrip()[0] in "[{" else _parse_csv
    return HintSet(_hint(record, place, size, frames) for place, record in parse(text, name))


def read_still_hints(path: str | Path, size: tuple[int, int]) -> HintSet:
    """Read the hint file of a still of (width, height) pixels; see read_hints.

    Raises UserError, too, for a hint on a frame that a still does not have.
    """
    hints = read_hints(path, size)
    for number, hint in enumerate(hints, 1):
        if hint.frame:
            raise UserError(
                f"{printable(path)}: hint {number} is on frame {hint.frame}, "
                "and a still has only frame 0"
            )
    return hints


def write_hints(path: str | Path, hints: Iterable[Hint]) -> None:
    """Write a hint file, CSV or JSON by the suffix, replacing what was there in one step.

    Hints that are not enabled colour nothing: CSV leaves them out, JSON says so.
    Raises UserError for another suffix and where the system refuses.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise UserError(f"{printable(path)}: the name of a hint file ends in .csv or .json")
    write_text(path, _to_json(hints) if suffix == ".json" else _to_csv(hints))


# A place, in messages, is "file, line 3" or, in JSON, "file, element 3".


class _JsonNumber(str):
    """A number as it stands in a JSON file: checked as text, like a number in a CSV file."""

    __slots__ = ()


_JSON_TYPES = {"color": (str, "a string"), _ENABLED: (bool, "true or false")}


class _DuplicateKeyError(Exception):
    """The key that an object of a JSON file holds twice."""


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


def _parse_json(text: str, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
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
        raise UserError(f"{name}: '{shortened(str(error))}' stands twice in one object") from None
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
        _check_columns([column for column in record if column != _ENABLED], place)
        if record.get("radius", "open") is None:
            del record["radius"]
        for column, value in record.items():
            wanted, called = _JSON_TYPES.get(column, (_JsonNumber, "a number"))
            if type(value) is not wanted:
                raise UserError(f"{place}, column '{column}': {_in_words(value)} is not {called}")
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
        return f"the number {shortened(value)}"
    return shortened(json.dumps(value, ensure_ascii=False))


def _check_columns(names: list[str], place: str) -> None:
    for index, column in enumerate(names):
        if column not in _COLUMNS:
            shown, known = shortened(column), ", ".join(_COLUMNS)
            raise UserError(
                f"{place}: unknown column '{shown}' (known, separated by commas: {known})"
            )
        if column in names[:index]:
            raise UserError(f"{place}: column '{column}' stands there twice")
    for column in _REQUIRED:
        if column not in names:
            raise UserError(f"{place}: column '{column}' is missing")


def _hint(
    record: dict[str, Any], place: str, size: tuple[int, int] | None, frames: int | None
) -> Hint:
    values: dict[str, Any] = {_ENABLED: record.pop(_ENABLED, True)}
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
    if frames is not None and values.get("frame", 0) >= frames:
        raise UserError(
            f"{place}, column 'frame': {values['frame']} is outside the film, "
            f"which has {frames} frames, counted from 0"
        )
    return Hint(**values)


def _number(text: str) -> int:
    """Digits -> a number that a Hint accepts. Raises UserError without a place."""
    if not text:
        raise UserError("a number is missing")
    if re.fullmatch("-[0-9]+", text):
        raise UserError(f"{shortened(text)} is negative")
    if not re.fullmatch("[0-9]+", text):
        raise UserError(f"{shortened(text)} is not a whole number")
    # Length first: Python refuses to convert thousands of digits.
    digits = text.lstrip("0") or "0"
    if len(digits) > len(str(LARGEST)) or int(digits) > LARGEST:
        raise UserError(f"{shortened(text)} is too large")
    return int(digits)


def _record(hint: Hint) -> dict[str, Any]:
    values = {column: getattr(hint, column) for column in _COLUMNS}
    return {column: value for column, value in values.items() if value is not None}


def _to_csv(hints: Iterable[Hint]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_record(hint) for hint in hints if hint.enabled)
    return text.getvalue()


def _to_json(hints: Iterable[Hint]) -> str:
    """A list with one hint per line."""
    records = [_record(hint) | ({} if hint.enabled else {_ENABLED: False}) for hint in hints]
    lines = ",\n".join("  " + json.dumps(record) for record in records)
    return f"[\n{lines}\n]\n" if lines else "[]\n"
