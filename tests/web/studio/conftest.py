"""A desk to sit at: a signed-in browser for each role, and one of a stranger."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parent))

from desk_stage import Browser, signed_in
from stages import Stage

from publisher.house import House
from publisher.web.app import make_app


@pytest.fixture
def sit_down(house: House, hub, stage: Stage, wall) -> Iterator[Callable[[str], Browser]]:
    """`sit_down("editor")`: a browser that is signed in as an editor."""
    clients: list[TestClient] = []

    def as_(role: str) -> Browser:
        cookies, csrf = stage(signed_in, wall.now, role)
        app = make_app(house, wall=wall, bind_is_loopback=True)
        client = TestClient(app, base_url=house.settings.public_url, cookies=cookies, follow_redirects=False)
        clients.append(client)
        browser = Browser(client, house)
        browser.csrf = csrf
        return browser

    yield as_
    for client in clients:
        client.close()


@pytest.fixture
def editor(sit_down: Callable[[str], Browser]) -> Browser:
    return sit_down("editor")


@pytest.fixture
def owner(sit_down: Callable[[str], Browser]) -> Browser:
    return sit_down("owner")


@pytest.fixture
def stranger(house: House, hub, wall) -> Iterator[Browser]:
    """Somebody who is not signed in."""
    app = make_app(house, wall=wall, bind_is_loopback=True)
    with TestClient(app, base_url=house.settings.public_url, follow_redirects=False) as client:
        yield Browser(client, house)
