"""A hub before and after it is filled. Filling takes seconds: it is done once for all stories that are not about filling."""

import sys
from datetime import datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from demo_stage import as_initialised
from stages import Stage

from publisher.demo import install
from publisher.house import House


@pytest.fixture
def fresh(house: House, stage: Stage, now: datetime) -> House:
    """A hub as `publisher init` leaves it."""
    stage(as_initialised, now)
    return house


@pytest.fixture
def full(fresh: House, stage: Stage, now: datetime) -> install.Summary:
    """The hub `fresh`, filled."""
    summary = stage(install.install, now)
    assert isinstance(summary, install.Summary)
    return summary
