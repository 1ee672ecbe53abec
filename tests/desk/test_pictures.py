"""The library of pictures: described, served by us, shown where somebody chose it, and in letters."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from issue_stage import Stage
from our_web import Web
from PIL import Image
from sqlmodel import Session

from publisher.desk import pictures as places
from publisher.errors import BadInput, Conflict, FetchError, NotFound
from publisher.house import House
from publisher.library.models import Work
from publisher.mail.identities import brand_of, hub
from publisher.media import pictures, redrawing
from publisher.media.models import MediaFile
from publisher.media.pictures import About
from publisher.newsletters import drafting, issues, rehearsal
from publisher.newsletters.models import Issue

TOWER = About(
    alt='Two children build a tower, "high" & proud', credit="Amina Otieno", licence="CC BY 4.0",
    alts={"fr": "Deux enfants bâtissent une tour", "ar": "طفلان يبنيان برجًا"},
)  # fmt: skip


def octets(width: int = 1500, height: int = 1500, form: str = "JPEG", colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, form)
    return out.getvalue()


def taken(session: Session, house: House, now: datetime, about: About = TOWER, **of: object) -> MediaFile:
    drawn = redrawing.redraw(octets(**of))  # type: ignore[arg-type]
    return pictures.add(session, house, drawn, about, name="IMG_0012.HEIC.jpeg", now=now)


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web()
    yield web
    web.close()


@pytest.fixture
def stage(house: House, now: datetime) -> Stage:
    return Stage(house, now)


def test_a_picture_says_what_it_shows_or_that_it_decorates(house: House, session: Session, now: datetime) -> None:
    for silent in (About(), About(alt="  "), About(alt="A tower", decorative=True), About(alt="x" * 301)):
        with pytest.raises(BadInput):
            taken(session, house, now, silent)
    media = taken(session, house, now)
    assert pictures.alt_in(media, "fr") == "Deux enfants bâtissent une tour"
    assert pictures.alt_in(media, "es") == TOWER.alt
    assert pictures.credit_of(media) == "Amina Otieno, CC BY 4.0"
    pictures.describe(session, media, About(decorative=True, alts={"fr": "Une tour"}))
    assert [pictures.alt_in(media, code) for code in ("en", "fr")] == ["", ""]


def test_the_same_picture_again_is_the_same_row(house: House, session: Session, now: datetime) -> None:
    first, second = taken(session, house, now), taken(session, house, now, About(alt="A tower"))
    assert first.id == second.id
    assert [one.alt for one in pictures.every(session)] == ["A tower"]


def test_letters_show_the_picture_of_what_is_featured(stage: Stage, now: datetime) -> None:
    featured, plain = stage.work("A tower", state="featured"), stage.work("A wall")
    stage.reader("ines@example.org", languages="fr")
    with stage.house.database.session() as session:
        media = taken(session, stage.house, now)
        for work_id in (featured, plain):
            places.use(session, stage.house, f"resource:{work_id}", media, now=now)
        logo = taken(session, stage.house, now, About(alt="Our name"), width=800, height=200, form="PNG")
        places.use(session, stage.house, "brand:hub", logo, now=now)
    issue = stage.draft()
    with stage.house.database.reading() as session:
        shown = rehearsal.preview(session, stage.house, session.get_one(Issue, issue.id), now=now, language="fr")
        html, text = shown.html(), shown.text()
    assert html.count(f"https://hub.example.org/media/{media.digest}/1072.jpg") == 1
    assert 'width="536"' in html
    assert 'height="536"' in html
    assert 'alt="Deux enfants b' in html
    assert "Amina Otieno, CC BY 4.0" in html
    assert "Deux enfants bâtissent une tour (Amina Otieno, CC BY 4.0)" in text
    assert f"https://hub.example.org/media/{logo.digest}/640.png" in html
    assert 'height="50"' in html
    assert "http://" not in html.replace("http://www.w3.org", "").replace("http://schemas", "")


def test_words_with_quotes_stay_words(stage: Stage, now: datetime) -> None:
    work_id = stage.work("A tower", state="featured")
    with stage.house.database.session() as session:
        places.use(session, stage.house, f"resource:{work_id}", taken(session, stage.house, now), now=now)
    issue = stage.draft()
    with stage.house.database.reading() as session:
        html = rehearsal.preview(session, stage.house, session.get_one(Issue, issue.id), now=now).html()
    assert 'alt="Two children build a tower, &#34;high&#34; &amp; proud"' in html.replace("&quot;", "&#34;").replace(
        "&#38;", "&amp;"
    )


def test_an_item_of_a_draft_may_show_another_one_until_it_is_sent(stage: Stage, now: datetime) -> None:
    work_id = stage.work("A wall")
    stage.reader("alice@example.org")
    issue = stage.draft()
    with stage.house.database.session() as session:
        item = drafting.items_of(session, session.get_one(Issue, issue.id))[0]
        media = taken(session, stage.house, now)
        places.use(session, stage.house, f"item:{item.id}", media, now=now)
        assert [place.key for place in places.uses(session, media)] == [f"item:{item.id}"]
    with stage.house.database.reading() as session:
        html = rehearsal.preview(session, stage.house, session.get_one(Issue, issue.id), now=now).html()
    assert media.digest in html
    issues.release(stage.house, issue.id or 0, now=now)
    with stage.house.database.session() as session, pytest.raises(Conflict):
        places.use(session, stage.house, f"item:{item.id}", None, now=now)
    with stage.house.database.reading() as session:
        assert session.get_one(Work, work_id).picture_id is None


def test_what_something_shows_is_not_taken_out(stage: Stage, now: datetime) -> None:
    work_id = stage.work("A wall")
    with stage.house.database.session() as session:
        media = taken(session, stage.house, now)
        places.use(session, stage.house, f"resource:{work_id}", media, now=now)
        places.use(session, stage.house, "brand:hub", media, now=now)
        with pytest.raises(Conflict, match="“A wall” shows this picture"):
            places.remove(session, media)
        places.use(session, stage.house, f"resource:{work_id}", None, now=now)
        with pytest.raises(Conflict, match="the logo of"):
            places.remove(session, media)
        places.use(session, stage.house, "brand:hub", None, now=now)
        places.remove(session, media)
        assert pictures.every(session) == []
        with pytest.raises(NotFound):
            pictures.by_id(session, media.id or 0)


@pytest.mark.parametrize(
    "key", ["resource:77", "resource:x", "item:1", "brand:nobody", "series:none", "show:none", "person:1", ""]
)
def test_there_is_no_such_place(key: str, stage: Stage, now: datetime) -> None:
    with stage.house.database.session() as session, pytest.raises(NotFound):
        places.use(session, stage.house, key, None, now=now)


def test_a_logo_that_lies_elsewhere_is_shown_nowhere(stage: Stage) -> None:
    with stage.house.database.session() as session:
        identity = hub(session)
        identity.logo_url = "https://tracker.example.com/logo.png"
        assert brand_of(identity, stage.house.settings)["logo_url"] is None


def test_a_picture_is_fetched_and_drawn_anew(house: House, web: Web) -> None:
    house = replace(house, settings=replace(house.settings, private_hosts=frozenset({"127.0.0.1"})))
    web.routes["/a"] = (200, {"Content-Type": "text/html"}, octets() + b"<script>")
    web.routes["/page"] = (200, {"Content-Type": "image/png"}, b"<!doctype html><html>")
    drawn = pictures.get(house, web.url("/a"))
    assert (drawn.width, drawn.extension) == (1500, "jpg")
    assert b"<script>" not in drawn.data
    with pytest.raises(BadInput, match="a web page, whatever it is called"):
        pictures.get(house, web.url("/page"))
    with pytest.raises(FetchError):
        pictures.get(house, web.url("/nothing"))
