"""Assertions in the shared helpers explain themselves as those in the tests do."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite(f"{__package__}.makers")
