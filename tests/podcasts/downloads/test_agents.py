"""What asks: our rules, the list from the package, and how far we agree with another list that was not used to write them."""

import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.podcasts.downloads import agent_rules, agents
from publisher.podcasts.downloads.agents import Verdict, judge

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("", Verdict(machine="no_agent")),
        ("Podcasts/1648.1 CFNetwork/1498 Darwin/23.3.0", Verdict("Apple Podcasts")),
        ("Podcasts/4023.610.1 iOS/18.2 model/iPhone17,1", Verdict("Apple Podcasts", "phone", "iOS")),
        ("Podcasts/1.1.0 (Macintosh; OS X 14.2)", Verdict("Apple Podcasts", "computer", "macOS")),
        (
            "AppleCoreMedia/1.0.0.21D50 (iPad; U; CPU OS 17_3 like Mac OS X; en_us)",
            Verdict("Apple devices, app unnamed", "tablet", "iOS"),
        ),
        ("Spotify/8.9.18 Android/34 (SM-S918B)", Verdict("Spotify", "phone", "Android")),
        ("Spotify/124600394 OSX/0 (Mac14,2)", Verdict("Spotify", "computer", "macOS")),
        ("Spotify/1.0", Verdict("Spotify", machine="bot")),
        ("Overcast/3.0 (+http://overcast.fm/; iOS podcast app)", Verdict("Overcast", "phone", "iOS")),
        ("Pocket Casts/7.56 (Android)", Verdict("Pocket Casts", "phone", "Android")),
        ("AntennaPod/3.4.0", Verdict("AntennaPod")),
        ("PodcastAddict/v5 (+https://podcastaddict.com/; Android podcast app)", Verdict("Podcast Addict", "phone", "Android")),
        ("CastBox/8.22.11 (fm.castbox.audiobook.radio.podcast; build:1; Android 14)", Verdict("Castbox", "phone", "Android")),
        ("gPodder/3.11.4 (http://gpodder.org/) Linux", Verdict("gPodder", "computer", "Linux")),
        ("Podbean/Android App 9.4.1 (http://podbean.com),Podbean/9.4.1", Verdict("Podbean", "phone", "Android")),
        (
            "com.google.android.apps.youtube.music/71751240 (Linux; U; Android 14)",
            Verdict("YouTube Music", "phone", "Android"),
        ),
        ("AmazonMusic/24.7.1 iPhone15,2 CFNetwork/1494 Darwin/23.4.0", Verdict("Amazon Music", "phone", "iOS")),
        ("Castro 2024.2/1501", Verdict("Castro")),
        ("AlexaMediaPlayer/2.1.4676.0 (Linux;Android 5.1.1) ExoPlayerLib/1.5.9", Verdict("Alexa", "speaker", "Android")),
        ("Linux UPnP/1.0 Sonos/70.3-35220 (ZPS1)", Verdict("Sonos", "speaker", "Linux")),
        ("VLC/3.0.20 LibVLC/3.0.20", Verdict("VLC")),
        ("Dalvik/2.1.0 (Linux; U; Android 13; SM-T500)", Verdict("Android, app unnamed", "tablet", "Android")),
        (f"{IPHONE} Version/17.3 Mobile/15E148 Safari/604.1", Verdict("Safari", "phone", "iOS")),
        (f"{IPHONE} CriOS/121.0.6167.66 Mobile/15E148 Safari/604.1", Verdict("Chrome", "phone", "iOS")),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 "
            "Safari/537.36 Edg/131.0.0.0",
            Verdict("Edge", "computer", "Windows"),
        ),
        ("KitchenRadio/2.1 (Android 12)", Verdict("KitchenRadio", "phone", "Android")),
        ("Une%20voix/12 CFNetwork/1498 Darwin/23.3.0", Verdict("Une voix")),
        ("something without a form", Verdict()),
        ("atc/1.0 watchOS/10.3 model/Watch6,2", Verdict("atc", "watch", "watchOS", "watch")),
        ("curl/8.5.0", Verdict("curl", machine="library")),
        ("Go-http-client/2.0", Verdict("Go-http-client", machine="library")),
        ("Lavf/60.16.100", Verdict("Lavf", machine="library")),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", Verdict("Slackbot-LinkExpanding", machine="bot")),
    ],
)  # fmt: skip
def test_what_is_what(text: str, verdict: Verdict) -> None:
    found = judge(text)
    if verdict.machine:
        assert (found.machine, found.device) == (verdict.machine, verdict.device)
    else:
        assert found == verdict


def test_the_list_of_the_package_is_honoured() -> None:
    """Every example of the package is a machine, but for those that are apps by our rules: those are named here by share."""
    from crawleruseragents import CRAWLER_USER_AGENTS_DATA

    examples = [text for entry in CRAWLER_USER_AGENTS_DATA for text in entry.get("instances", ())]
    listeners = Counter(judge(text).app for text in examples if not judge(text).machine)
    assert len(examples) > 2000
    assert sum(listeners.values()) < len(examples) / 100, listeners


def test_the_version_names_both_lists() -> None:
    assert re.fullmatch(rf"crawler-user-agents \d+\.\d+\.\d+, rules {agent_rules.RULES}", agents.list_version())


@given(st.text(max_size=512))
def test_every_text_has_a_verdict(text: str) -> None:
    found = judge(text)
    assert len(found.app) <= 50
    assert found.machine in ("", "no_agent", "bot", "library", "watch")


@pytest.mark.parametrize("text", ["a" * 512, "Mozilla/5.0 " * 42, "/" * 512, " a" * 256, "%" * 512, "1/" * 256])
def test_no_text_takes_long(text: str) -> None:
    judge("warm up")
    began = time.perf_counter()
    judge(text)
    assert time.perf_counter() - began < 0.5


def example_of(pattern: str) -> str:
    """A short text that the expression matches: of alternatives the first, of what may be left out nothing."""
    text = "".join(_shortest(_parser.parse(pattern)))
    assert re.search(pattern, text), (pattern, text)
    return text


def _shortest(parsed: Any) -> Iterator[str]:
    for kind, value in parsed:
        if kind is kinds.LITERAL:
            yield chr(value)
        elif kind in (kinds.ANY, kinds.NOT_LITERAL):
            yield "x"
        elif kind is kinds.IN:
            yield _member(value)
        elif kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT):
            yield from "".join(_shortest(value[2])) * value[0]
        elif kind is kinds.SUBPATTERN:
            yield from _shortest(value[3])
        elif kind is kinds.BRANCH:
            yield from _shortest(value[1][0])


def _member(value: Any) -> str:
    kind, what = value[0]
    if kind is kinds.LITERAL:
        return chr(what)
    if kind is kinds.RANGE:
        return chr(what[0])
    return {kinds.CATEGORY_DIGIT: "1", kinds.CATEGORY_SPACE: " "}.get(what, "x")


@pytest.mark.corpora
def test_agreement_with_another_list(corpora: Path) -> None:
    """Apps and browsers of that list are listeners to us, its bots and the libraries it calls bots are machines.

    Nothing was tuned to its lines: where we differ is told by class. An example is the shortest text its expression takes,
    which of a bot is often a bare name; what it really sends mostly says more, such as an address to complain to.
    """
    folder = corpora / "agents" / "opawg-v2"
    agreed, all_of = Counter[str](), Counter[str]()
    differ: dict[str, list[str]] = {}
    for name in ("apps", "browsers", "bots", "libraries"):
        for entry in json.loads((folder / f"{name}.runtime.json").read_text(encoding="utf-8"))["entries"]:
            machine = name == "bots" or entry.get("category") == "bot"
            kind = f"{name}, machines" if machine else f"{name}, listeners"
            all_of[kind] += 1
            found = judge(example_of(entry["pattern"]))
            if bool(found.machine) == machine:
                agreed[kind] += 1
            else:
                differ.setdefault(f"{kind}, to us {found.machine or 'a listener'}", []).append(entry["name"])
    for kind, number in all_of.items():
        print(f"{kind}: {agreed[kind]} of {number} agree")
    for kind, names in differ.items():
        print(f"{kind}: {len(names)}, such as {', '.join(names[:12])}")
    assert agreed["apps, listeners"] >= 0.95 * all_of["apps, listeners"]
    assert agreed["browsers, listeners"] == all_of["browsers, listeners"]
    assert agreed["bots, machines"] >= 0.5 * all_of["bots, machines"]
    assert agreed["libraries, machines"] >= 0.9 * all_of["libraries, machines"]
