"""The studio's webinars: some that are there already."""

import sys
from datetime import datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from desk_webinars import gathered
from stages import Stage


@pytest.fixture
def webinars(stage: Stage, hub: dict[str, object], now: datetime) -> None:
    """See `gathered`."""
    stage(gathered, now)
