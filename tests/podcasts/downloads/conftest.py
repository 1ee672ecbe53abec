"""A show with sounds of all kinds, and listeners who ask for them in every way there is."""

import pytest
from podcasts.downloads.counting_stage import Stage

from publisher.house import House


@pytest.fixture
def stage(house: House) -> Stage:
    return Stage(house)
