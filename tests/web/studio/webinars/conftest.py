"""The studio's webinars: some that are there already."""

import sys
from datetime import datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from desk_webinars import gathered

from publisher.house import House


@pytest.fixture
def webinars(house: House, hub: dict[str, object], now: datetime) -> None:
    """See `gathered`."""
    gathered(house, now)
