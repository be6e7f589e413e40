"""`tui-colorize serve`: the app in a browser, here one that shows nothing."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from tui_colorize import cli

from ..fake_terminal import PATIENCE, wait_for


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def listens(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def server(tmp_path, port):
    """The server's address."""
    command = [sys.executable, "-m", "tui_colorize", "serve", "--port", str(port)]
    environment = os.environ | {
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "XDG_DATA_HOME": str(tmp_path),
        "COLUMNS": "100",
    }
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert f"http://localhost:{port}" in process.stdout.readline()
    wait_for(lambda: listens(port))
    yield f"http://localhost:{port}"
    process.terminate()
    assert process.wait(PATIENCE) == 0


async def shown(socket, wanted):
    """All that the page is to show, until something is among it."""
    text = b""
    async with asyncio.timeout(300):
        while wanted not in text:
            message = await socket.receive()
            assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT)
            text += message.data if isinstance(message.data, bytes) else message.data.encode()
    return text


async def test_the_app_in_a_browser(server):
    """In true colours and half cells; pages of other sites are turned away."""
    async with aiohttp.ClientSession() as session:
        async with session.get(server) as page:
            assert page.status == 200
            assert "/ws" in await page.text()
            rules = page.headers["Content-Security-Policy"].split("; ")
            allowed = f"'self' {server}"
            assert rules == [f"style-src {allowed} 'unsafe-inline'", f"font-src {allowed}"]
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await session.ws_connect(f"{server}/ws", headers={"Origin": "http://evil.example"})
        address = f"{server}/ws?width=120&height=40"
        async with session.ws_connect(address, headers={"Origin": server}) as socket:
            text = await shown(socket, b"half-cell")
    assert b"38;2;" in text
    assert b"\x1b[c" not in text  # nothing is asked: there is no terminal


def test_a_port_that_is_taken(port, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        status = cli.main(["serve", "--host", "127.0.0.1", "--port", str(port)])
    assert status == 2
    error = capsys.readouterr().err
    assert error.startswith(f"tui-colorize: port {port} of 127.0.0.1 cannot be used: ")
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["gone.png"], "gone.png: there is no such file"),
        (["--port", "0"], "'0' is no port, 1 to 65535"),
        (["--port", "65536"], "'65536' is no port"),
        (["--port", "http"], "'http' is no port"),
    ],
)
def test_what_is_not_served(arguments, problem, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["serve", *arguments]) == 2
    assert problem in capsys.readouterr().err
