"""An episode's way in Chromium, from a show that does not exist to a listener's app at the instant, and into the newsletter.

Issue 3, Done when 5. The listener's app is podcastparser, over HTTP. Time is the service's own clock: the timetable ticks when
the story says so, once before the instant and once at it.
"""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import podcastparser
import pytest
import requests
from desk_stage import PASSWORD, a_member
from media.making import mp3, png
from service import Service, body
from sqlmodel import col, select

import scheduler
from publisher.newsletters import drafting, issues
from publisher.newsletters.models import IssueItem, Newsletter
from publisher.podcasts.models import Episode

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SECONDS = 90
VTT = """WEBVTT

00:00:00.000 --> 00:00:20.000
<v Amina>Welcome to the first episode.

00:00:20.000 --> 00:01:20.000
<v Otieno>Forty families told us what helped.
"""


@pytest.fixture
def desk(chromium: "Browser", service: Service) -> Iterator["Page"]:
    """An editor's browser, signed in. Errors in its console fail the test."""
    a_member(service.house, service.wall.now, "editor")
    context = chromium.new_context(base_url=service.url, locale="en-GB", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(10_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto("/studio/login")
    page.get_by_label("Your address").or_(page.locator("input[name=email]")).first.fill("editor@example.org")
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("form button").first.click()
    yield page
    context.close()
    assert not [text for text in complaints if "status of 4" not in text]


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "what-forty-families-told-us.mp3"
    path.write_bytes(mp3(SECONDS, 128_000))
    return path


def heard(service: Service) -> dict[str, Any]:
    """What a listener's app finds at the feed's address now."""
    url = f"{service.url}/podcasts/small-hands/feed.xml"
    answer = requests.get(url, timeout=10)
    assert answer.status_code == 200
    return podcastparser.parse(url, io.BytesIO(answer.content))


def makes_a_show(page: "Page", tmp_path: Path) -> None:
    cover = tmp_path / "cover.png"
    cover.write_bytes(png(1400, 1400))
    page.goto("/studio/podcasts")
    page.get_by_role("link", name="Make the first show").click()
    page.get_by_label("Name", exact=True).fill("Small hands")
    page.get_by_label("What it is about").fill("Short talks about *early childhood*.")
    page.get_by_label("By", exact=True).fill("Early Hands")
    page.get_by_label("Category", exact=True).select_option("Kids & Family > Parenting")
    page.get_by_label("Cover").set_input_files(cover)
    page.get_by_text("1400 × 1400 pixels.").wait_for()
    page.get_by_role("button", name="Make it").click()
    page.get_by_text("The show is made.").wait_for()


def begins_an_episode(page: "Page", sound: Path) -> None:
    page.get_by_role("link", name="Begin the first episode").click()
    page.get_by_label("Title").fill("What forty families told us")
    page.get_by_label("Sound").set_input_files(sound)
    page.get_by_text("MP3, 1:30, 128 kbit/s").wait_for()
    page.get_by_role("button", name="Begin the draft").click()
    page.get_by_text("The draft is begun.").wait_for()


def writes_it(page: "Page") -> None:
    page.get_by_label("In one or two sentences").fill("Forty families, one question: what helped?")
    page.get_by_label("Notes").fill("With **Otieno**. [The study](https://example.org/study)")
    listens_and_marks_a_chapter(page)
    page.get_by_label("Chapters").press("ControlOrMeta+Home")
    page.get_by_label("Chapters").press_sequentially("0:00 Welcome\n")
    page.get_by_text("Add a transcript").click()
    page.get_by_label("Or its text").fill(VTT)
    page.get_by_role("button", name="Save").first.click()
    page.get_by_text("Saved.").wait_for()
    assert page.get_by_label("Chapters").input_value().splitlines() == ["0:00 Welcome", "0:20 Forty families"]


def listens_and_marks_a_chapter(page: "Page") -> None:
    """The player goes to a place, and the button puts that place on a line of its own."""
    page.locator("[data-player] audio").evaluate(
        "sound => new Promise(done => { sound.preload = 'auto'; sound.load();"
        " sound.addEventListener('loadedmetadata', () => { sound.currentTime = 20.4; });"
        " sound.addEventListener('seeked', done); })"
    )
    page.get_by_role("button", name="Here").click()
    page.keyboard.type("Forty families")


def test_from_an_empty_room_to_the_listeners_app_and_the_newsletter(
    desk: "Page", service: Service, sound: Path, tmp_path: Path
) -> None:
    makes_a_show(desk, tmp_path)
    begins_an_episode(desk, sound)
    writes_it(desk)
    at = service.wall.now + timedelta(hours=2)
    desk.get_by_label("Day and time").fill(at.strftime("%Y-%m-%dT%H:%M"))
    desk.get_by_role("button", name="Schedule it").click()
    desk.get_by_text("It appears Monday").wait_for()
    desk.goto("/studio")
    assert "What forty families told us" in desk.locator("section", has_text="What goes out next").inner_text()

    service.wall.move(timedelta(hours=2) - timedelta(seconds=1))
    scheduler.tick(service.house, service.wall.now)
    assert heard(service)["episodes"] == []
    service.wall.move(timedelta(seconds=1))
    scheduler.tick(service.house, service.wall.now)
    (episode,) = heard(service)["episodes"]
    assert episode["title"] == "What forty families told us"
    assert episode["published"] == int(at.timestamp())
    (enclosure,) = episode["enclosures"]
    assert (enclosure["mime_type"], enclosure["file_size"]) == ("audio/mpeg", sound.stat().st_size)
    assert requests.get(enclosure["url"], timeout=10).content == sound.read_bytes()
    chapters = requests.get(address_of(service, "chapters"), timeout=10).json()["chapters"]
    assert [(one["startTime"], one["title"]) for one in chapters] == [(0, "Welcome"), (20, "Forty families")]
    assert "Forty families told us what helped." in requests.get(address_of(service, "transcript"), timeout=10).text

    assert_the_next_issue_has_it(service)


def address_of(service: Service, name: str) -> str:
    """Where an app finds what stands beside the sound. podcastparser knows the namespace by a former address only."""
    feed = ElementTree.fromstring(requests.get(f"{service.url}/podcasts/small-hands/feed.xml", timeout=10).content)
    return str(feed.find(f"channel/item/{{https://podcastindex.org/namespace/1.0}}{name}").get("url"))


def assert_the_next_issue_has_it(service: Service) -> None:
    """It is in the draft that grows, and in the letter that alice gets."""
    with service.house.database.session() as session:
        newsletter = session.exec(select(Newsletter).where(col(Newsletter.slug) == "monthly")).one()
        issue = drafting.draft(session, newsletter, now=service.wall.now)
        work = session.exec(select(Episode.work_id)).one()
        drafted = session.exec(select(IssueItem.work_id).where(col(IssueItem.issue_id) == issue.id)).all()
        assert work in drafted
    issues.release(service.house, issue.id or 0, now=service.wall.now)
    service.deliver()
    letter = body(service.mails("alice@example.org")[-1])
    assert "What forty families told us" in letter
    assert f"{service.url}/podcasts/small-hands/what-forty-families-told-us" in letter
