"""What the user has chosen once and for all: kept in the user's configuration folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from tui_colorize.errors import UserError
from tui_colorize.textfile import read_text, write_text


@dataclass(frozen=True, slots=True)
class Settings:
    """theme: a name of theme.THEMES. low_bandwidth: whether to send as little as possible; offered:
    whether that has been proposed.
    """

    theme: str = "dark"
    low_bandwidth: bool = False
    offered: bool = False


def load_settings() -> Settings:
    """The settings; the usual ones in place of what is not there or cannot be understood."""
    try:
        kept = json.loads(read_text(_path(), "a settings file"))
    except (UserError, ValueError, RecursionError):
        return Settings()
    if not isinstance(kept, dict):
        return Settings()
    usual = asdict(Settings())
    return Settings(
        **{
            field.name: kept[field.name]
            for field in fields(Settings)
            if type(kept.get(field.name)) is type(usual[field.name])
        }
    )


def save_settings(settings: Settings) -> None:
    """Keep them for the next time. Raises UserError."""
    write_text(_path(), json.dumps(asdict(settings), indent=2) + "\n", make_folder=True)


def _path() -> Path:
    from platformdirs import user_config_path

    return user_config_path("tui-colorize") / "settings.json"
