"""A hub with podcasts on the air."""

import sys
from datetime import datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from on_air import OnAir, on_air
from stages import Stage


@pytest.fixture
def air(stage: Stage, hub: dict[str, object], now: datetime) -> OnAir:
    """Committed rows: shows in English and French, and one for alice's list; see `on_air`."""
    return stage(on_air, now)
