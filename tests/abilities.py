"""What to do where a part of the tests cannot run on this machine."""

import os
from typing import NoReturn

import pytest


def cannot_run(why: str) -> NoReturn:
    """Skip with the reason; in CI (PUBLISHER_STRICT) fail, because a green run must mean that these parts ran."""
    if os.environ.get("PUBLISHER_STRICT"):
        pytest.fail(why)
    pytest.skip(why)
