"""A webinar was held: one press makes of its recording a resource, an episode's draft, an item for the next issue, and letters."""

import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cast import a_list, a_newsletter
from issue_stage import text_of
from media.making import mp3
from meeting_server import SECRET, MeetingServer
from podcasts.broadcast import a_show
from smtp_sink import Sink
from sqlmodel import Session, col, select
from webinars.gathering import a_server, somebody
from webinars.webinar_stage import a_webinar, the_hub

from publisher import clock
from publisher.desk import afterwards
from publisher.errors import BadInput, Conflict
from publisher.house import House
from publisher.library.models import Work, WorkText
from publisher.mail.delivery import Sender
from publisher.media import intake
from publisher.newsletters import drafting
from publisher.newsletters.letter import entries
from publisher.newsletters.models import Newsletter
from publisher.podcasts import episodes
from publisher.podcasts.models import Episode
from publisher.webinars import mailings, recording
from publisher.webinars.models import Seat, Series, Webinar
from publisher.webinars.rooms import servers
from publisher.webinars.rooms.opening import meeting_of
from publisher.webinars.rooms.values import Visitor

VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\nGood morning to all of you.\n"
HELD = timedelta(days=10, hours=8)  # two hours after the end of the webinar of 3 December


class Stage:
    """Play and care was held. Alice was there, bob was not; there is a podcast and a newsletter."""

    def __init__(self, house: House, now: datetime, **shape: object) -> None:
        self.house, self.now = house, now + HELD
        with house.database.session() as session:
            identity = the_hub(session, now)
            self.newsletter = a_newsletter(session, a_list(session, identity, now), now).id or 0
            self.series, webinar = a_webinar(session, house, now, is_recorded=True, **shape)
            self.webinar = webinar.id or 0
            self.show = a_show(session, house, now).slug
            for name, attended in (("alice", "yes"), ("bob", "no")):
                who = somebody(session, self.series, f"{name}@example.org", now, webinar, name=name.capitalize())
                seat = session.get_one(Seat, (who.id, webinar.id))
                seat.attended = attended
                session.add(seat)

    def press(self, **how: object) -> dict[str, afterwards.Step]:
        steps = afterwards.take_further(self.house, self.webinar, who="ines@example.org", now=self.now, **how)  # type: ignore[arg-type]
        return {step.what: step for step in steps}

    def give(self, path: Path | None = None, url: str = "", transcript: bytes = VTT) -> None:
        with self.house.database.session() as session:
            webinar = session.get_one(Webinar, self.webinar)
            media = path and intake.take_file(session, self.house, path, name=path.name, now=self.now, expect="episode")
            recording.give(session, self.house, webinar, url=url, media=media, now=self.now)
            recording.set_transcript(session, self.house, webinar, "en", transcript, now=self.now)

    def episodes(self, session: Session) -> list[Episode]:
        return list(session.exec(select(Episode).order_by(col(Episode.id))))

    def carry(self) -> dict[str, bytes]:
        mailings.plan_due(self.house, self.now)
        with Sink() as sink:
            url = f"smtp://127.0.0.1:{sink.port}?tls=none"
            with Sender(self.house, present=lambda: self.now, wall=clock.now, relay_url=url) as sender:
                sender.drain()
            return dict(sink.accepted)


@pytest.fixture
def stage(house: House, now: datetime) -> Stage:
    return Stage(house, now)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "play.mp3"
    path.write_bytes(mp3(3))
    return path


def test_one_press_makes_a_resource_an_episode_an_item_and_two_letters(stage: Stage, sound: Path) -> None:
    stage.give(sound)
    steps = stage.press()
    assert {what: step.done for what, step in steps.items()} == dict.fromkeys(
        ("recording", "resource", "episode", "letters"), True
    )
    assert steps["letters"].text == "Letters go to 1 who came and to 1 who missed it."
    with stage.house.database.session() as session:
        webinar = session.get_one(Webinar, stage.webinar)
        work = session.get_one(Work, webinar.recording_work_id)
        text = session.exec(select(WorkText).where(col(WorkText.work_id) == work.id)).one()
        assert (work.kind, work.state, text.title) == ("recording", "approved", "Play and care")
        (episode,) = stage.episodes(session)
        assert (episode.state, episode.title, episode.audio_id is not None) == ("draft", "Play and care", True)
        assert steps["episode"].path == f"/studio/podcasts/small-hands/episodes/{episode.id}"
        (transcript,) = episodes.transcripts_of(session, episode)
        assert "Good morning to all of you." in transcript.text
        issue = drafting.draft(session, session.get_one(Newsletter, stage.newsletter), now=stage.now)
        assert work.id in [entry.work.id for entry in entries(session, issue, now=stage.now)]
    mails = stage.carry()
    assert {email: text_of(mail).count("https://hub.example.org/webinars/play/recording") > 0 for email, mail in mails.items()} == {
        "alice@example.org": True, "bob@example.org": True,
    }  # fmt: skip
    assert "Thank you for being with us" in text_of(mails["alice@example.org"])
    assert "You could not be with us" in text_of(mails["bob@example.org"])


def test_a_second_press_changes_nothing_and_says_so(stage: Stage, sound: Path) -> None:
    stage.give(sound)
    stage.press()
    assert len(stage.carry()) == 2
    steps = stage.press()
    assert [step.done for step in steps.values()] == [True, True, True, True]
    assert steps["letters"].text == "The letters afterwards were sent before."
    assert stage.carry() == {}
    with stage.house.database.reading() as session:
        assert len(stage.episodes(session)) == 1


def test_before_it_was_held_nothing_can_be_taken_further(stage: Stage, now: datetime) -> None:
    with pytest.raises(Conflict, match="when the webinar has been held"):
        afterwards.take_further(stage.house, stage.webinar, who="ines@example.org", now=now)


def test_without_a_recording_the_letters_go_and_the_rest_waits(stage: Stage) -> None:
    steps = stage.press()
    assert list(steps) == ["recording", "letters"]
    assert steps["recording"].text == "There is no recording yet. Give its address or send the file, then press again."
    assert len(stage.carry()) == 2


def test_the_sound_of_a_film_is_taken_out(stage: Stage, tmp_path: Path) -> None:
    if not afterwards.mending.available():
        pytest.skip("ffmpeg is not installed here")
    film = tmp_path / "play.mp4"
    words = ["-f", "lavfi", "-i", "sine=440:duration=3", "-f", "lavfi", "-i", "color=c=white:s=64x64:d=3", "-shortest"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *words, str(film)], check=True, stdin=subprocess.DEVNULL)
    stage.give(film)
    assert stage.press(letters=False)["episode"].done
    with stage.house.database.reading() as session:
        (episode,) = stage.episodes(session)
        media = session.get_one(intake.MediaFile, episode.audio_id)
        assert (media.kind, media.extension, episode.duration) == ("audio", "mp3", 3)


def test_where_no_ffmpeg_is_the_draft_waits_for_its_sound_and_gets_it_later(
    stage: Stage, tmp_path: Path, sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not afterwards.mending.available():
        pytest.skip("ffmpeg is not installed here, and the film of this story is made by it")
    film = tmp_path / "play.mp4"
    words = ["-f", "lavfi", "-i", "sine=440:duration=3", "-f", "lavfi", "-i", "color=c=white:s=64x64:d=3", "-shortest"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *words, str(film)], check=True, stdin=subprocess.DEVNULL)
    stage.give(film)
    with monkeypatch.context() as without:
        without.setenv("PATH", str(tmp_path))
        step = stage.press(letters=False)["episode"]
    assert not step.done
    assert "waits for its sound" in step.text
    assert "ffmpeg is not installed" in step.text
    assert stage.press(letters=False)["episode"].done
    with stage.house.database.reading() as session:
        (episode,) = stage.episodes(session)
        assert episode.audio_id is not None


def test_a_page_elsewhere_has_no_sound_to_take(stage: Stage, now: datetime) -> None:
    """An address that answers with a page; the door to the web refuses this one before anything is asked."""
    stage.give(url="https://127.0.0.1/watch?v=1")
    steps = stage.press(letters=False)
    assert (steps["resource"].done, steps["episode"].done) == (True, False)
    assert "waits for its sound" in steps["episode"].text


def test_of_two_podcasts_one_has_to_be_named(stage: Stage, sound: Path, now: datetime) -> None:
    with stage.house.database.session() as session:
        a_show(session, stage.house, now, slug="eye-level", title="Eye Level")
    stage.give(sound)
    assert stage.press(letters=False)["episode"].text == "Say which podcast gets the draft of an episode."
    assert stage.press(letters=False, show="eye-level")["episode"].done
    assert stage.press(letters=False, show="")["episode"].text == "The draft of the episode is there."


def test_what_was_for_a_cohort_stays_with_it(house: House, now: datetime, sound: Path) -> None:
    with house.database.session() as session:
        a_list(session, the_hub(session, now), now, slug="circle", kind="cohort")
    stage = Stage(house, now, list_slug="circle")
    stage.give(sound)
    steps = stage.press()
    assert "stays off the library’s shelf" in steps["resource"].text
    assert steps["episode"].text == "There is no podcast for it yet, so no episode was drafted."
    assert (
        stage.press(show="small-hands")["episode"].text
        == "This webinar was for a cohort, and “Small Hands” is heard by others."
    )
    with house.database.reading() as session:
        assert session.exec(select(Work).where(col(Work.kind) == "recording")).all() == []


@pytest.fixture
def shelves(tmp_path: Path) -> Iterator[str]:
    """A server of files, as meeting servers have beside their rooms."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    files = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=files.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{files.server_port}"
    files.shutdown()
    thread.join()
    files.server_close()


def test_the_recording_of_a_meeting_server_is_taken_over_and_its_sound_fetched(
    house: House, now: datetime, sound: Path, shelves: str
) -> None:
    house = replace(house, settings=replace(house.settings, private_hosts=frozenset({"127.0.0.1"})))
    stage = Stage(house, now)
    server = MeetingServer(now)
    with house.database.session() as session:
        series = session.get_one(Series, stage.series.id)
        made = a_server(session, server.url, SECRET, now)
        series.room_kind, series.server_id = "bigbluebutton", made.id
        session.add(series)
        session.flush()
        meeting = meeting_of(house, series, session.get_one(Webinar, stage.webinar))
        servers.room_on(house, made).enter(meeting, Visitor("host-key", "Ines", is_host=True))
    try:
        assert "has no recording yet" in stage.press(letters=False)["recording"].text
        formats = {"presentation": "https://meet.example.org/playback/1", "podcast": f"{shelves}/{sound.name}"}
        server.publishes(server.meetings[meeting.key], formats)
        steps = stage.press(letters=False)
        assert [(what, step.done) for what, step in steps.items()] == [
            ("recording", True), ("resource", True), ("episode", True),
        ]  # fmt: skip
    finally:
        server.close()
    with house.database.reading() as session:
        assert session.get_one(Webinar, stage.webinar).recording_url == "https://meet.example.org/playback/1"
        (episode,) = stage.episodes(session)
        assert episode.audio_id is not None


def test_a_meeting_server_that_is_down_costs_nothing_but_the_recording(house: House, now: datetime) -> None:
    house = replace(house, settings=replace(house.settings, private_hosts=frozenset({"127.0.0.1"})))
    stage = Stage(house, now)
    server = MeetingServer(now)
    server.close()
    with house.database.session() as session:
        series = session.get_one(Series, stage.series.id)
        series.room_kind, series.server_id = "bigbluebutton", a_server(session, server.url, SECRET, now).id
        session.add(series)
    steps = stage.press()
    assert [(what, step.done) for what, step in steps.items()] == [("recording", False), ("letters", True)]
    assert "was asked for the recording" in steps["recording"].text


def test_a_recording_is_given_only_of_what_has_begun(stage: Stage, now: datetime) -> None:
    with stage.house.database.session() as session:
        webinar = session.get_one(Webinar, stage.webinar)
        with pytest.raises(Conflict, match="has not begun yet"):
            recording.give(session, stage.house, webinar, url="https://films.example.org/1", now=now)
        with pytest.raises(BadInput, match="says no times"):
            recording.set_transcript(
                session, stage.house, webinar, "en", b"Only words.", name="words.txt", now=stage.now
            )


def test_taken_away_it_goes_from_the_shelf_too(stage: Stage, sound: Path) -> None:
    stage.give(sound)
    with stage.house.database.session() as session:
        webinar = session.get_one(Webinar, stage.webinar)
        work = webinar.recording_work_id
        recording.give(session, stage.house, webinar, now=stage.now)
        assert session.get_one(Work, work, populate_existing=True).state == "withdrawn"


def test_staff_are_reminded_of_what_was_held_until_letters_went(stage: Stage, now: datetime) -> None:
    with stage.house.database.reading() as session:
        assert [one.id for _, one in afterwards.ready(session, now)] == []
        assert [one.id for _, one in afterwards.ready(session, stage.now)] == [stage.webinar]
    stage.press()
    with stage.house.database.reading() as session:
        assert list(afterwards.ready(session, stage.now)) == []
