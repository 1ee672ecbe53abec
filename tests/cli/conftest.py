"""The command line as scripts meet it: words in, exit code, standard output and standard error back."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import Done, Publisher

from publisher.cli import run


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of a hub that has nothing yet, in a folder of its own."""
    folder = tmp_path / "var"
    for name in ("DATABASE_URL", "SMTP_URL", "SECRET_KEY", "MAIL_FROM", "LOG"):
        monkeypatch.delenv(f"PUBLISHER_{name}", raising=False)
    monkeypatch.setenv("PUBLISHER_DATA_DIR", str(folder))
    monkeypatch.setenv("PUBLISHER_PUBLIC_URL", "https://hub.example.org")
    monkeypatch.setenv("PUBLISHER_POSTAL_ADDRESS", "12 Garden Row, Exampleton")
    monkeypatch.setenv("PUBLISHER_PRIVATE_HOSTS", "127.0.0.1")
    return folder


@pytest.fixture
def bare(environment: Path, capfd: pytest.CaptureFixture[str]) -> Publisher:
    """`publisher …` before `publisher init`. With `ok=None` any exit code will do, else it must be 0."""

    def publisher(*words: object, ok: bool | None = True) -> Done:
        capfd.readouterr()
        code = run([str(word) for word in words])
        done = Done(code, *capfd.readouterr())
        assert not ok or done.code == 0, done
        return done

    return publisher


@pytest.fixture(scope="session")
def first_hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after `publisher init`, to copy for every test."""
    folder = tmp_path_factory.mktemp("hub") / "var"
    with pytest.MonkeyPatch.context() as settings:
        settings.setenv("PUBLISHER_DATA_DIR", str(folder))
        settings.setenv("PUBLISHER_PUBLIC_URL", "https://hub.example.org")
        settings.setenv("PUBLISHER_POSTAL_ADDRESS", "12 Garden Row, Exampleton")
        settings.delenv("PUBLISHER_DATABASE_URL", raising=False)
        assert run(["init"]) == 0
    return folder


@pytest.fixture
def publisher(bare: Publisher, environment: Path, first_hub: Path) -> Publisher:
    """`publisher …` in a hub that has just been set up."""
    shutil.copytree(first_hub, environment)
    return bare


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """A file of that name with that text."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write
