"""Numbers: by day in anybody's zone, by episode since it came out, by app; what was left out; the table; the commands."""

import csv
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from podcasts.downloads.counting_stage import APP, BROWSER, MONDAY, Stage, part, whole

from publisher.cli import run
from publisher.podcasts.downloads import numbers
from publisher.podcasts.downloads.exporting import HEADER, export_csv
from publisher.podcasts.downloads.figures import Day, Filtered, Numbers, Share
from publisher.podcasts.models import Episode, Show


def of(
    stage: Stage, show: Show, since: datetime | None = None, until: datetime | None = None, zone: str = "UTC"
) -> Numbers:
    with stage.house.database.reading() as session:
        return numbers.of_show(session, show, since=since, until=until, zone=zone)


@pytest.fixture
def heard(stage: Stage) -> tuple[Show, list[Episode]]:
    """A show of two episodes; by hours after Monday 0:00 UTC: who heard what."""
    show, episodes = stage.show(2)
    stage.note(
        episodes,
        whole(at=6),  # home, app
        whole(at=8, agent=BROWSER),  # home, browser
        whole(at=9, episode=1),  # home, app, the other episode: the same listener
        whole(at=22.5, ip="198.51.100.1"),  # Monday in UTC, Tuesday in Nairobi
        whole(at=22.6),  # home, app, again: the same download
        whole(at=31),  # home, app, 25 hours later
        part(0, 9, at=33, ip="198.51.100.2"),  # a glimpse
        whole(at=34, agent="curl/8.5"),
        whole(at=34, agent="Googlebot/2.1 (+http://www.google.com/bot.html)"),
        whole(at=35, agent=None),
        part(0, 1, at=36),
        part(0, 1, at=36),
        whole(at=36, method="HEAD", sent=()),
    )
    stage.settle()
    return show, episodes


def test_a_shows_numbers(stage: Stage, heard: tuple[Show, list[Episode]]) -> None:
    show, _ = heard
    stage.note(stage.show(1)[1], whole())  # another show
    stage.settle()
    found = of(stage, show)
    assert (found.downloads, found.by_calendar_day, found.listeners, found.machines) == (5, 5, 4, 3)
    assert found.days == (Day(date(2026, 11, 23), 4, 3), Day(date(2026, 11, 24), 1, 1))
    assert [(one.slug, one.downloads) for one in found.episodes] == [("e1", 1), ("e0", 4)]
    assert found.apps == (Share("AntennaPod", 4), Share("Firefox", 1))
    assert found.systems == (Share("", 4), Share("Linux", 1))
    assert found.devices == (Share("", 4), Share("computer", 1))
    assert {(one.reason, one.of, one.count) for one in found.filtered} == {
        ("probe", "requests", 2), ("method", "requests", 1), ("library", "askers", 1), ("bot", "askers", 1),
        ("no_agent", "askers", 1), ("too_little", "askers", 1),
    }  # fmt: skip
    assert found.method == "IAB 2.2: 24 hours from the first request"
    assert len(found.list_versions) == 1
    assert json.dumps([one.words for one in found.filtered])  # each reason has words


def test_days_are_those_of_the_zone(stage: Stage, heard: tuple[Show, list[Episode]]) -> None:
    """22:30 UTC on Monday is 1:30 on Tuesday in Nairobi, and 4:15 in Kathmandu."""
    assert [one.downloads for one in of(stage, heard[0], zone="Africa/Nairobi").days] == [3, 2]
    assert [one.downloads for one in of(stage, heard[0], zone="Asia/Kathmandu").days] == [3, 2]
    assert [one.downloads for one in of(stage, heard[0], zone="Pacific/Honolulu").days] == [
        3,
        2,
    ]  # from 20:00 on Sunday


def test_a_day_with_an_hour_more(stage: Stage) -> None:
    """25 October 2026 has 25 hours in Berlin: from 22:00 UTC on the 24th to 23:00 on the 25th."""
    show, episodes = stage.show(1)
    hours = (datetime(2026, 10, 24, 22, tzinfo=UTC) - MONDAY) / timedelta(hours=1)
    ips = (f"198.51.100.{n}" for n in range(9))
    moments = (hours - 0.01, hours, hours + 24.99, hours + 25)
    stage.note(episodes, *(whole(at=at, ip=ip) for at, ip in zip(moments, ips, strict=False)))
    stage.settle()
    assert of(stage, show, zone="Europe/Berlin").days == (
        Day(date(2026, 10, 24), 1, 1), Day(date(2026, 10, 25), 2, 2), Day(date(2026, 10, 26), 1, 1),
    )  # fmt: skip


def test_a_stretch_of_time(stage: Stage, heard: tuple[Show, list[Episode]]) -> None:
    begin, end = MONDAY + timedelta(hours=8), MONDAY + timedelta(hours=22)
    found = of(stage, heard[0], since=begin, until=end)
    assert (found.downloads, found.listeners) == (2, 2)
    assert sum(one.downloads for one in found.days) == 2
    assert sum(one.downloads for one in found.episodes) == 2
    assert found.filtered == ()
    whole_tuesday = of(stage, heard[0], since=MONDAY + timedelta(days=1), until=MONDAY + timedelta(days=2))
    assert (whole_tuesday.downloads, whole_tuesday.by_calendar_day) == (1, 1)
    assert Filtered("probe", "asked for two bytes or fewer, to see whether parts are served", "requests", 2) in (
        whole_tuesday.filtered
    )
    nothing = of(stage, heard[0], since=MONDAY + timedelta(days=50), until=MONDAY + timedelta(days=60))
    assert (nothing.downloads, nothing.days, nothing.apps) == (0, (), ())


def test_the_first_days_of_an_episode(stage: Stage) -> None:
    """Published on Monday: 7 days end on the Monday after, to the millisecond; 30 days a Wednesday. Others are too old."""
    show, episodes = stage.show(1)
    _, old = stage.show(1, published=MONDAY - timedelta(days=90))
    hours = [1, 167.9, 168, 719.9, 720]
    stage.note(episodes, *(whole(at=at, ip=f"198.51.100.{n}") for n, at in enumerate(hours)))
    stage.note(old, whole())
    stage.settle()
    one = of(stage, show).episodes[0]
    assert (one.downloads, one.first_7_days, one.first_30_days) == (5, 2, 4)
    later = of(stage, show, since=MONDAY + timedelta(days=7)).episodes[0]
    assert (later.downloads, later.first_7_days, later.first_30_days) == (3, 2, 4)
    with stage.house.database.reading() as session:
        ancient = session.get(Show, old[0].show_id)
        assert ancient is not None
        before = numbers.of_show(session, ancient).episodes[0]
    assert (before.downloads, before.first_7_days, before.first_30_days) == (1, None, None)


def test_an_episode_nobody_heard_is_listed_and_a_draft_is_not(stage: Stage) -> None:
    show, _ = stage.show(1)
    with stage.house.database.session() as session:
        session.add(
            Episode(show_id=show.id or 0, slug="d", guid="d", title="Draft", created_at=MONDAY, updated_at=MONDAY)
        )
    found = of(stage, show)
    assert [(one.slug, one.downloads) for one in found.episodes] == [("e0", 0)]
    assert (found.downloads, found.days, found.list_versions) == (0, (), ())


def test_the_table(stage: Stage, heard: tuple[Show, list[Episode]]) -> None:
    show, episodes = heard
    with stage.house.database.session() as session:
        first = session.get(Episode, episodes[0].id)
        assert first is not None
        first.title = "=HYPERLINK(1)"
    with stage.house.database.reading() as session:
        rows = list(csv.reader(export_csv(session, show)))
        tuesday = list(csv.reader(export_csv(session, show, since=MONDAY + timedelta(days=1))))
    assert rows[0] == list(HEADER)
    assert sum(int(row[7]) for row in rows[1:]) == 5
    assert sum(int(row[8]) for row in rows[1:]) == 5
    assert [row[:8] for row in tuesday[1:]] == [
        ["2026-11-24", str(episodes[0].id), "show1-e0", "'=HYPERLINK(1)", "AntennaPod", "", "", "1"]
    ]


def publisher(capfd: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    capfd.readouterr()
    code = run([str(word) for word in words])
    return code, *capfd.readouterr()


@pytest.fixture
def hub(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    settings = stage.house.settings
    monkeypatch.setenv("PUBLISHER_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv(
        "PUBLISHER_DATABASE_URL", settings.database_url.replace("postgresql+psycopg://", "postgresql://")
    )
    monkeypatch.setenv("PUBLISHER_SECRET_KEY", settings.secret_key)
    return stage


def test_the_commands(
    hub: Stage, heard: tuple[Show, list[Episode]], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    show, episodes = heard
    code, out, _ = publisher(capfd, "downloads", "show", show.slug, "--json")
    assert code == 0
    assert json.loads(out)["downloads"] == 5
    code, out, _ = publisher(
        capfd, "downloads", "show", show.slug, "--since", "2026-11-24", "--until", "2026-11-24", "--json"
    )
    assert json.loads(out)["days"] == [{"day": "2026-11-24", "downloads": 1, "listeners": 1}]
    assert publisher(capfd, "downloads", "show", show.slug)[0] == 0

    log = tmp_path / "access.log"
    log.write_text(f"nonsense\n{_combined(hub.path(show, episodes[0], whole()))}\n", encoding="utf-8")
    code, out, err = publisher(capfd, "downloads", "import", log, "--show", show.slug, "--json")
    assert code == 0
    told = json.loads(out)
    assert {name: told[name] for name in ("format", "lines", "requests", "known", "skipped", "bad_lines")} == {
        "format": "combined", "lines": 2, "requests": 1, "known": 0, "skipped": 0, "bad_lines": 1,
    }  # fmt: skip
    assert err == "access.log, line 1: not a line of the combined format.\n"
    code, out, _ = publisher(capfd, "downloads", "import", log)
    assert (code, out) == (
        0,
        "access.log: 2 lines, 0 new requests for sound, 1 met before, 0 about something else, 1 unreadable.\n",
    )
    code, out, _ = publisher(capfd, "downloads", "recount", show.slug, "--json")
    assert (code, json.loads(out)["show"]) == (0, show.slug)
    code, out, _ = publisher(capfd, "downloads", "export", show.slug, tmp_path / "d.csv", "--json")
    assert (code, json.loads(out)["rows"]) == (0, 5)
    assert publisher(capfd, "downloads", "export", show.slug, "-")[1].count("\r\n") == 6


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("show", "nothing"), "There is no show “nothing”."),
        (("show", "show1", "--since", "yesterday"), "“yesterday” is not a day. Write it like 2026-11-01."),
        (("show", "show1", "--since", "2026-11-02", "--until", "2026-11-01"), "The last day is before the first."),
        (("show", "show1", "--zone", "Mars"), "“Mars” is not a time zone. Use a name such as Africa/Nairobi."),
        (("show", "show1", "--since", "0001-01-01"), "The year 1 is too far away."),
        (("import", "nowhere.log"), "There is no file nowhere.log."),
        (("import", __file__), "This is no log in a form that is known here"),
        (("import", __file__, "--format", "iis"), "“iis” is no form of log that is known here."),
        (("export", "show1", "/nowhere/d.csv"), "/nowhere/d.csv cannot be written"),
    ],
)
def test_what_was_typed_wrongly(
    hub: Stage, words: Sequence[str], sentence: str, capfd: pytest.CaptureFixture[str]
) -> None:
    hub.show(1)
    code, out, err = publisher(capfd, "downloads", *words)
    assert (code, out) == (2, "")
    assert err.startswith(sentence)
    assert err.count("\n") == 1


def _combined(path: str) -> str:
    when = MONDAY + timedelta(hours=60)
    return f'198.51.100.9 - - [{when:%d/%b/%Y:%H:%M:%S} +0000] "GET {path} HTTP/1.1" 200 2000000 "-" "{APP}"'
