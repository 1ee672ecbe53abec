"""What happens to a hub in a year, between two issues."""

import re
import shutil
from datetime import datetime
from pathlib import Path

from bounced import complaint
from desk_stage import Browser
from first_version import contents, kept_by_the_first_version
from year import Arrived, Year, first_link
from year_beginning import ANOTHER, DAY, EDITOR, PHRASE, approve

OLD, NEW = "https://hub.example.org", "https://early.example.net"
FEEDS = ("/library/feed.xml", "/library/feed.json", "/newsletters/monthly/feed.xml", "/newsletters/monthly/feed.atom", "/webinars/calendar.ics")  # fmt: skip
IDS = re.compile(r"<(?:guid|id)[^>]*>([^<]+)<|^UID:(\S+)|\"id\": ?\"([^\"]+)\"", re.M)


def a_month_goes_by(year: Year, month: int, first: datetime) -> list[Arrived]:
    """Sources have something new, somebody looks at it, and on the first at nine the letter goes out by itself."""
    if month:
        year.at(first - 8 * DAY)
        year.sources.publish(month, year.wall.now)
        year.tick()
        approve(year)
    assert [mail for mail in year.carry() if mail.issue] == [], "a letter to readers left before its day"
    return year.due(first, twice=month % 3 == 0)


def the_season_goes_out(year: Year, first: datetime) -> list[Arrived]:
    """On the fifteenth of the quarter, by hand: editors are told the day before, and one of them sends it."""
    year.at(first + 13 * DAY)
    year.tick()
    told = {mail.to for mail in year.carry() if "La Saison" in mail.text or "Saison" in str(mail.mail["Subject"])}
    assert EDITOR in told
    [key] = [
        one["issue"]
        for one in year.command("issues", "list", "--json").json
        if one["issue"].startswith("saison") and one["state"] == "draft"
    ]
    year.at(first + 14 * DAY)
    year.do("issues", "send", key)
    return year.carry()


def greta_complains(year: Year) -> None:
    """Her provider brings a letter back to its return address; the timetable reads it."""
    last = [mail for mail in year.mails if mail.to == "greta@example.org" and mail.issue][-1]
    year.returns.put(complaint("greta@example.org", sent_under=last.sent_under))
    year.at(year.wall.now + DAY)
    year.tick()
    shown = year.command("subscribers", "show", "greta@example.org", "--json").json
    assert (shown["suppressed"], shown["subscriptions"][0]["state"]) == ("all", "complained")


def ines_loses_her_password(year: Year) -> None:
    stranger = Browser(year.another_browser(), year.house)
    stranger.get("/studio/reset")
    assert "a link is on its way" in stranger.post("/studio/reset", 200, email=EDITOR)
    [mail] = year.carry()
    link = first_link(mail, "/studio/reset/")
    stranger.get(link)
    stranger.post(link, password=ANOTHER, again=ANOTHER)
    stranger.client.cookies.clear()
    assert stranger.client.get(link).status_code == 410
    stranger.get("/studio/login")
    stranger.post("/studio/login", 422, email=EDITOR, password=PHRASE, next="/studio")
    with year.desk(EDITOR, ANOTHER) as ines:
        ines.get("/studio/newsletters")


def the_hub_moves(year: Year) -> None:
    """Another domain by two settings. Who and what was told the old one finds the hub: every link so far, feeds and calendars."""
    known = {path: year.web.get(path).text for path in FEEDS}
    year.stop()
    year.set("PUBLIC_URL", NEW)
    year.set("FORMER_URLS", OLD)
    year.tick()
    for path, before in known.items():
        for base in (OLD, NEW):
            feed = year.web.get(base + path)
            assert (feed.status_code, OLD + "/" in feed.text) == (200, False), (base, path)
            assert ids_of(feed.text) == ids_of(before), (base, path)


def ids_of(feed: str) -> list[str]:
    """Whatever readers' programs know an entry by."""
    return ["".join(found) for found in IDS.findall(feed)]


def henri_leaves_by_an_old_letter(year: Year) -> None:
    """One click in his mail program, in a letter from before the move."""
    letter = next(mail for mail in year.mails if mail.to == "henri@example.org" and mail.issue)
    link = first_link(letter, "/u/")
    assert link.startswith(OLD)
    assert letter.mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"<{link}>" in letter.mail["List-Unsubscribe"]
    for _twice in range(2):
        answer = year.web.post(link, data={"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, "location" in answer.headers) == (200, False)
    [goodbye] = year.carry()
    assert goodbye.to == "henri@example.org"


def the_hub_is_upgraded(year: Year) -> None:
    """What the hub has, as the first version kept it; then `migrate`, and everything is there."""
    from publisher.settings import Settings

    present = Settings.from_environment().database_url
    former = year.new_database()
    year.stop()
    rows = kept_by_the_first_version(present, former)
    assert min(rows[name] for name in ("person", "work", "issue", "outbox", "received", "staff_member")) > 1
    before = contents(former, rows)
    year.set("DATABASE_URL", former)
    refused = year.command("tick", ok=None)
    assert (refused.code, refused.err.strip()) == (2, "The database is from another version of Publisher. Run “publisher migrate” first.")  # fmt: skip
    assert year.command("migrate", "--check", ok=None).code == 1
    year.command("backup", year.folder / "before-upgrade.tar")
    assert year.command("migrate", "--json").json == {"current": True}
    year.do("bounces", "mailbox", year.returns.url(), "--address", "bounces@hub.example.org")
    after = contents(former, rows)
    assert {name: len(found) for name, found in after.items()} == {name: len(found) for name, found in before.items()}
    it_is_found(year, "Birch study of play")
    assert [row["subscriber"] for row in year.command("subscribers", "find", "alic", "--json").json] == [
        "alice@example.org"
    ]
    with year.desk(EDITOR, ANOTHER) as ines:
        ines.get("/studio/newsletters/monthly")


def a_disaster(year: Year, backup: Path) -> None:
    """The machine is lost with database and folder; the send log was on another disk. The hub is restored from the last backup."""
    year.stop()
    saved = year.folder / "send.log"
    shutil.copyfile(year.data / "send.log", saved)
    shutil.rmtree(year.data)
    year.set("DATA_DIR", year.folder / "new machine")
    year.set("DATABASE_URL", year.new_database())
    found = year.command("restore", backup, "--log", saved, "--json").json
    assert found["log_found"]
    assert found["accepted_since"] > 0
    assert found["unsubscribed"] == 1
    year.tick()  # sources bring again what they brought since the backup, and it is reviewed again before anything goes out
    approve(year)
    refused = year.do("send", "--drain", ok=None)
    assert (refused.code, "restore --confirm" in refused.err) == (2, True)
    assert year.command("restore", "--report", "--json").json["accepted_since"] == found["accepted_since"]
    year.command("restore", "--confirm")
    it_is_found(year, "Birch study of play")


def it_is_found(year: Year, title: str) -> None:
    """By a word of its title, from the desk and by readers."""
    word = title.split()[0]
    assert title in {row["title"] for row in year.command("resources", "list", "--query", word, "--json").json}
    assert title in year.web.get(f"/library?q={word}").text


def ivy_leaves(year: Year) -> None:
    """By the page of the link in her last letter."""
    link = first_link([mail for mail in year.mails if mail.to == "ivy@example.org"][-1], "/u/")
    answer = year.web.post(link, data=year.form(link))
    assert answer.status_code == 200
    assert [mail.to for mail in year.carry()] == ["ivy@example.org"]
