"""A house that may read from this machine, and a web on it to read."""

import dataclasses
from collections.abc import Iterator

import pytest
from our_web import Web

from publisher.house import House


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web()
    yield web
    web.close()


@pytest.fixture
def house(house: House) -> House:
    """A house that may read from this machine."""
    return dataclasses.replace(
        house, settings=dataclasses.replace(house.settings, private_hosts=frozenset({"127.0.0.1"}))
    )
