"""A feed from elsewhere: checked for anybody, brought in with everything, twice without harm."""

import http.server
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from desk_stage import plain
from sound_stage import begin, send_sound, show_row, write
from sqlmodel import col, func, select

from publisher.podcasts.models import Episode, ShowImport
from publisher.web.studio import bringing_in

CHECK, IMPORT = "/studio/podcasts/check", "/studio/podcasts/import"
FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
 xmlns:podcast="https://podcastindex.org/namespace/1.0" xmlns:odd="https://example.org/odd"><channel>
<title>Far away</title><link>https://example.org</link><description>From elsewhere</description><language>en</language>
{locked}<odd:thing>x</odd:thing>
<item><title>One</title><guid isPermaLink="false">one</guid><pubDate>Mon, 02 Nov 2026 08:00:00 GMT</pubDate>
<enclosure url="https://example.org/one.mp3" length="1000000" type="audio/mpeg"/></item>
<item><title>Silent</title><guid isPermaLink="false">two</guid><pubDate>Mon, 09 Nov 2026 08:00:00 GMT</pubDate></item>
</channel></rss>"""


def xml(text: str) -> tuple[str, bytes, str]:
    return ("feed.xml", text.encode(), "text/xml")


PLAIN, LOCKED = (
    FEED.format(locked=""),
    FEED.format(locked="<podcast:locked owner='amina@example.org'>yes</podcast:locked>"),
)


@pytest.fixture
def feed_at(house, monkeypatch) -> Iterator:
    """A server of somebody else's; `feed_at(text)` is the address where it has that feed."""

    class Elsewhere(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = self.server.text.encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *said):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    port = server.server_address[1]
    object.__setattr__(house, "settings", replace(house.settings, private_hosts=(f"127.0.0.1:{port}", "127.0.0.1")))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def at(text: str) -> str:
        server.text = text
        return f"http://127.0.0.1:{port}/feed.xml"

    yield at
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_file_is_judged_with_reasons_and_sources(sit_down, house, show):
    viewer = sit_down("viewer")
    viewer.get(CHECK)
    page = viewer.post(CHECK, 200, url="", file=xml(PLAIN))
    said = plain(page)
    assert "must be mended" in said
    assert "Must be mended" in said
    assert "Not checked" in said
    assert 'rel="noopener"' in page
    assert "item “Silent”" in said


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"url": ""}, "Give the address of a feed, or choose a file."),
        ({"url": "", "file": xml("<html>hello</html>")}, ""),
        ({"url": "https://nowhere.invalid/feed.xml"}, "nowhere.invalid"),
        ({"url": "file:///etc/passwd"}, ""),
        ({"url": "http://169.254.169.254/latest"}, ""),
    ],
)
def test_what_is_no_feed_is_said_beside_the_field(editor, show, sent, sentence):
    editor.get(CHECK)
    answer = editor.client.post(
        CHECK,
        data={"csrf": editor.csrf, "url": sent["url"]},
        files={"file": sent["file"]} if "file" in sent else None,
    )
    assert 400 <= answer.status_code < 600
    assert sentence in plain(answer.text)
    assert 'class="error"' in answer.text or 'class="notice bad"' in answer.text
    assert sent["url"] in answer.text


def test_an_address_is_asked_and_its_servers_are_judged(editor, show, feed_at):
    editor.get(CHECK)
    said = plain(editor.post(CHECK, 200, url=feed_at(PLAIN)))
    assert "must be mended" in said


def test_our_own_feed_is_checked_on_the_page_of_its_show(editor, house, show):
    here = begin(editor, show)
    send_sound(editor, here)
    write(editor, here, verb="publish", notes="About it.")
    assert "Nothing to mend" in plain(editor.get(show))


def test_a_show_comes_in_from_a_file_and_again_without_harm(editor, house, show):
    editor.get(IMPORT)
    place = editor.post(IMPORT, url="", slug="far-away", shelf="yes", take_media="", file=xml(PLAIN))
    assert place == "/studio/podcasts/far-away"
    page = plain(editor.get(place))
    assert "2 new episodes" in page
    assert "Not in the feed" in page
    assert "One" in page
    assert "The sound of 0 of 1 episode is here" in page
    editor.get(IMPORT)
    editor.post(IMPORT, url="", slug="far-away", shelf="yes", file=xml(PLAIN))
    with house.database.reading() as session:
        far = show_row(house, "far-away").id
        assert session.exec(select(func.count()).select_from(Episode).where(col(Episode.show_id) == far)).one() == 2
        assert {job.state for job in session.exec(select(ShowImport))} == {"done"}
    jobs = plain(editor.get(IMPORT))
    assert "Far away" in jobs
    assert "odd:thing" in jobs


def test_a_locked_feed_asks_for_its_owner_and_then_comes(editor, house, show, feed_at):
    url = feed_at(LOCKED)
    editor.get(IMPORT)
    page = editor.post(IMPORT, 422, url=url, slug="far-away", shelf="yes")
    assert "This feed is locked. Its owner, amina@example.org, must agree" in plain(page)
    assert url in page
    assert editor.post(IMPORT, url=url, slug="far-away", shelf="yes", unlocked="yes") == "/studio/podcasts/far-away"


def test_nothing_and_what_is_no_feed_are_refused(editor, house, show):
    editor.get(IMPORT)
    assert "Give the address of a feed" in plain(editor.post(IMPORT, 422, url=""))
    page = editor.post(IMPORT, 422, url="", file=xml("<html>no</html>"))
    assert 'class="error"' in page


def test_a_long_one_goes_on_while_nobody_looks(editor, house, show, monkeypatch):
    """The form answers when the first episodes are in; the row tells how far it is."""
    monkeypatch.setattr(bringing_in.importing, "CHUNK", 2)
    waits = threading.Event()
    told = bringing_in._Work._told

    def slowly(work, episodes):
        told(work, episodes)
        waits.wait(20)

    monkeypatch.setattr(bringing_in._Work, "_told", slowly)
    item = '<item><title>E{n}</title><guid>e{n}</guid><enclosure url="https://example.org/{n}.mp3" length="9" type="audio/mpeg"/></item>'
    long = PLAIN.replace("</channel>", "".join(item.format(n=n) for n in range(6)) + "</channel>")
    editor.get(IMPORT)
    assert editor.post(IMPORT, url="", slug="far-away", shelf="yes", file=xml(long)) == IMPORT
    page = editor.get(IMPORT)
    assert "It is coming in. You may close this page; it goes on." in plain(page)
    assert "Coming in" in plain(page)
    assert 'http-equiv="refresh"' in page
    waits.set()
    for thread in threading.enumerate():
        if thread.name == "import":
            thread.join(20)
    assert "Here" in plain(editor.get(IMPORT))
