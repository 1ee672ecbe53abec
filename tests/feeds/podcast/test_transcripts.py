"""Transcripts in five forms: what people's tools write is read, what we write is read back, what is wrong is said."""

import codecs
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.errors import FeedError, TooLarge, UnknownFormat
from feeds.podcast import transcripts
from feeds.podcast.transcripts import EXTENSIONS, LIMIT, MOST_CUES, Cue, kind_of, lint, read, turns, write

VTT = b"""\xef\xbb\xbfWEBVTT - Episode 7
Kind: captions

STYLE
::cue(v[voice=Amina]) { color: lime }

NOTE
This is no text --
nor this

REGION
id:left

intro
00:01.000 --> 00:03.500 align:start position:10%
<v.loud Amina Diop>Welcome &amp; <i>karibu</i> to &lt;Early Years&gt;,
<00:00:02.000><c.yellow>all</c>  of you.</v>

00:00:03.500 --> 00:00:05.000
<v Amina>Yes.
<v Bob>No --&gt; maybe.

01:00:00.000 --> 01:00:02.250
- Who?
- Me.
00:00:09.000 --> 00:00:10.000
without an empty line before it
"""
SRT = (
    b"\xef\xbb\xbf1\r\n00:00:01,000 --> 00:00:03,500\r\nTravis: When you <i>first</i> get\r\n{\\an8}started\r\n\r\n"
    b"2\r\n00:04,000 --> 00:05,000 X1:40 X2:600\r\nin 1984\r\n\r\n1984\r\n\r\n\r\n"
    b"3\r\n0:00:06.5 --> 0:00:07\r\n<font color=red>at 5:30</font> & later < 6\r\n4\r\n1:00:00,000 --> 1:00:01,000\r\n"
)
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="<>{}&\\:"), min_size=1, max_size=12
)
TEXTS = st.lists(st.lists(WORDS, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=2).map("\n".join)
SPEAKERS = st.just("") | st.sampled_from(["Amina", "Bob", "Dr. Carol O’Neil", "Speaker 2", "Ямина", "李雷"])
TIMES = st.integers(0, 7_200_000).map(lambda thousandths: thousandths / 1000)
CUES = st.lists(st.builds(Cue, TIMES, TIMES, TEXTS, SPEAKERS), min_size=1, max_size=5).map(tuple)
TIMED = ["text/vtt", "application/x-subrip", "application/json"]


def refusal(data: bytes, kind: str | None, name: str) -> str:
    """What reading says against the file, a full stop where it says nothing."""
    try:
        read(data, kind, name)
    except FeedError as error:
        return str(error)
    return "."


def test_webvtt_with_all_its_furniture():
    assert read(VTT, "text/vtt") == (
        Cue(1, 3.5, "Welcome & karibu to <Early Years>,\nall of you.", "Amina Diop"),
        Cue(3.5, 5, "Yes.", "Amina"),
        Cue(3.5, 5, "No --> maybe.", "Bob"),
        Cue(3600, 3602.25, "- Who?\n- Me."),
        Cue(9, 10, "without an empty line before it"),
    )


def test_srt_as_everybody_writes_it():
    cues = read(SRT, "text/plain")

    assert cues == (
        Cue(1, 3.5, "When you first get\nstarted", "Travis"),
        Cue(4, 5, "in 1984\n1984"),
        Cue(6.5, 7, "at 5:30 & later < 6"),
        Cue(3600, 3601, ""),
    )
    assert read(SRT.replace(b"\r\n", b"\n"), None) == read(SRT.replace(b"\r\n", b"\r"), None) == cues


def test_json_of_the_namespace_and_of_recognisers():
    segments = {
        "version": "1.0.0",
        "segments": [
            {"speaker": "Darth Vader", "startTime": 0.5, "endTime": 0.75, "body": "I"},
            {"startTime": "1:00", "body": " am \n\n your "},
            {"start": 70, "end": 71.5, "text": "father"},
            {"body": "?"},
        ],
    }
    assert read(json.dumps(segments).encode(), "application/json") == (
        Cue(0.5, 0.75, "I", "Darth Vader"),
        Cue(60, None, "am\nyour"),
        Cue(70, 71.5, "father"),
        Cue(None, None, "?"),
    )
    assert read(json.dumps(segments["segments"]).encode(), None) == read(json.dumps(segments).encode(), None)


def test_html_is_read_as_text_and_nothing_else():
    page = b"""<!DOCTYPE html><html><head><title>T</title><style>p{}</style></head><body><nav>Home</nav>
      <cite>Kevin:</cite> <time>0:05</time> <p>We <b>have</b> an&nbsp;<a href="javascript:alert(1)">update</a>.</p>
      tail <script>alert(1)</script>after<br>line <img src=x onerror=alert(1)>
      <ul><li>Jan: &lt;ok&gt;</li></ul></body></html>"""

    assert read(page, "text/html") == (
        Cue(5, None, "We have an update.", "Kevin"),
        Cue(None, None, "tail after\nline"),
        Cue(None, None, "<ok>", "Jan"),
    )


def test_plain_text_has_paragraphs_and_no_times():
    text = b"Amina: Welcome\nto the show.\n\n \nand now.\nNote: the music\n"

    assert read(text, "text/plain") == (
        Cue(None, None, "Welcome\nto the show.", "Amina"),
        Cue(None, None, "and now.\nNote: the music"),
    )
    with pytest.raises(FeedError, match=r"^This transcript has no times, so it cannot be written as WebVTT\.$"):
        write(read(text, "text/plain"), "text/vtt")


def test_the_namespaces_own_examples_survive_every_way_round(corpora: Path):
    folder = corpora / "podcasts" / "podcast-namespace-examples" / "transcripts"
    counts = {}
    for name in ("example.json", "example.srt", "example.vtt"):
        cues = read((folder / name).read_bytes(), None, name)
        counts[name] = len(cues)
        assert lint(cues, None) == []
        for kind in TIMED:
            assert read(write(cues, kind), kind) == cues, (name, kind)
    assert counts["example.json"], counts["example.vtt"] == (5, 7)
    assert counts["example.srt"] == (folder / "example.srt").read_text().count("-->")
    assert read((folder / "example.srt").read_bytes(), None)[0] == Cue(
        0.179, 2.399, "When you first get\nstarted in podcasting, it's", "Travis"
    )


@given(CUES)
def test_times_words_and_speakers_survive_every_way_round(cues: tuple[Cue, ...]):
    back = cues
    for kind in [*TIMED, *reversed(TIMED)]:
        back = read(write(back, kind), kind)
        assert back == cues, kind


@given(CUES)
def test_what_is_for_reading_keeps_the_words(cues: tuple[Cue, ...]):
    for kind in ("text/plain", "text/html"):
        back = read(write(cues, kind), kind)
        assert "".join("".join(c.text.split()) for c in back) == "".join("".join(c.text.split()) for c in cues)


@given(
    st.lists(
        st.builds(Cue, st.none() | TIMES, st.none() | TIMES, st.text(max_size=80), st.text(max_size=20)), max_size=4
    )
)
def test_any_text_whatever_is_written_and_does_not_break_out(cues: list[Cue]):
    for kind in EXTENSIONS:
        try:
            data = write(cues, kind)
            back = read(data, kind)
        except FeedError:
            continue
        if kind == "text/vtt":
            assert len(back) == len(cues)
            assert all(b"-->" not in line or line[:2].isdigit() for line in data.splitlines())


@settings(max_examples=300)
@given(
    st.binary(max_size=400) | st.text(max_size=200).map(str.encode) | st.sampled_from([VTT, SRT]).flatmap(lambda d: st.integers(0, len(d)).map(lambda i: d[i:])),
    st.none() | st.sampled_from([*EXTENSIONS, "text/html; charset=utf-16", "nonsense"]),
    st.sampled_from(["", "a.srt", "b.vtt?x=1"]),
)  # fmt: skip
def test_reading_raises_nothing_but_its_own_error(data: bytes, kind: str | None, name: str):
    assert refusal(data, kind, name).endswith(".")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings_are_met_as_they_come(encoding: str):
    text = "WEBVTT\n\n00:00.000 --> 00:01.000\n<v Zoë>Größe – “naïve” café\n"

    assert read(text.encode(encoding), "text/vtt") == (Cue(0, 1, "Größe – “naïve” café", "Zoë"),)


def test_lines_of_webvtt_are_at_most_65_characters():
    long = "word " * 40 + "x" * 80
    chinese = "早期教育" * 40
    written = write([Cue(0, 9, long, "Amina"), Cue(9, 20, chinese)], "text/vtt").decode()
    lines = [line.removeprefix("<v Amina>") for line in written.splitlines() if line and "-->" not in line]

    assert [line for line in lines if len(line) > 65] == ["x" * 80]  # an address stays whole
    assert "".join(lines).replace(" ", "") == "WEBVTT" + long.replace(" ", "") + chinese
    assert all(len(line) > 50 for line in lines[1:4])


def test_written_files_are_as_their_specifications_have_them():
    cues = [Cue(0, 3661.5, "Tea & <cake>", "Bo:b"), Cue(3661.5, None, "a --> b")]

    assert write(cues, "text/vtt") == (
        b"WEBVTT\n\n00:00:00.000 --> 01:01:01.500\n<v Bo:b>Tea &amp; &lt;cake&gt;\n\n"
        b"01:01:01.500 --> 01:01:11.500\na --&gt; b\n"
    )
    assert write(cues, "application/x-subrip").decode() == (
        "1\r\n00:00:00,000 --> 01:01:01,500\r\nBob: Tea & <cake>\r\n\r\n2\r\n01:01:01,500 --> 01:01:11,500\r\na → b\r\n"
    )
    assert json.loads(write(cues, "application/json")) == {
        "version": "1.0.0",
        "segments": [
            {"speaker": "Bo:b", "startTime": 0, "endTime": 3661.5, "body": "Tea & <cake>"},
            {"startTime": 3661.5, "body": "a --> b"},
        ],
    }
    html = transcripts.write_html([Cue(0, 1, "<script>", 'A"B')], language="sw").decode()
    assert '<html lang="sw">' in html
    assert "<cite>A&quot;B:</cite>\n<time>0:00</time>\n<p>&lt;script&gt;</p>" in html
    with pytest.raises(ValueError, match="no type of a transcript"):
        write(cues, "text/rtf")


def test_turns_are_paragraphs_to_read():
    cues = [
        Cue(0, 2, "When you first\nget started", "Travis"),
        Cue(2, 4, "you make mistakes."),
        Cue(4, 6, "Yes.", "Amina"),
        Cue(20, 21, "After the music.", "Amina"),
        Cue(21, 22, ""),
    ]
    assert [(t.start, t.speaker, t.text) for t in turns(cues)] == [
        (0, "Travis", "When you first get started you make mistakes."),
        (4, "Amina", "Yes."),
        (20, "Amina", "After the music."),
    ]
    assert write(cues, "text/plain") == (
        b"Travis: When you first get started you make mistakes.\n\nAmina: Yes.\n\nAmina: After the music.\n\n"
    )


def test_lint_names_the_cue():
    cues = [
        Cue(0, 2, "fine", "Amina"),
        Cue(0, 2, "both at once", "Bob"),
        Cue(1.5, 4, "too early"),
        Cue(4, 4, "no time"),
        Cue(3, 3.5, ""),
        Cue(5, 70, "x" * 66),
    ]
    assert lint(cues, 60) == [
        "Cue 3 begins (0:01.500) before cue 2 has ended (0:02).",
        "Cue 4 ends (0:04) when it has not begun (0:04).",
        "Cue 5 says nothing.",
        "Cue 5 begins (0:03) before cue 4 does (0:04): the times go back.",
        "Cue 6 goes on until 1:10, and the sound ends at 1:00.",
        "Cue 6 has a line of 66 characters; 65 can be read well.",
    ]
    assert lint([], None) == ["The transcript is empty."]
    assert lint([Cue(None, None, "x" * 100)], 60) == [
        "The transcript has no times, so it cannot run along with the sound."
    ]
    many = lint([Cue(0, 1, "")] * 500, None)
    assert len(many) == 201
    assert many[-1] == "There are 799 more sentences like these."


@pytest.mark.parametrize(
    ("data", "error", "sentence"),
    [
        (b"", FeedError, "says nothing that we can read"),
        (b"WEBVTT\n\n", FeedError, "says nothing that we can read"),
        (b" \n\t\n", FeedError, "says nothing that we can read"),
        (b"PK\x03\x04word/document.xml", UnknownFormat, "none of the transcripts we read"),
        (b"%PDF-1.7", UnknownFormat, "none of the transcripts we read"),
        (bytes(range(32)) * 10, UnknownFormat, "no text"),
        (b'{"version": "1.0.0"}', UnknownFormat, "has no list of segments"),
        (b'{"segments": ["a"]}', FeedError, "Segment 1"),
        (b"x" * (LIMIT + 1), TooLarge, "5,000,000 bytes"),
        (b"x\n\n" * (MOST_CUES + 1), TooLarge, "50,000 cues"),
        (b"WEBVTT\n\n" + b"00:00.000 --> 00:01.000\nx\n\n" * (MOST_CUES + 1), TooLarge, "50,000 cues"),
    ],
)
def test_what_is_no_transcript_is_refused_with_a_sentence(data: bytes, error: type[FeedError], sentence: str):
    with pytest.raises(error, match=sentence) as caught:
        read(data, None)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "data",
    [
        b"WEBVTT\n\n00:00.000 --> 00:01.000\n" + b"<v " * 1_000_000,
        b"WEBVTT\n\n00:00.000 --> 00:01.000\n" + b"<v.x" * 1_000_000,
        b"1\n00:00:00,000 --> 00:00:01,000\n" + b"<font " * 800_000,
        b"1\n" + b" " * 4_000_000 + b"-->",
        b"WEBVTT\n\n" + b"1:" * 2_000_000 + b"-->\n",
        b"<p>" * 1_500_000,
        b"\n\n".join([b"A " * 10] * 40_000),
        codecs.BOM_UTF16_LE + "<div>a".encode("utf-16-le") * 400_000,
    ],
    ids=["voices", "classes", "fonts", "spaces", "clocks", "paragraphs", "text", "divs"],
)
def test_hostile_files_do_not_take_long(data: bytes):
    """Each is read or refused in the time that its size takes: four megabytes of a quadratic case would take hours."""
    assert refusal(data, None, "").endswith(".")


def test_labels_and_names_mean_a_kind():
    assert kind_of("application/srt; charset=utf-8") == "application/x-subrip"
    assert kind_of("text/plain", "https://example.org/1.vtt?x=1") == "text/vtt"
    assert kind_of("text/vtt", "a.srt") == "text/vtt"
    assert kind_of(None, "A.SRT") == "application/x-subrip"
    assert kind_of("audio/mpeg", "a.mp3") is None
