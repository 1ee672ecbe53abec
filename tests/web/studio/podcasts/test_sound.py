"""The sound of an episode: fetched from an address, made even, made small, taken out of a film; with words for each refusal."""

import http.server
import math
import os
import re
import struct
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from desk_stage import plain
from media.making import mp3
from sound_stage import SOUND, begin, row_of, send_sound
from sqlmodel import col, select

from publisher.media import mending
from publisher.media.models import MediaFile
from publisher.podcasts.models import Rendition


@pytest.fixture
def draft(editor, show):
    return begin(editor, show)


@pytest.fixture
def elsewhere(house) -> Iterator:
    """`elsewhere(octets)`: the address on a server of somebody else's where they are."""

    class Elsewhere(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            found = self.server.octets
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "audio/mpeg")
            self.send_header("Content-Length", str(len(found)))
            self.end_headers()
            self.wfile.write(found)

        def log_message(self, *said):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    port = server.server_address[1]
    object.__setattr__(house, "settings", replace(house.settings, private_hosts=(f"127.0.0.1:{port}", "127.0.0.1")))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def at(octets: bytes) -> str:
        server.octets = octets
        return f"http://127.0.0.1:{port}/talk.mp3"

    yield at
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def ffmpeg():
    if not mending.available():
        why = "ffmpeg is not installed here: what it does is left out"
        pytest.fail(why) if os.environ.get("PUBLISHER_STRICT") else pytest.skip(why)


def loud(seconds: float = 4.0) -> bytes:
    """A quiet tone, which can be made even: WAV, 16 bits, one channel."""
    count = int(seconds * 44_100)
    body = b"".join(struct.pack("<h", int(900 * math.sin(n * 0.06))) for n in range(count))
    head = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 44_100, 88_200, 2, 16)
    return b"RIFF" + struct.pack("<I", 36 + len(body)) + b"WAVE" + head + b"data" + struct.pack("<I", len(body)) + body


def media_of(house, episode: str) -> MediaFile:
    with house.database.reading() as session:
        found = session.get_one(MediaFile, row_of(house, episode).audio_id)
        session.expunge(found)
    return found


def test_it_is_fetched_from_an_address(editor, house, draft, elsewhere):
    editor.get(draft)
    said = plain(editor.get(editor.post(f"{draft}/sound", verb="fetch", url=elsewhere(SOUND))))
    assert "Fetched: MP3, 1:30, 64 kbit/s" in said
    assert row_of(house, draft).duration == 90


@pytest.mark.parametrize("url", ["", "not an address", "file:///etc/passwd", "http://169.254.169.254/x.mp3"])
def test_what_cannot_be_fetched_is_said_beside_the_address(editor, house, draft, url):
    editor.get(draft)
    page = editor.client.post(f"{draft}/sound", data={"csrf": editor.csrf, "verb": "fetch", "url": url})
    assert page.status_code >= 400
    assert 'class="error"' in page.text
    assert row_of(house, draft).audio_id is None


def test_what_is_not_there_any_more_is_said(editor, house, draft, elsewhere):
    editor.get(draft)
    page = editor.client.post(f"{draft}/sound", data={"csrf": editor.csrf, "verb": "fetch", "url": elsewhere(b"")})
    assert "404" in plain(page.text)


def test_a_form_apps_do_not_play_is_made_into_one_they_do(editor, house, draft, ffmpeg):
    page = send_sound(editor, draft, loud(), "talk.wav", 422)
    assert "This is" in plain(page)
    number = draft.rpartition("/")[2]
    editor.post(f"/studio/podcasts/sounds/{number}", mend="yes", file=("talk.wav", loud(), "audio/wav"))
    assert media_of(house, draft).type == "audio/mpeg"


def test_even_loudness_and_a_small_version(editor, house, draft, ffmpeg):
    number = draft.rpartition("/")[2]
    editor.post(f"/studio/podcasts/sounds/{number}", mend="yes", file=("talk.wav", loud(), "audio/wav"))
    said = plain(editor.get(editor.post(f"{draft}/sound", verb="even")))
    assert re.search(r"It was at -\d+ LUFS and is at -(19|20) now, as loud as other podcasts", said), said
    said = plain(editor.get(editor.post(f"{draft}/sound", verb="slow")))
    assert "There is a version for slow lines" in said
    assert "For slow lines:" in said
    with house.database.reading() as session:
        made = session.exec(select(Rendition.id).where(col(Rendition.episode_id) == int(number))).one()
    assert "Taken away." in editor.told(f"{draft}/sound", verb="drop", rendition=made)
    assert "For slow lines:" not in plain(editor.get(draft))


def test_silence_has_no_loudness_to_even(editor, house, draft, ffmpeg):
    send_sound(editor, draft, mp3(3, 64_000))
    page = plain(editor.post(f"{draft}/sound", 422, verb="even"))
    assert "There is nothing to be heard in this file" in page


@pytest.mark.parametrize(
    "fields", [{"verb": "even"}, {"verb": "slow"}, {"verb": "nothing"}, {"verb": "drop", "rendition": "9"}]
)
def test_without_sound_there_is_nothing_to_mend(editor, draft, fields):
    editor.get(draft)
    answer = editor.client.post(f"{draft}/sound", data={"csrf": editor.csrf, **fields})
    assert answer.status_code in (404, 422)
    assert 'class="notice bad"' in answer.text
