"""A hub with webinars to come, and some that are over."""

import sys
from datetime import datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from met_stage import Gathering, gathering
from stages import Stage


@pytest.fixture
def met(stage: Stage, hub: dict[str, object], now: datetime) -> Gathering:
    """Committed rows; see `gathering`. Alice is registered for the one-off, in Kathmandu's time."""
    return stage(gathering, now)
