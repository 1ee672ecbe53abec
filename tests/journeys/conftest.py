"""A browser with a window onto the real service. Chromium is the one that is installed on the machine."""

import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))
sys.path.insert(0, str(Path(__file__).parents[1] / "web" / "studio"))
sys.path.insert(0, str(Path(__file__).parent))

from screens import lived_in
from service import Service, running


@pytest.fixture
def service(sqlite_template: Path, tmp_path: Path, now: datetime) -> Iterator[Service]:
    """The hub on SQLite, as it runs out of the box."""
    shutil.copy(sqlite_template, tmp_path / "publisher.db")
    with running(f"sqlite:///{tmp_path / 'publisher.db'}", tmp_path, now) as service:
        yield service


@pytest.fixture(scope="session")
def lived_in_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The demo hub, answering, for stories that look at all of it."""
    with lived_in(tmp_path_factory.mktemp("hub"), datetime(2026, 11, 23, 6, tzinfo=UTC)) as service:
        yield service
