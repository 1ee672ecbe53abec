"""The studio's podcasts: a show that is there already."""

from datetime import datetime

import pytest
from sound_stage import a_show
from stages import Stage


@pytest.fixture
def show(stage: Stage, hub: dict[str, object], now: datetime) -> str:
    """Address of a show in the studio, with all that directories ask for."""
    stage(a_show, now)
    return "/studio/podcasts/small-hands"
