"""What the stories about files stand on."""

import os
import shutil

import pytest


@pytest.fixture(scope="session")
def ffmpeg() -> str:
    """Where ffmpeg is; without it the story is left out, and fails in CI, where it must run."""
    found = shutil.which("ffmpeg")
    if found is None:
        why = "ffmpeg is not installed here: what it does is left out"
        pytest.fail(why) if os.environ.get("PUBLISHER_STRICT") else pytest.skip(why)
    return found
