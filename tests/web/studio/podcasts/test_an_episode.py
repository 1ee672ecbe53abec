"""An episode in the studio: from a draft to its instant and back, with everything that is written about it."""

import threading
from datetime import timedelta

import pytest
from desk_stage import plain
from media.making import mp3
from sound_stage import SOUND, begin, form_of, row_of, send_sound, write

from publisher.podcasts import publishing

VTT = "WEBVTT\n\n00:00.000 --> 00:20.000\n<v Amina>Welcome.\n\n00:20.000 --> 01:20.000\nForty families.\n"
SRT = b"1\n00:00:01,000 --> 00:00:04,000\nKaribu.\n"


@pytest.fixture
def draft(editor, show):
    """Address of a draft with its sound."""
    here = begin(editor, show)
    send_sound(editor, here)
    return here


def test_a_draft_gets_its_words_and_its_sound_without_scripts(editor, house, show):
    here = begin(editor, show)
    said = plain(editor.get(send_sound(editor, here)))
    assert "It has its sound: MP3, 1:30, 64 kbit/s" in said
    write(
        editor, here, summary="What helped?", notes="With **Otieno**.", people="Otieno, guest", season="2", number="3",
        explicit="no", chapters="0:00 Welcome\n0:20 Forty families", soundbites="0:30 12 What helped", country=["KE"],
    )  # fmt: skip
    row = row_of(house, here)
    assert (row.summary, row.season, row.number, row.explicit) == ("What helped?", 2, 3, False)
    assert [(one["start"], one["title"]) for one in row.chapters] == [(0, "Welcome"), (20, "Forty families")]
    assert row.soundbites == [{"start": 30.0, "duration": 12.0, "title": "What helped"}]
    assert row.notes_html == "<p>With <strong>Otieno</strong>.</p>"
    assert row.duration == 90
    assert "Nothing was different." in plain(editor.get(write(editor, here)))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": ""}, "Please fill in: title."),
        ({"chapters": "0:00 Welcome\nno time here"}, "Line 2 does not begin with a time"),
        ({"soundbites": "somewhere nice"}, "Line 1 is no soundbite"),
        ({"season": "two"}, "whole number from 1"),
        ({"number": "0"}, "whole number from 1"),
        ({"link": "ftp://x"}, "is not a web address"),
        ({"slug": "No Slug"}, "A short name has small letters"),
        ({"media": "99999"}, "That file is not here any more"),
        ({"transcript_text": "WEBVTT"}, "says nothing that we can read"),
        ({"verb": "schedule", "publish_at": ""}, "Say when."),
        ({"verb": "schedule", "publish_at": "2020-01-01T09:00"}, "That moment has passed"),
        ({"verb": "schedule", "publish_at": "soon"}, "is not a date and time"),
    ],
)
def test_a_refused_form_keeps_every_word(editor, house, draft, wrong, sentence):
    page = write(editor, draft, 422, **({"notes": "Words that took an hour."} | wrong))
    assert sentence in plain(page)
    again = form_of(page, id="episode")
    assert again["notes"] == "Words that took an hour."
    for name, value in wrong.items():
        if name not in ("verb", "media"):  # the field of the file that was sent before is made by the page's script
            assert again[name] == value
    assert row_of(house, draft).state == "draft"


def test_long_notes_and_transcripts_are_never_cut(editor, house, draft):
    notes = "word " * 10_000
    write(editor, draft, notes=notes)
    assert row_of(house, draft).notes == notes.strip()


def test_without_sound_it_is_not_published_and_its_words_are_kept(editor, house, show):
    here = begin(editor, show)
    assert "no app would take" in plain(editor.get(here)).lower() or "sound" in plain(editor.get(here))
    page = write(editor, here, 422, verb="publish", notes="Kept all the same.")
    assert "sound" in plain(page)
    assert (row_of(house, here).state, row_of(house, here).notes) == ("draft", "Kept all the same.")


def test_it_appears_at_its_instant_and_not_before(editor, house, wall, draft):
    at = wall.now + timedelta(hours=3)
    said = plain(editor.get(write(editor, draft, verb="schedule", publish_at=at.strftime("%Y-%m-%dT%H:%M"))))
    assert "It appears Monday 23 November" in said
    assert "Forty families" in plain(editor.get("/studio")).partition("What went out")[0]
    assert publishing.publish_due(house, at - timedelta(seconds=1)) == []
    wall.now = at
    publishing.publish_due(house, at)
    assert row_of(house, draft).published_at == at
    assert b"Forty families" in editor.client.get("/podcasts/small-hands/feed.xml").content
    assert "Forty families" in plain(editor.get("/studio")).partition("What went out")[2]


def test_scheduled_it_goes_back_to_draft_and_can_be_removed(editor, house, wall, draft, show):
    at = (wall.now + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    write(editor, draft, verb="schedule", publish_at=at)
    assert "It is a draft again." in editor.told(f"{draft}/step", verb="draft")
    assert "Removed the draft “Forty families”." in editor.told(f"{draft}/step", verb="remove")
    editor.get(draft, 404)


def test_withdrawn_it_is_gone_until_the_undo(editor, house, draft):
    write(editor, draft, verb="publish")
    first = row_of(house, draft)
    page = editor.get(editor.post(f"{draft}/step", verb="withdraw"))
    assert "gone from the feed, the page and the shelf" in plain(page)
    assert b"Forty families" not in editor.client.get("/podcasts/small-hands/feed.xml").content
    undo = f"{draft}/step?verb=again"
    assert undo in page
    editor.post(undo)
    back = row_of(house, draft)
    assert (back.state, back.guid, back.published_at) == ("published", first.guid, first.published_at)
    page = editor.post(f"{draft}/step", 409, verb="remove")
    assert "Withdraw it instead" in plain(page)


def test_two_people_publish_at_once_and_it_appears_once(sit_down, house, show):
    one, other = sit_down("editor"), sit_down("owner")
    here = begin(one, show)
    send_sound(one, here)
    values = form_of(one.get(here), id="episode") | {"verb": "publish"}
    other.get(here)
    start, answers = threading.Barrier(2), []

    def press(browser):
        start.wait()
        answers.append(browser.client.post(here, data={"csrf": browser.csrf, **values}))

    threads = [threading.Thread(target=press, args=[browser]) for browser in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    late = next(answer for answer in answers if answer.status_code == 409)
    assert "This episode is published already." in plain(late.text)
    assert one.client.get("/podcasts/small-hands/feed.xml").text.count("<item>") == 1


def test_another_sound_keeps_the_guid_and_the_chapters_that_were_written(editor, house, draft):
    write(editor, draft, chapters="0:00 Mine")
    before = row_of(house, draft)
    send_sound(editor, draft, mp3(120, 64_000), "again.mp3")
    after = row_of(house, draft)
    assert (after.guid, after.duration) == (before.guid, 120)
    assert [one["title"] for one in after.chapters] == ["Mine"]


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "empty.mp3", "empty"),
        (b"not a sound at all " * 40, "talk.mp3", "This is"),
        (SOUND[:3000], "torn.mp3", "The file ends too early"),
        (mp3(0.4), "short.mp3", "less than a second"),
        (b"<html>Not found</html>" * 50, "talk.mp3", "This is"),
    ],
)
def test_what_apps_would_choke_on_is_refused_with_a_sentence(editor, house, show, data, name, sentence):
    here = begin(editor, show)
    page = send_sound(editor, here, data, name, 422)
    assert sentence in plain(page)
    assert 'class="notice bad"' in page
    assert row_of(house, here).audio_id is None


def test_transcripts_come_by_text_and_by_file_are_read_back_changed_and_taken_away(editor, house, draft):
    write(editor, draft, transcript_text=VTT, transcript_language="en")
    write(editor, draft, transcript_file=("sw.srt", SRT, "text/plain"), transcript_language="sw")
    values = form_of(editor.get(draft), id="episode")
    assert "Forty families." in values["transcript_en"]
    assert "Karibu." in values["transcript_sw"]
    assert values["transcript_sw"].startswith("WEBVTT")
    write(editor, draft, transcript_en=values["transcript_en"].replace("Forty", "Fifty"), no_transcript_sw="yes")
    again = form_of(editor.get(draft), id="episode")
    assert "Fifty families." in again["transcript_en"]
    assert "transcript_sw" not in again


def test_what_may_be_wrong_with_chapters_and_transcripts_is_said(editor, draft):
    late = "WEBVTT\n\n00:00.000 --> 00:05.000\nHello.\n\n03:00.000 --> 03:05.000\nAfter the end.\n"
    write(editor, draft, chapters="0:00 Welcome\n5:00 After the end", transcript_text=late)
    page = plain(editor.get(draft))
    assert "begins when the sound is over (1:30)" in page
    assert "3:00" in page.partition("What is said")[2]


def test_a_transcript_that_is_no_text_is_refused_at_its_field(editor, draft):
    page = write(editor, draft, 422, transcript_file=("t.vtt", b"PK\x03\x04" + bytes(500), "text/vtt"), notes="Mine")
    assert "none of the transcripts we read" in plain(page)
    assert form_of(page, id="episode")["notes"] == "Mine"


def test_staff_listen_before_it_appears_and_nobody_else_does(sit_down, stranger, house, show):
    editor = sit_down("editor")
    here = begin(editor, show)
    send_sound(editor, here)
    url = f"/studio/podcasts/sounds/{here.rpartition('/')[2]}"
    part = sit_down("viewer").client.get(url, headers={"Range": "bytes=0-99"})
    assert (part.status_code, part.content) == (206, SOUND[:100])
    assert part.headers["cache-control"].startswith("private")
    assert "access-control-allow-origin" not in part.headers
    assert editor.client.get(url, headers={"accept-encoding": "gzip"}).content == SOUND
    assert stranger.client.get(url).status_code == 403
    assert editor.client.get("/studio/podcasts/sounds/999").status_code == 404
    row = row_of(house, here)
    from publisher.media.models import MediaFile

    with house.database.reading() as session:
        digest = session.get_one(MediaFile, row.audio_id).digest[:12]
    assert stranger.client.get(f"/podcasts/small-hands/audio/{row.id}-{digest}.mp3").status_code == 404


def test_an_episode_of_another_show_is_not_found_here(editor, house, now, draft):
    from sound_stage import a_show

    a_show(house, now, "other-hands")
    number = draft.rpartition("/")[2]
    editor.get(f"/studio/podcasts/other-hands/episodes/{number}", 404)
    editor.get("/studio/podcasts/small-hands/episodes/99999", 404)


def test_the_rules_speak_before_it_appears(editor, draft):
    write(editor, draft, notes="About it.")
    assert "What apps and directories would say of it" not in plain(editor.get(draft))
    write(editor, draft, title="Episode 3: Forty families")
    page = plain(editor.get(draft))
    assert "What apps and directories would say of it" in page
    assert "Apps show number and show beside it" in page


def test_viewers_read_an_episode_and_change_nothing(sit_down, house, show):
    editor, viewer = sit_down("editor"), sit_down("viewer")
    here = begin(editor, show)
    assert "Save" not in plain(viewer.get(here))
    for path in (here, f"{here}/step", f"{here}/sound", f"/studio/podcasts/sounds/{here.rpartition('/')[2]}"):
        viewer.post(path, 403, verb="remove", title="Mine")
    assert row_of(house, here).title == "Forty families"
