"""A browser with a window onto the real service. Chromium is the one that is installed on the machine."""

import shutil
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))
sys.path.insert(0, str(Path(__file__).parent))

from service import Service, running

from tests.conftest import cannot_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture
def service(sqlite_template: Path, tmp_path: Path, now: datetime) -> Iterator[Service]:
    """The hub on SQLite, as it runs out of the box."""
    shutil.copy(sqlite_template, tmp_path / "publisher.db")
    with running(f"sqlite:///{tmp_path / 'publisher.db'}", tmp_path, now) as service:
        yield service


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        cannot_run("Chromium is not installed here: the journeys in a browser are left out")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        cannot_run("Playwright is not installed here: the journeys in a browser are left out")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()
