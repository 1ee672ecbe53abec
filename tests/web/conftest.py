"""A hub with something on its shelf, and a browser without a window: requests go straight to the application."""

import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parent))

from stage import Clock, a_full_hub
from stages import Stage

from publisher.house import House
from publisher.web.app import make_app


@pytest.fixture
def wall(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def hub(stage: Stage, now: datetime) -> dict[str, object]:
    """Committed rows: alice, bob and carol on the monthly, works in three languages, one issue that went out."""
    return stage(a_full_hub, now)


@pytest.fixture
def web(house: House, hub: dict[str, object], wall: Clock) -> Iterator[TestClient]:
    """A visitor's browser at the public address. Errors of ours come as pages, as they would outside."""
    app = make_app(house, wall=wall, bind_is_loopback=True)
    with TestClient(
        app, base_url=house.settings.public_url, follow_redirects=False, raise_server_exceptions=False
    ) as client:
        yield client


@pytest.fixture
def later(wall: Clock):
    """Let time pass: `later(seconds=5)`."""
    return lambda **parts: wall.move(timedelta(**parts))
