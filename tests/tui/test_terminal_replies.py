"""Replies of the terminal and what the user typed are told apart, however they arrive."""

from __future__ import annotations

import pytest

from tui_colorize.tui.replies import Replies

from ..fake_terminal import TERMINALS

KEYS = [
    b"\x1b[A",
    b"\x1b[1;2C",
    b"\x1b[3~",
    b"\x1bOP",
    b"\x1b[<35;20;12M",
    b"\x1b[200~paste\x1b[201~",
]
ALL = [reply for replies in TERMINALS.values() for reply in replies.values()]


@pytest.mark.parametrize("reply", sorted(set(ALL)))
def test_a_reply_cut_anywhere(reply):
    for cut in range(len(reply) + 1):
        replies = Replies()
        typed = replies.feed(b"x" + reply[:cut]) + replies.feed(reply[cut:] + b"y")
        assert (typed, replies.found) == (b"xy", [reply])
        assert not replies.begun


def test_replies_that_come_byte_by_byte_between_keys():
    replies = Replies()
    stream = b"".join(key + reply for key, reply in zip(KEYS * 10, ALL, strict=False))
    typed = b"".join(replies.feed(bytes([byte])) for byte in stream)
    assert replies.found == ALL[: len(KEYS) * 10]
    assert typed == b"".join((KEYS * 10)[: len(replies.found)])


@pytest.mark.parametrize("key", [*KEYS, b"q", "é".encode(), b"\r", b"\x1b\x1b", b"\x1b[12;40R"])
def test_keys_are_never_taken_for_replies(key):
    for cut in range(len(key) + 1):
        replies = Replies()
        typed = replies.feed(key[:cut]) + replies.feed(key[cut:]) + replies.give_up()
        assert (typed, replies.found) == (key, [])


@pytest.mark.parametrize("key", [b"\x1b", b"\x1bP", b"\x1b_", b"\x1b["])
def test_a_key_that_looks_like_the_beginning_of_a_reply(key):
    replies = Replies()
    assert replies.feed(key) == b""
    assert replies.begun
    assert replies.give_up() == key
    assert not replies.begun


@pytest.mark.parametrize(
    "reply", [b"\x1b[?62;4c", b"\x1bP>|kitty(0.41)\x1b\\", b"\x1b_Gi=31;OK\x1b\\"]
)
def test_a_long_pause_in_a_reply(reply):
    """Waited for once no key begins like it; of what comes before, only the escape is lost."""
    for cut in range(1, len(reply)):
        replies = Replies()
        typed = replies.feed(reply[:cut])
        if not replies.surely_begun:
            assert cut <= 2
            typed += replies.give_up() + replies.give_up()
        typed += replies.feed(reply[cut:] + b"y")
        if cut == 1:
            assert (typed, replies.found) == (b"\x1by", [reply])
        elif cut > 2:
            assert (typed, replies.found) == (b"y", [reply])


def test_what_never_ends_is_no_reply():
    replies = Replies()
    endless = b"\x1b_G" + b"a" * 5000
    assert replies.feed(endless) == endless


@pytest.mark.parametrize("name", sorted(TERMINALS))
def test_the_primary_attributes_complete_the_replies(name):
    replies = Replies()
    for reply in TERMINALS[name].values():
        assert not replies.complete
        replies.feed(reply)
    assert replies.complete == (name != "mute")
