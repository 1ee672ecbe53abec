"""Large files in pieces: sent, cut off, gone on with, refused and mended; by who may and by nobody else."""

import pytest
from media.making import mp3
from sound_stage import SOUND, begin, row_of, write

UPLOADS = "/studio/podcasts/uploads"
HALF = len(SOUND) // 2


class Sender:
    """What the page's script does."""

    def __init__(self, browser, name="talk.mp3", data=SOUND):
        self.client, self.csrf, self.data = browser.client, browser.csrf, data
        answer = self.ask("POST", UPLOADS, json={"name": name, "length": len(data)})
        self.status, self.place = answer.status_code, answer.headers.get("location", "")
        self.said = answer.json() if self.status >= 400 else {}

    def ask(self, method, path, **more):
        headers = {"X-CSRF": self.csrf} | more.pop("headers", {})
        return self.client.request(method, path, headers=headers, **more)

    def piece(self, start, end):
        return self.ask("PATCH", self.place, headers={"Upload-Offset": str(start)}, content=self.data[start:end])

    def finish(self, query=""):
        return self.ask("POST", f"{self.place}/finish{query}")


@pytest.fixture
def draft(editor, show):
    return begin(editor, show)


def test_cut_off_in_the_middle_it_goes_on_where_it_stopped(editor, house, draft):
    editor.get(draft)
    first = Sender(editor)
    assert first.status == 201
    assert first.piece(0, HALF).status_code == 204
    # The line breaks, the tab is loaded again: all that is left is the address.
    standing = first.ask("GET", first.place)
    assert (standing.status_code, standing.headers["upload-offset"]) == (204, str(HALF))
    assert first.ask("HEAD", first.place).headers["upload-length"] == str(len(SOUND))
    early = first.finish()
    assert (early.status_code, early.headers["upload-offset"]) == (409, str(HALF))
    assert first.piece(HALF, len(SOUND)).status_code == 204
    said = first.finish().json()
    assert said["text"].startswith("MP3, 1:30, 64 kbit/s")
    write(editor, draft, media=str(said["media"]))
    assert row_of(house, draft).audio_id == said["media"]


def test_a_piece_twice_is_a_piece_once_and_a_wrong_one_is_told_where_it_is(editor, draft):
    editor.get(draft)
    sending = Sender(editor)
    sending.piece(0, HALF)
    assert sending.piece(0, HALF).headers["upload-offset"] == str(HALF)
    wrong = sending.piece(HALF + 10, HALF + 20)
    assert (wrong.status_code, wrong.headers["upload-offset"]) == (409, str(HALF))
    assert "go on from there" in wrong.json()["error"]


def test_what_was_sent_stays_with_a_form_that_is_refused(editor, house, draft):
    editor.get(draft)
    sending = Sender(editor)
    sending.piece(0, len(SOUND))
    media = str(sending.finish().json()["media"])
    page = write(editor, draft, 422, media=media, chapters="no time here")
    assert f'data-media="{media}"' in page
    assert "talk.mp3: MP3, 1:30, 64 kbit/s" in page
    assert row_of(house, draft).audio_id is None


def test_a_new_episode_can_begin_with_its_sound(editor, house, show):
    editor.get(f"{show}/episodes/new")
    sending = Sender(editor)
    sending.piece(0, len(SOUND))
    here = editor.post(f"{show}/episodes/new", title="With its sound", media=str(sending.finish().json()["media"]))
    assert row_of(house, here).duration == 90


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"name": "x.mp3", "length": 0}, "This file is empty."),
        ({"name": "x.mp3", "length": 5_000_000_000}, "Files have at most"),
        ({"name": "x.mp3"}, "Say the file's name and its length."),
        (["x"], "Say the file's name and its length."),
    ],
)
def test_what_cannot_be_taken_is_said_before_it_is_sent(editor, draft, said, sentence):
    editor.get(draft)
    answer = editor.client.post(UPLOADS, json=said, headers={"X-CSRF": editor.csrf})
    assert (answer.status_code, sentence in answer.json()["error"]) == (422, True)


def test_a_torn_file_is_refused_and_can_be_mended(editor, draft):
    editor.get(draft)
    torn = mp3(60) + mp3(1)[:100]
    sending = Sender(editor, data=torn)
    sending.piece(0, len(torn))
    refused = sending.finish()
    assert (refused.status_code, "The file ends too early" in refused.json()["error"]) == (422, True)
    assert refused.json()["can_mend"]
    assert sending.finish("?mend=yes").json()["text"].startswith("MP3, 1:00")


def test_what_cannot_be_mended_is_not_offered_to_be(editor, draft):
    editor.get(draft)
    page = b"<html>Not found</html>" * 50
    sending = Sender(editor, data=page)
    sending.piece(0, len(page))
    assert sending.finish().json()["can_mend"] is False


def test_only_who_may_sends_and_only_their_own(sit_down, stranger, house, show):
    editor, viewer, owner = sit_down("editor"), sit_down("viewer"), sit_down("owner")
    for browser in (editor, viewer, owner):
        browser.get("/studio/account")
    sending = Sender(editor)
    assert Sender(viewer).status == 403
    assert "signed out" in Sender(stranger).said["error"]
    theirs = Sender(owner)
    theirs.place = sending.place
    assert theirs.piece(0, 10).status_code == 404
    sending.csrf = "somebody else's"
    assert sending.piece(0, 10).status_code == 403


def test_a_piece_larger_than_any_is_refused_unread(editor, draft):
    editor.get(draft)
    sending = Sender(editor)
    head = {"Upload-Offset": "0", "Content-Length": "18000000"}
    assert sending.ask("PATCH", sending.place, headers=head, content=b"x").status_code == 413


def test_given_up_it_is_gone(editor, draft):
    editor.get(draft)
    sending = Sender(editor)
    assert sending.ask("DELETE", sending.place).status_code == 204
    assert sending.piece(0, 10).status_code == 404
