"""The commands of docs/operating.md, one after the other, as an operator types them."""

import re
from pathlib import Path

import pytest

from publisher import cli

PAGE = Path(__file__).parents[2] / "docs" / "operating.md"


def test_the_drill_of_the_page_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PUBLISHER_DATA_DIR", str(tmp_path / "hub"))
    monkeypatch.delenv("PUBLISHER_DATABASE_URL", raising=False)
    (tmp_path / "safe").mkdir()
    assert cli.run(["init"]) == 0
    lines = re.findall(r"^publisher (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [line.split()[0] for line in lines] == ["backup", "backup", "migrate", "restore", "restore", "restore"]
    for line in lines:
        words = line.replace("/safe/place", str(tmp_path / "safe")).split()
        assert cli.run(words) == 0, (line, capsys.readouterr().err)
    assert "Mail leaves again." in capsys.readouterr().out
    assert cli.run(["restore", "--confirm"]) == 2
    assert "No restore waits" in capsys.readouterr().err
