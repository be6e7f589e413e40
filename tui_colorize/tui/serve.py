"""The app in a browser: a page that shows what a copy of the app draws, one for each visitor."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

from aiohttp import web
from textual_serve.server import Server

from tui_colorize.errors import UserError, reason


def serve(arguments: Sequence[str], host: str, port: int) -> None:
    """Serve `tui-colorize ARGUMENTS` until interrupted.

    Raises UserError if the port cannot be had.
    """
    command = shlex.join([sys.executable, "-m", "tui_colorize", *arguments])
    try:
        _OwnPagesOnly(command, host, port, title="tui-colorize").serve()
    except OSError as error:
        raise UserError(f"port {port} of {host} cannot be used: {reason(error)}") from error


class _OwnPagesOnly(Server):
    """Turns pages of other sites away: a browser lets them connect to this computer too.

    And asks no other site for anything, as textual-serve's page would for a font.
    """

    async def handle_index(self, request: web.Request) -> web.StreamResponse:
        page: web.StreamResponse = await super().handle_index(request)
        own = f"'self' {self.public_url}"
        page.headers["Content-Security-Policy"] = f"style-src {own} 'unsafe-inline'; font-src {own}"
        return page

    async def on_startup(self, app: web.Application) -> None:
        self.console.print(f"tui-colorize is at {self.public_url} until ctrl+c is pressed.")

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        own = {urlsplit(self.public_url).netloc}
        own.update(f"{name}:{self.port}" for name in ("localhost", "127.0.0.1", "[::1]"))
        origin = request.headers.get("Origin", self.public_url)
        if urlsplit(origin).netloc not in own:
            raise web.HTTPForbidden(text="This page belongs to another site.")
        return await super().handle_websocket(request)
