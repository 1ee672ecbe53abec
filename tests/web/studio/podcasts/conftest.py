"""The studio's podcasts: a show that is there already."""

from datetime import datetime

import pytest
from sound_stage import a_show

from publisher.house import House


@pytest.fixture
def show(house: House, hub: dict[str, object], now: datetime) -> str:
    """Address of a show in the studio, with all that directories ask for."""
    a_show(house, now)
    return "/studio/podcasts/small-hands"
