"""Today has the episodes beside the newsletter's issues: what needs somebody, what comes, what went out."""

from datetime import timedelta

from desk_stage import plain
from sound_stage import begin, send_sound, write
from sqlmodel import col, select

from publisher.podcasts import pings, publishing, shows
from publisher.podcasts.models import Episode, Show

NEEDS, NEXT, OUT = "What needs you", "What goes out next", "What went out"


def parts(editor) -> dict[str, str]:
    """The words of the page under each of its headings."""
    page = plain(editor.get("/studio"))
    needs, _, rest = page.partition(NEEDS)[2].partition(NEXT)
    coming, _, out = rest.partition(OUT)
    return {NEEDS: needs, NEXT: coming, OUT: out}


def scheduled(editor, show, wall, title, **after):
    here = begin(editor, show, title)
    send_sound(editor, here)
    write(editor, here, verb="schedule", publish_at=(wall.now + timedelta(**after)).strftime("%Y-%m-%dT%H:%M"))
    return here


def test_episodes_and_issues_stand_together_by_time(editor, house, show, wall):
    scheduled(editor, show, wall, "Later", days=30)
    scheduled(editor, show, wall, "Sooner", hours=2)
    coming = parts(editor)[NEXT]
    assert coming.index("Sooner") < coming.index("Later")
    wall.now += timedelta(hours=3)
    publishing.publish_due(house, wall.now)
    out = parts(editor)[OUT]
    assert out.index("Sooner") < out.index("What home visits change")
    assert "Sooner" not in parts(editor)[NEXT]


def test_one_that_could_not_appear_needs_somebody(editor, house, show, wall):
    here = scheduled(editor, show, wall, "Gone silent", hours=2)
    with house.database.session() as session:  # a sound that is taken away from under it
        row = session.get_one(Episode, int(here.rpartition("/")[2]))
        row.audio_id = None
        session.add(row)
    needs = parts(editor)[NEEDS]
    assert "Gone silent" in needs
    assert "Cannot appear" in needs
    wall.now += timedelta(hours=3)
    publishing.publish_due(house, wall.now)
    needs = parts(editor)[NEEDS]
    assert "Did not appear" in needs
    assert "Did not appear" in plain(editor.get(show))


def test_a_hub_that_could_not_be_told_is_named(editor, house, show, wall):
    with house.database.session() as session:
        row = session.exec(select(Show).where(col(Show.slug) == "small-hands")).one()
        row.hubs = ["https://hub.invalid/"]
        session.add(row)
        session.flush()
        shows.touch(session, house, row, now=wall.now)
    for tried in range(pings.TRIES):
        wall.now += timedelta(minutes=4 ** max(tried - 1, 0))  # as long as a failure waits, and no session ends
        pings.send_due(house, wall.now)
    assert "Small hands: its change could not be told" in parts(editor)[NEEDS]
    assert "https://hub.invalid/" in plain(editor.get(show))


def test_a_back_catalogue_is_not_what_went_out(editor, house, show, now):
    with house.database.session() as session:
        row = session.exec(select(Show)).first()
        assert row is not None
        session.add(
            Episode(
                show_id=row.id or 0, slug="old", state="published", guid="old", title="From elsewhere", news=False,
                published_at=now - timedelta(days=1), created_at=now, updated_at=now,
            )
        )  # fmt: skip
    assert "From elsewhere" not in parts(editor)[OUT]
    assert "From elsewhere" in plain(editor.get(show))
