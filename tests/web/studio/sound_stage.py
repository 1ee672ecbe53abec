"""What the stories about the studio's podcasts stand on."""

from datetime import datetime
from typing import Any

import lxml.html
from desk_stage import Browser
from media.making import mp3, png
from sqlmodel import col, select

from publisher.house import House
from publisher.media import intake
from publisher.podcasts import shows
from publisher.podcasts.models import Episode, Show

COVER = png(1400, 1400)
SOUND = mp3(90, 64_000)


def a_show(house: House, now: datetime, slug: str = "small-hands", **more: Any) -> None:
    """A show with a cover, committed."""
    said = {"title": "Small hands", "description": "Short talks.", "author": "Early Hands", "categories": ["Education"]}
    with house.database.session() as session:
        show = shows.add(session, house, slug, shows.Shape(**(said | more)), now=now)
        path = house.settings.data_dir / "cover-of-tests.png"
        path.write_bytes(COVER)
        cover = intake.take_file(session, house, path, name="cover.png", now=now, expect="image")
        shows.set_artwork(session, house, show, cover, now=now)


def form_of(html: str, id: str = "", action: str = "") -> dict[str, Any]:  # noqa: A002
    """The values a browser would send with a form of this page; file fields are left out."""
    for form in lxml.html.fromstring(html).forms:
        if (id and form.get("id") == id) or (action and form.get("action") == action):
            values: dict[str, Any] = {}
            for name, value in form.form_values():
                if name in values:
                    values[name] = [*(values[name] if isinstance(values[name], list) else [values[name]]), value]
                else:
                    values[name] = value
            values.pop("csrf", None)
            return values
    raise AssertionError("there is no such form on the page")


def begin(browser: Browser, show: str, title: str = "Forty families") -> str:
    """A draft with a title; its address."""
    browser.get(f"{show}/episodes/new")
    return browser.post(f"{show}/episodes/new", title=title, media="")


def send_sound(browser: Browser, episode: str, data: bytes = SOUND, name: str = "talk.mp3", status: int = 303) -> str:
    """The form without scripts."""
    number = episode.rpartition("/")[2]
    return browser.post(f"/studio/podcasts/sounds/{number}", status, file=(name, data, "audio/mpeg"))


def write(browser: Browser, episode: str, status: int = 303, **changes: Any) -> str:
    """The whole form, with these changes."""
    values = form_of(browser.get(episode), id="episode")
    return browser.post(episode, status, **({"verb": "save"} | values | changes))


def row_of(house: House, episode: str) -> Episode:
    with house.database.reading() as session:
        found = session.get_one(Episode, int(episode.rpartition("/")[2]))
        session.expunge(found)
        return found


def show_row(house: House, slug: str = "small-hands") -> Show:
    with house.database.reading() as session:
        found = session.exec(select(Show).where(col(Show.slug) == slug)).one()
        session.expunge(found)
        return found
