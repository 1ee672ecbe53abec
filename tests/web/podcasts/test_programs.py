"""What programs read, and what a page asks of the database."""

from datetime import timedelta
from urllib.parse import urlsplit

from on_air import a_show, an_episode
from sqlmodel import col, select
from statements import asked

from publisher.podcasts import publishing, shows
from publisher.podcasts.models import Episode
from publisher.web.routes import PODCASTS

KITCHEN = "/podcasts/small-hands/in-the-kitchen"
PATHS = (
    "/podcasts",
    "/podcasts/small-hands",
    "/podcasts/petites-mains",
    KITCHEN,
    "/podcasts/petites-mains/dans-la-cuisine",
)


def test_programs_read_shows_and_episodes(web, air):
    found = web.get("/api/v1/shows").json()
    assert [(one["show"], one["episodes"], one["editions"]) for one in found] == [("petites-mains", 1, ["small-hands"]), ("small-hands", 2, ["petites-mains"])]  # fmt: skip
    first = web.get("/api/v1/shows/small-hands/episodes?limit=2").json()
    assert [one["title"] for one in first["items"]] == ["In the kitchen", "Tea on Fridays"]
    rest = web.get(first["next"].removeprefix("https://hub.example.org")).json()
    assert ([one["type"] for one in rest["items"]], rest["next"]) == (["trailer"], None)
    one = web.get(f"/api/v1/episodes/{air.kitchen}").json()
    assert (one["episode"], one["show"], one["seconds"], one["number"]) == (air.kitchen, "small-hands", 20, 2)
    assert web.get(urlsplit(one["transcripts"]["en"]).path).status_code == 200
    assert web.get(urlsplit(one["chapters"]).path).status_code == 200
    assert web.get(urlsplit(one["sound"]).path).headers["content-length"] == str(one["sound_bytes"])
    assert web.get(f"/api/v1/resources/{one['resource']}").json()["kind"] == "episode"
    for number in (air.draft, air.scheduled, air.gone, air.inner, 999):
        assert web.get(f"/api/v1/episodes/{number}").status_code == 404, number


def test_no_page_asks_more_when_there_is_more(web, air, house, now):
    paths = (*PATHS, f"{KITCHEN}/embed", "/api/v1/shows", "/api/v1/shows/small-hands/episodes", "/podcasts/small-hands/feed.xml", "/podcasts/opml.xml")  # fmt: skip
    asked(house, web.get, paths)
    few = asked(house, web.get, paths)
    with house.database.session() as session:
        show = shows.by_slug(session, "small-hands")
        for n in range(12):
            other = a_show(session, house, now, f"more-{n}", f"More {n}", editions="small-hands")
            an_episode(session, house, other, now, f"More {n}", days=n, original_id=air.kitchen)
            an_episode(session, house, show, now, f"Again {n}", days=n + 1, season=n + 1, number=n + 1)
    many = asked(house, web.get, paths)
    again = asked(house, web.get, paths)
    grown = {path: (few[path], many[path]) for path in few if many[path] > few[path] and again[path] > few[path]}
    assert grown == {}


def test_looking_changes_no_row_but_downloads(web, air, house):
    def rows() -> dict[str, int]:
        with house.database.reading() as session:
            return {row.slug: row.revision for row in session.exec(select(Episode).where(col(Episode.show_id) > 0))}

    before = rows()
    for route in PODCASTS:
        path = route.path.format(
            show="small-hands", episode="in-the-kitchen", name="x", language="en", form="vtt", digest="x"
        )
        assert web.get(path).status_code == web.head(path).status_code, path
    assert rows() == before


def test_at_the_instant_it_is_there_for_everybody(web, air, house, wall):
    path = "/podcasts/small-hands/still-to-come"
    assert web.get(path).status_code == 404
    wall.move(timedelta(days=1))
    assert publishing.publish_due(house, wall.now)
    assert web.get(path).status_code == 200
    assert "Still to come" in web.get("/podcasts/small-hands").text
    assert "Still to come" in web.get("/podcasts").text
    assert "Still to come" in web.get("/podcasts/small-hands/feed.xml").text
