"""1,000 shows that nobody thought of, written by us and read back field by field by five readers that others wrote.

What each reader says otherwise is in one table, `strangers/stranger_quirks.py`. The shows are the same in every run, so that a
red test is about a change of ours.
"""

# ruff: noqa: E402  (the strangers' folder is on the path from here on only)
import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from abilities import cannot_run
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.internal.conjecture import providers
from lxml import etree

STRANGERS = Path(__file__).parent / "strangers"
sys.path.insert(0, str(STRANGERS))

import stranger_node as node
import stranger_readers as readers
from stranger_pointed import pointed
from stranger_quirks import QUIRKS, Quirk, differences
from stranger_said import Said, said
from stranger_shows import podcasts

from feeds.podcast.checks import check
from feeds.podcast.emitting import feed, left_out
from feeds.podcast.values import LONGEST_DESCRIPTION, Episode, Show

PYTHON = {
    "podcastparser": readers.by_podcastparser,
    "feedparser": readers.by_feedparser,
    "feedparser-rs": readers.by_feedparser_rs,
}
NODE = {"partytime": node.by_partytime, "feedsmith": node.by_feedsmith}


class Written(NamedTuple):
    """A generated show, its feed, and what must be read from it."""

    show: Show
    episodes: list[Episode]
    document: bytes
    said: Said
    said_of: list[Said]


def test_five_thousand_readings_in_python_are_equal():
    met: set[Quirk] = set()
    wrong = [
        difference
        for name, reader in PYTHON.items()
        for written in generated()
        for difference in compared(name, reader(written.document), written, met)
    ]

    assert wrong == []
    assert [quirk.why for quirk in QUIRKS if quirk.reader in PYTHON and quirk not in met] == []


def test_readers_in_node_read_the_same(tmp_path: Path):
    packages, met = installed(), set[Quirk]()
    answer = tmp_path / "answer.json"
    subprocess.run(
        [shutil.which("node") or "node", STRANGERS / "read.mjs", packages, answer],
        input=json.dumps([written.document.decode() for written in generated()]).encode(),
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=300,
    )
    wrong = [
        difference
        for written, read in zip(generated(), json.loads(answer.read_bytes()), strict=True)
        for name, reader in NODE.items()
        for difference in compared(name, reader(read[name]), written, met)
    ]

    assert wrong == []
    assert [quirk.why for quirk in QUIRKS if quirk.reader in NODE and quirk not in met] == []


def test_nothing_was_left_out_and_what_was_cut_was_cut_at_its_edge():
    edges = 0
    for written in generated():
        for value, found in zip((written.show, *written.episodes), (written.said, *written.said_of), strict=True):
            octets = len(value.description.encode())
            kept = found["description"].encode()
            cut = octets > LONGEST_DESCRIPTION
            edges += abs(octets - LONGEST_DESCRIPTION) <= 3
            assert len(left_out(value)) == cut
            assert (kept == value.description.encode()) != cut
            if cut:
                words = found["description"].removesuffix("</p>").removesuffix("…")
                assert value.description.startswith(words)
                assert LONGEST_DESCRIPTION - 200 < len(kept) <= LONGEST_DESCRIPTION
    assert edges > 100


def test_our_own_check_finds_only_what_people_must_mend():
    """Words of a title, and the numbers that a serial show owes, are nobody's to invent."""
    broken = {
        finding.rule
        for written in generated()
        for finding in check(written.document, now=datetime(2027, 1, 1, tzinfo=UTC)).findings
        if finding.level == "must"
    }

    assert broken <= {"channel.title", "item.title", "item.episode"}


@cache
def generated() -> list[Written]:
    found: list[Written] = []

    @settings(
        max_examples=1000,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(podcasts())
    def write(podcast: tuple[Show, list[Episode]]) -> None:
        show, episodes = podcast
        found.append(written_of(show, episodes))

    # hypothesis also draws words that it finds in the modules of ours that happen to be loaded, which differ from run to run.
    with patch.object(providers, "_get_local_constants", providers.Constants):
        write()
    assert len(found) == 1000
    return [*found, *(written_of(*podcast) for podcast in pointed())]


def written_of(show: Show, episodes: list[Episode]) -> Written:
    """With the descriptions that stand in the document, which may be cut, as lxml reads them, and the notes beside them."""
    document = feed(show, episodes)
    root = etree.fromstring(document)
    channel, said_of = said(show, episodes)
    channel["description"] = root.findtext("channel/description")
    for one, item in zip(said_of, root.iter("item"), strict=True):
        one["description"] = item.findtext("description") or ""
        one["notes"] = item.findtext("{*}encoded") or one["description"]
    return Written(show, episodes, document, channel, said_of)


def compared(name: str, read: tuple[Said, list[Said]], written: Written, met: set[Quirk]) -> list[str]:
    """Episodes are known by their sound: some readers sort them, and one changes guids."""
    channel, episodes = read
    wrong = differences(name, "show", written.said, written.said, channel, met)
    by_sound = {one["enclosure"][0]: one for one in episodes}
    if sorted(by_sound) != sorted(one["enclosure"][0] for one in written.said_of) or len(by_sound) < len(episodes):
        return [*wrong, f"{name} finds the episodes {sorted(by_sound)}"]
    for of in written.said_of:
        wrong += differences(name, "episode", of, written.said, by_sound[of["enclosure"][0]], met)
    return wrong


def installed() -> Path:
    """The folder of the packages, installed where they are missing; the test is skipped where that cannot be."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        cannot_run("Node is not installed here: the readers podcast-partytime and feedsmith are left out")
    if versions(STRANGERS / "node_modules" / ".package-lock.json") != versions(STRANGERS / "package-lock.json"):
        command = [shutil.which("npm") or "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=STRANGERS, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            cannot_run(f"The readers in Node cannot be installed here: {done.stderr.strip()[-300:]}")
    return STRANGERS


def versions(lock: Path) -> dict[str, str]:
    """What is locked, or of npm's own note at the end of an installation, what is there."""
    if not lock.is_file():
        return {}
    return {name: found["version"] for name, found in json.loads(lock.read_bytes())["packages"].items() if name}
