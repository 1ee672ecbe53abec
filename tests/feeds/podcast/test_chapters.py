"""Chapters: the namespace's JSON, Podlove's words for them, and the lines an editor types."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.errors import FeedError, TooLarge, UnknownFormat
from feeds.podcast.chapters import (
    LIMIT,
    MOST_CHAPTERS,
    Chapter,
    check,
    from_lines,
    read_json,
    to_lines,
    write_json,
)
from feeds.podcast.times import as_clock, as_stamp, duration_of, seconds_of

THREE = (
    Chapter(0, "Welcome"),
    Chapter(270.5, "What parents told us", end=540, link="https://example.org/study"),
    Chapter(
        540, "", image="https://example.org/map.jpg", toc=False, place="Kisumu", geo="geo:-0.1,34.75", osm="R3489718"
    ),
)
TITLES = st.text(max_size=40).map(lambda text: " ".join(text.replace("\x7f", "").split())).filter(str.isprintable)
STARTS = st.integers(0, 359_999_999).map(lambda thousandths: thousandths / 1000)
ADDRESSES = st.none() | st.sampled_from(["https://example.org/a?b=c|d", "http://example.org/%20x.jpg"])
CHAPTERS = st.lists(
    st.builds(
        Chapter,
        start=STARTS,
        title=TITLES,
        end=st.none() | STARTS,
        image=ADDRESSES,
        link=ADDRESSES,
        toc=st.booleans(),
    ),
    max_size=6,
)


def test_the_namespaces_own_examples_are_read_whole(corpora: Path):
    folder = corpora / "podcasts" / "podcast-namespace-examples" / "chapters"
    simple = read_json((folder / "example.json").read_bytes())
    rich = read_json((folder / "exampleComplex.json").read_bytes())

    assert [c.start for c in simple] == [0, 168, 260, 410, 3990, 4600, 5510, 5854, 6089]
    assert simple[3] == Chapter(
        410,
        "Namespace",
        image="https://example.com/images/namepsace_example.jpg",
        link="https://github.com/Podcastindex-org/podcast-namespace",
    )
    assert rich[7] == Chapter(
        4826,
        "",
        image="https://example.com/images/parisfrance.jpg",
        toc=False,
        place="Eiffel Tower, Paris",
        geo="geo:42.3417649,-70.9661596",
    )
    assert check(rich, 6200) == []
    for chapters in (simple, rich):
        assert read_json(write_json(chapters)) == chapters
        assert from_lines(to_lines(chapters)) == chapters
        assert tuple(Chapter.from_data(json.loads(json.dumps(c.as_data()))) for c in chapters) == chapters


def test_what_is_written_is_json_chapters_1_2():
    written = json.loads(write_json(reversed(THREE), title="Episode 7", author="Amina", podcast="Early Years"))

    assert written == {
        "version": "1.2.0",
        "title": "Episode 7",
        "author": "Amina",
        "podcastName": "Early Years",
        "chapters": [
            {"startTime": 0, "title": "Welcome"},
            {
                "startTime": 270.5,
                "title": "What parents told us",
                "endTime": 540,
                "url": "https://example.org/study",
            },
            {
                "startTime": 540,
                "img": "https://example.org/map.jpg",
                "toc": False,
                "location": {"name": "Kisumu", "geo": "geo:-0.1,34.75", "osm": "R3489718"},
            },
        ],
    }


def test_an_editor_types_a_line_for_each():
    typed = """
        0:00 Welcome
        (4:30) - What parents told us | https://example.org/study | until 9:00

        9:00.250 Radio | Katowice
        1:02:03,5 | image https://example.org/map.jpg | at Kisumu geo:-0.1,34.75 | hidden
    """
    assert from_lines(typed) == (
        Chapter(0, "Welcome"),
        Chapter(270, "What parents told us", end=540, link="https://example.org/study"),
        Chapter(540.25, "Radio | Katowice"),
        Chapter(3723.5, "", image="https://example.org/map.jpg", toc=False, place="Kisumu", geo="geo:-0.1,34.75"),
    )
    assert to_lines(THREE).splitlines() == [
        "0:00 Welcome",
        "4:30.500 What parents told us | https://example.org/study | until 9:00",
        "9:00 | image https://example.org/map.jpg | at Kisumu geo:-0.1,34.75 R3489718 | hidden",
    ]


def test_a_line_without_a_time_is_named():
    with pytest.raises(FeedError, match=r"^Line 3 does not begin with a time\."):
        from_lines("0:00 Welcome\n\nAnd then")
    with pytest.raises(FeedError, match="Line 1"):
        from_lines("99999:00:00 Far away")


@given(CHAPTERS)
def test_lines_and_json_lose_nothing(chapters: list[Chapter]):
    assert from_lines(to_lines(chapters)) == tuple(chapters)
    assert read_json(write_json(chapters)) == tuple(sorted(chapters, key=lambda chapter: chapter.start))
    assert [Chapter.from_data(chapter.as_data()) for chapter in chapters] == chapters


def test_podloves_words_and_times_are_read():
    data = b'[{"start": "00:01:02.500", "title": " Mitte ", "href": "https://example.org/", "image": "ftp://x/y"}]'

    assert read_json(b"\xef\xbb\xbf" + data) == (Chapter(62.5, "Mitte", link="https://example.org/"),)


def test_check_says_what_is_wrong_with_which():
    wrong = (
        Chapter(10, "Late", end=5),
        Chapter(10, "", link="javascript:alert(1)"),
        Chapter(3, "Back", place="Kisumu"),
        Chapter(60, "After the end"),
        Chapter(61, "", toc=False, image="/map.jpg"),
    )
    assert check(wrong, 60) == [
        "Chapter 1 (0:10) ends (0:05) before it begins.",
        "Chapter 2 (0:10) has no title.",
        "Chapter 2 (0:10) does not begin after the one before it (0:10).",
        "Chapter 2 (0:10) has a link that is no address of the web.",
        "Chapter 3 (0:03) does not begin after the one before it (0:10).",
        "Chapter 3 (0:03) needs both for its place: a name and a geo: address.",
        "Chapter 4 (1:00) begins when the sound is over (1:00).",
        "Chapter 5 (1:01) begins when the sound is over (1:00).",
        "Chapter 5 (1:01) has a picture that is no address of the web.",
    ]
    assert check(THREE, None) == []
    assert check((Chapter(0, "All", end=70),), 60) == ["Chapter 1 (0:00) ends (1:10) after the sound (1:00)."]


@pytest.mark.parametrize(
    ("data", "error", "sentence"),
    [
        (b"x", FeedError, "The document looks like JSON and is not"),
        (b'{"version": "1.2.0"}', UnknownFormat, "has no list of chapters"),
        (b'{"chapters": [7]}', FeedError, "Chapter 1 of the file is not what a chapter looks like"),
        (b'{"chapters": [{"startTime": 0}, {"startTime": -1}]}', FeedError, "Chapter 2 of the file does not say when"),
        (b'{"chapters": [{"startTime": NaN}]}', FeedError, "Chapter 1 of the file does not say when"),
        (b'{"chapters": [{"startTime": true}]}', FeedError, "Chapter 1 of the file does not say when"),
        (b"[" * 200 + b"]" * 200, TooLarge, "nested"),
        (json.dumps([{"start": 0}] * (MOST_CHAPTERS + 1)).encode(), TooLarge, "5,000 chapters"),
        (b" " * (LIMIT + 1), TooLarge, "2,000,000 bytes"),
    ],
)
def test_what_is_no_chapters_file_is_refused_with_a_sentence(data: bytes, error: type[FeedError], sentence: str):
    with pytest.raises(error, match=sentence) as caught:
        read_json(data)
    assert str(caught.value).endswith(".")


@given(st.binary(max_size=300) | st.recursive(st.none() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.sampled_from(["chapters", "startTime", "title", "location", "geo", "url"]), x)).map(lambda x: json.dumps(x).encode()))  # fmt: skip
def test_reading_raises_nothing_but_its_own_error(data: bytes):
    sentence = "."
    try:
        read_json(data)
    except FeedError as error:
        sentence = str(error)
    assert sentence.endswith(".")


def test_data_of_another_shape_is_refused_with_a_sentence():
    for data, sentence in (
        ({}, "has a start"),
        ({"start": "soon"}, "has a start"),
        ({"start": 1, "end": "never"}, "end of a chapter"),
        ({"start": 1, "toc": "yes"}, "toc"),
        ({"start": 1, "link": 5}, "link of a chapter is a text"),
    ):
        with pytest.raises(ValueError, match=sentence):
            Chapter.from_data(data)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1:02:03", 3723),
        ("3723", 3723),
        ("62:03", 3723),
        ("0:00:03.9", 3),
        ("00:20:00", 1200),
        (" 12:34 ", 754),
        ("1h 2m 3s", 3723),
        ("PT1H2M3S", 3723),
        ("45 min", 2700),
        ("0", None),
        ("", None),
        ("PT", None),
        ("-5", None),
        ("soon", None),
        ("1:2:3:4", None),
        ("9999999", None),
    ],
)
def test_durations_of_feeds(text: str, seconds: int | None):
    assert duration_of(text) == seconds


def test_times_in_words():
    assert [as_clock(s) for s in (5, 62.5, 3723, 59.9996)] == ["0:05", "1:02.500", "1:02:03", "1:00"]
    assert [as_stamp(s) for s in (0.0004, 3723.5, 400_000)] == ["00:00:00.000", "01:02:03.500", "111:06:40.000"]
    assert [seconds_of(t) for t in ("1:02.5", "1:02,05", "x", "1:02.", "")] == [62.5, 62.05, None, None, None]
