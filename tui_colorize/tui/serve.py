"""The app in a browser: a page that shows what a copy of the app draws, one for each visitor."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

from aiohttp import web
from textual_serve.server import Server

from tui_colorize.errors import UserError


def serve(arguments: Sequence[str], host: str, port: int) -> None:
    """Serve `tui-colorize ARGUMENTS` until interrupted.

    Raises UserError if the port cannot be had.
    """
    command = shlex.join([sys.executable, "-m", "tui_colorize", *arguments])
    try:
        _OwnPagesOnly(command, host, port, title="tui-colorize").serve()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UserError(f"port {port} of {host} cannot be used: {reason}") from error


class _OwnPagesOnly(Server):
    """Turns pages of other sites away: a browser lets them connect to this computer too."""

    async def on_startup(self, app: web.Application) -> None:
        self.console.print(f"tui-colorize is at {self.public_url} until ctrl+c is pressed.")

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        own = {urlsplit(self.public_url).netloc}
        own.update(f"{name}:{self.port}" for name in ("localhost", "127.0.0.1", "[::1]"))
        origin = request.headers.get("Origin", self.public_url)
        if urlsplit(origin).netloc not in own:
            raise web.HTTPForbidden(text="This page belongs to another site.")
        return await super().handle_websocket(request)
