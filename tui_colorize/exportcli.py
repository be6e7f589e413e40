"""`tui-colorize exports`: lists the exports that the app has started, and steers them."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tui_colorize import console
from tui_colorize.errors import UserError
from tui_colorize.export import Export, Listed, all_exports
from tui_colorize.export.job import settled
from tui_colorize.terminaltext import printable

_DO = {
    "pause": Export.pause,
    "go-on": Export.go_on,
    "cancel": Export.cancel,
    "remove": Export.remove,
}


def exports(arguments: Sequence[str]) -> int:
    """Run `tui-colorize exports` with these arguments; the answer is the exit status.

    Raises UserError.
    """
    parser = console.Parser(
        prog=f"{console.NAME} exports",
        description="List the films that the app is exporting, or was when something came between; "
        "pause one, go on with it, cancel it (what is finished is kept, and go-on continues), or "
        "remove it from the list, and its parts with it if the film is not done.",
        allow_abbrev=False,
    )
    parser.add_argument("action", nargs="?", choices=_DO, help="without it, all are listed")
    parser.add_argument(
        "which", metavar="EXPORT", nargs="*", help="its id in the list, or the film that it makes"
    )
    parser.add_argument("--json", action="store_true", help="the list as one JSON document")
    options = parser.parse_args(arguments)
    known = all_exports()
    if options.action is None:
        _list(known, as_json=options.json)
        return console.DONE
    if options.json or not options.which:
        parser.error("pause, go-on, cancel and remove need an EXPORT, and print nothing")
    for export in [_named(text, known) for text in options.which]:
        _DO[options.action](export)
    return console.DONE


def _named(text: str, known: list[Listed]) -> Export:
    for each in known:
        if text == each.export.id or settled(Path(text)) == each.output:
            return each.export
    raise UserError(f"there is no export {text!r}; `{console.NAME} exports` lists them")


def _list(known: list[Listed], *, as_json: bool) -> None:
    if as_json:
        listed = [_as_dict(each) for each in known]
        console.say(json.dumps({"exports": listed}, indent=2), sys.stdout)
        return
    if not known:
        console.say("there are no exports", sys.stdout)
    for export, output, status in known:
        console.say(f"{export.id}  {printable(output)}", sys.stdout)
        for line in (str(status), *status.notices):
            console.say(f"{'':8}  {printable(line)}", sys.stdout)


def _as_dict(listed: Listed) -> dict[str, Any]:
    export, _, status = listed
    return {
        "id": export.id,
        "output": export.request.output,
        "source": export.request.source,
        "phase": status.phase,
        "progress": asdict(status.progress) if status.progress else None,
        "message": status.message,
        "notices": list(status.notices),
        "began": status.began,
        "pid": status.pid,
        "host": status.host,
    }
