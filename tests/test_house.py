"""The house itself: imports go down only, the timetable and the settings are documented, and files stay rooms, not halls."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from publisher import migrations

ROOT = Path(__file__).parents[1]

FLOORS = {
    "publisher.settings": 0, "publisher.clock": 0, "publisher.errors": 0, "publisher.database": 0, "publisher.leases": 0,
    "publisher.budgets": 0, "publisher.templating": 0, "publisher.internet": 0, "publisher.tokens": 0,
    "publisher.languages": 0, "publisher.colours": 0, "publisher.markdown": 0, "publisher.house": 0, "publisher.sendlog": 0, "publisher.last_backup": 0, "publisher.unfinished": 0,
    "publisher.pages": 0,
    "publisher.mail": 1, "publisher.media": 1, "publisher.vocabulary": 1,
    "publisher.audience": 2, "publisher.library": 2, "publisher.staff": 2,
    "publisher.newsletters": 3, "publisher.podcasts": 3, "publisher.webinars": 3,
    "publisher.desk": 4,
    "publisher.web": 5, "publisher.demo": 5, "scheduler": 5, "publisher.bench": 5,
    "publisher.migrations": 6, "publisher.backups": 7, "publisher.cli": 8, "publisher.__main__": 9,
}  # fmt: skip


def room_of(module: str) -> str | None:
    if module == "publisher":
        return None
    if module.startswith("publisher."):
        return ".".join(module.split(".")[:2])
    return module if module == "scheduler" else None


def modules() -> Iterator[tuple[str, Path]]:
    for path in [*ROOT.glob("publisher/**/*.py"), ROOT / "scheduler.py"]:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        yield name, path


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "publisher":
                yield from ((node.lineno, f"publisher.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, node.module


def test_every_room_has_a_floor() -> None:
    rooms = {room_of(name) for name, _ in modules()} - {None}
    assert rooms - set(FLOORS) == set()


def test_imports_go_down_only() -> None:
    steps_up = []
    for name, path in modules():
        here = room_of(name)
        if here is None or here == "publisher.migrations":  # the list of all tables stands above the rooms it lists
            continue
        for line, target in imports_of(path):
            there = room_of(target)
            if there is None or there == here:
                continue
            if FLOORS[there] > FLOORS[here] or (FLOORS[there] == FLOORS[here] and FLOORS[here] > 0):
                steps_up.append(
                    f"{path.relative_to(ROOT)}:{line} {here} (floor {FLOORS[here]}) imports {there} (floor {FLOORS[there]})"
                )
    assert steps_up == []


def test_feeds_import_nothing_of_publisher() -> None:
    found = [
        f"{path.name}:{line}"
        for path in ROOT.glob("feeds/**/*.py")
        for line, target in imports_of(path)
        if target.split(".")[0] in ("publisher", "scheduler")
    ]
    assert found == []


def test_feedgen_is_met_in_one_package_only() -> None:
    users = {
        path.relative_to(ROOT).parts[0]
        for _, path in modules()
        for _, t in imports_of(path)
        if t.split(".")[0] == "feedgen"
    }
    assert users == set()
    assert any(t.startswith("feedgen") for path in ROOT.glob("feeds/*.py") for _, t in imports_of(path))


def test_time_comes_in_as_an_argument() -> None:
    """Only the clock asks for the time; entrances call it."""
    pattern = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(")
    askers = {str(p.relative_to(ROOT)) for _, p in modules() if pattern.search(p.read_text(encoding="utf-8"))}
    assert askers <= {"publisher/clock.py"}


def test_only_settings_read_the_environment() -> None:
    readers = {
        str(path.relative_to(ROOT))
        for _, path in modules()
        if re.search(r"os\.environ|os\.getenv", path.read_text(encoding="utf-8"))
    }
    assert readers <= {"publisher/settings.py", "publisher/cli/serving.py"}


def test_every_setting_is_documented_and_read() -> None:
    from publisher.settings import TABLE

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    code = (ROOT / "publisher/settings.py").read_text(encoding="utf-8")
    for setting in TABLE:
        assert f"`{setting.name}`" in readme, f"README does not name {setting.name}"
        assert code.count(f'"{setting.name}"') == 2, f"{setting.name} is in the table and not read, or the reverse"


def test_every_line_of_the_timetable_is_documented() -> None:
    import scheduler

    house = (ROOT / "HOUSE.md").read_text(encoding="utf-8")
    assert [line.name for line in scheduler.TIMETABLE if f"`{line.name}`" not in house] == []


def test_house_names_every_room() -> None:
    text = (ROOT / "HOUSE.md").read_text(encoding="utf-8")
    missing = [
        room
        for room in FLOORS
        if room.startswith("publisher.")
        and "__" not in room
        and f"`{room.split('.')[1]}`" not in text
        and f"{room.split('.')[1]}" not in text
    ]
    assert missing == []


def test_no_lock_file_and_no_registry_hosts() -> None:
    assert not (ROOT / "uv.lock").exists()
    for pins in ROOT.glob("constraints*.txt"):
        assert "://" not in pins.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "HOUSE.md",
        "CHANGELOG.md",
        "LICENSE",
        "Dockerfile",
        ".ci/run",
        "compose.yml",
        "compose.scale.yml",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs/releasing.md",
    ],
)
def test_what_a_newcomer_looks_for_is_there(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8").strip()


def test_tables_know_the_tables_that_their_keys_point_to() -> None:
    """A program that takes in one room only must be able to write its rows: SQLAlchemy looks for every table that a key names."""
    migrations.metadata()
    homes = {mapper.local_table.name: mapper.class_.__module__ for mapper in SQLModel._sa_registry.mappers}
    for name, home in sorted(homes.items()):
        source = (ROOT / f"{home.replace('.', '/')}.py").read_text(encoding="utf-8")
        for key in SQLModel.metadata.tables[name].foreign_keys:
            there = homes[key.column.table.name]
            assert there == home or f"import {there}" in source or f"from {there} import" in source, (
                f"{name}.{key.parent.name}"
            )
