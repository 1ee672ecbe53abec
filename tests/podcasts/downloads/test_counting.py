"""Weighing and settling: the union of bytes, windows in any order, twice is once, and the same again from the requests."""

import threading
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from podcasts.downloads.counting_stage import APP, FILES, MONDAY, Asked, Stage, part, whole
from sqlmodel import col, select

from publisher.house import House
from publisher.podcasts.downloads import agents, counting, forgetting, recording
from publisher.podcasts.downloads.models import Agent, CountingSecret, DownloadRequest, DownloadWindow
from publisher.podcasts.downloads.sightings import asked_octets
from publisher.podcasts.downloads.weighing import needed, union

spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda s: (s[0], s[0] + s[1])), max_size=12)
often = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@given(spans)
def test_the_union_is_the_number_of_different_bytes(them: list[tuple[int, int]]) -> None:
    assert union(them) == len({byte for first, last in them for byte in range(first, last + 1)})


@given(spans, st.randoms())
def test_the_union_does_not_depend_on_order_or_repetition(them: list[tuple[int, int]], chance: object) -> None:
    shuffled = them + them[:3]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert union(shuffled) == union(them)


@pytest.mark.parametrize(
    ("length", "start", "duration", "bit_rate", "bytes_needed"),
    [
        (2_000_000, 80_000, 120.0, None, 1_040_000),  # a half of the sound, after the tag
        (1_000_000, 0, 60.0, None, 1_000_000),  # a minute: the whole file
        (1_000_000, 0, 60.001, None, 999_984),  # 1,000,000 · 60 / 60.001 = 999,983.3…: the next whole byte
        (1_000, 5_000, 120.0, None, 1_000),  # a tag that claims to be longer than its file
        (1_000_000, 0, 0.0, None, 1_000_000),  # a duration that is none
        (1_000_000, 100, None, 64_000, 480_100),  # 64,000 / 8 · 60 after 100 bytes
        (100_000, 0, None, 64_000, 100_000),  # never more than there is
    ],
)
def test_what_a_download_needs(
    length: int, start: int, duration: float | None, bit_rate: int | None, bytes_needed: int
) -> None:
    assert needed(length, start, duration, bit_rate) == bytes_needed


@pytest.mark.parametrize(
    ("header", "octets"),
    [
        ("bytes=0-1", 2), ("bytes=0-0", 1), ("Bytes = 0-1", 2), ("bytes=-1", 1), ("bytes=0-0,-1", 2), ("bytes=0-", None),
        ("bytes=5-", None), ("bytes=0-0, 9-", None), ("bytes=2-1", None), ("items=0-1", None), ("bytes=", None),
        ("bytes=a-b", None), ("bytes=-", None), ("", None), ("bytes=0-99,200-299", 200),
    ],
)  # fmt: skip
def test_what_a_range_asks_for(header: str, octets: int | None) -> None:
    assert asked_octets(header) == octets


# One asker, one episode, some days: a reference that is written as the rule is said, with sets of bytes.

#: Small files, so that sets of bytes are quick: name of the file → bytes that make a download.
requests = st.lists(
    st.builds(
        lambda hours, first, size, file: part(first * 100_000, (first + size) * 100_000 - 1, at=hours / 4, file=file),
        st.integers(0, 4 * 24 * 4),
        st.integers(0, 9),
        st.integers(1, 8),
        st.sampled_from(["main", "main", "slow"]),
    ),
    max_size=14,
)


def by_the_rule(them: Sequence[Asked]) -> int:
    """Windows one after the other; in each, the hundred-thousands of bytes of each file."""
    downloads, left = 0, sorted(them, key=lambda one: one.at)
    while left:
        window = [one for one in left if one.at < left[0].at + 24]
        left = left[len(window) :]
        for file in FILES:
            sent = {n for one in window if one.file == file for n in range(one.sent[0][0], one.sent[0][1] + 1, 100_000)}
            length, start, duration, _ = FILES[file]
            if len(sent) * 100_000 >= needed(length, start, duration):
                downloads += 1
                break
    return downloads


@often
@given(requests, st.randoms(), st.integers(1, 5))
def test_windows_are_the_rule_in_any_order_and_settling_at_any_moment(
    stage: Stage, them: list[Asked], chance: object, at_once: int
) -> None:
    show, episodes = stage.show(1)
    shuffled = list(them)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    for start in range(0, len(shuffled), at_once):
        stage.note(episodes, *shuffled[start : start + at_once])
        stage.settle()
    assert stage.downloads(show)[0] == by_the_rule(them)


@often
@given(requests)
def test_settling_twice_is_settling_once_and_a_recount_is_the_same(stage: Stage, them: list[Asked]) -> None:
    show, episodes = stage.show(1)
    stage.note(episodes, *them)
    stage.settle()
    before = stage.windows(show)
    assert stage.settle() == 0
    with stage.house.database.session() as session:
        assert counting.recompute(session, show.id or 0) == len(before)
    assert stage.windows(show) == before


@often
@given(requests)
def test_the_numbers_outlive_the_secrets_and_can_still_be_counted_again(stage: Stage, them: list[Asked]) -> None:
    show, episodes = stage.show(1)
    stage.note(episodes, *them)
    with stage.house.database.session() as session:  # the job settles what nobody has settled
        forgetting.forget_secrets(session, MONDAY + timedelta(days=9))
    before = stage.windows(show)
    assert stage.downloads(show)[0] == by_the_rule(them)
    with stage.house.database.session() as session:
        counting.recompute(session, show.id or 0)
    assert stage.windows(show) == before
    with stage.house.database.reading() as session:
        rows = session.exec(select(DownloadWindow).where(col(DownloadWindow.show_id) == show.id)).all()
        assert all(row.key is None and row.before_id is None for row in rows)


def test_secrets_live_two_days_and_nothing_of_an_address_is_kept(stage: Stage) -> None:
    show, episodes = stage.show(1)
    stage.note(episodes, part(0, 519_999, at=23.5), part(520_000, 1_039_999, at=24.5), whole(at=50, ip="2001:db8::7"))
    stage.settle()

    def secrets() -> list[str]:
        with stage.house.database.reading() as session:
            return [
                f"{day:%a}" for day in session.exec(select(col(CountingSecret.day)).order_by(col(CountingSecret.day)))
            ]

    def links() -> list[bool]:
        with stage.house.database.reading() as session:
            wanted = (
                select(DownloadWindow).where(col(DownloadWindow.show_id) == show.id).order_by(col(DownloadWindow.id))
            )
            return [row.before_id is not None or row.key is not None for row in session.exec(wanted)]

    def forget(hours: float) -> int:
        with stage.house.database.session() as session:
            return forgetting.forget_secrets(session, MONDAY + timedelta(hours=hours))

    assert secrets() == ["Mon", "Tue", "Wed"]
    assert forget(47.9) == 0
    # Monday's was made at 23:30 on Monday, so it has lived 48 hours at 23:30 on Wednesday.
    assert forget(71.4) == 0
    assert forget(71.5) == 1
    assert (secrets(), links()) == (["Tue", "Wed"], [False, True, True])
    assert forget(72.5) == 1
    assert forget(200) == 1
    assert (secrets(), links()) == ([], [False, False, False])
    assert stage.downloads(show) == (2, 1)
    with stage.house.database.reading() as session:
        for table in (DownloadWindow, DownloadRequest, Agent):
            for row in session.exec(select(table)).all():
                assert "203.0.113" not in row.model_dump_json()
                assert "2001" not in row.model_dump_json()
        moved = select(DownloadRequest.window_id).order_by(col(DownloadRequest.id)).limit(2)
        first, second = session.exec(moved).all()
        assert first == second  # the request after midnight belongs to Monday's window, which alone can tell it now


def test_the_same_listener_cannot_be_found_on_another_day_or_under_another_key(stage: Stage) -> None:
    _, episodes = stage.show(2)
    stage.note(episodes, whole(at=1), whole(at=2, episode=1), whole(at=30), whole(at=31, episode=1))
    stage.settle()
    with stage.house.database.reading() as session:
        wanted = select(DownloadWindow.listener, DownloadWindow.address, DownloadWindow.key)
        rows = session.exec(wanted.order_by(col(DownloadWindow.id))).all()
    listeners, addresses, keys = zip(*rows, strict=True)
    assert listeners[0] == listeners[1]
    assert listeners[2] == listeners[3]
    assert listeners[0] != listeners[2]
    assert len(set(keys)) == 4
    assert len(set(addresses)) == 2


def test_two_processes_agree_on_the_secret_of_a_day(stage: Stage) -> None:
    """Both ask for the first time at the same moment; the same asker in both is one."""
    show, episodes = stage.show(1)
    barrier = threading.Barrier(6)

    def serve(number: int) -> None:
        barrier.wait()
        with stage.house.database.session() as session:
            stage.note_in(session, episodes, part(number * 200_000, number * 200_000 + 199_999))

    together = [threading.Thread(target=serve, args=(n,)) for n in range(6)]
    for one in together:
        one.start()
    for one in together:
        one.join()
    stage.settle()
    assert stage.downloads(show) == (1, 1)
    with stage.house.database.reading() as session:
        assert len(session.exec(select(DownloadWindow)).all()) == 1
        assert len(session.exec(select(CountingSecret)).all()) == 1


def test_noting_while_others_settle_loses_nothing(stage: Stage) -> None:
    """Three listeners fetch piece by piece while two timetables weigh at the same time."""
    show, episodes = stage.show(1)
    done = threading.Event()
    problems: list[BaseException] = []

    def listen(number: int) -> None:
        try:
            for piece in range(8):
                stage.note(
                    episodes,
                    part(piece * 130_000, piece * 130_000 + 129_999, ip=f"198.51.100.{number}", at=23 + piece / 4),
                )
        except BaseException as problem:
            problems.append(problem)

    def weigh() -> None:
        try:
            while not done.is_set():
                stage.settle()
        except BaseException as problem:
            problems.append(problem)

    weighing = [threading.Thread(target=weigh) for _ in range(2)]
    listening = [threading.Thread(target=listen, args=(n,)) for n in range(3)]
    for one in (*weighing, *listening):
        one.start()
    for one in listening:
        one.join()
    done.set()
    for one in weighing:
        one.join()
    stage.settle()
    assert problems == []
    assert stage.downloads(show)[0] == 3  # 8 · 130,000 = 1,040,000 bytes each, across midnight


def test_many_rows_are_weighed_some_at_a_time(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting.settle_some, "__defaults__", (2,))
    show, episodes = stage.show(1)
    stage.note(
        episodes, *(whole(ip=f"198.51.100.{n}", at=20 + n) for n in range(9)), part(0, 9, at=19, ip="198.51.100.8")
    )
    assert stage.settle() == 10
    assert stage.downloads(show) == (9, 9)


def test_a_new_list_judges_what_comes_and_a_recount_what_was(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    show, episodes = stage.show(1)
    stage.note(episodes, whole(agent="KitchenRadio/2.1"), whole(agent=APP))
    stage.settle()
    before = stage.downloads(show)

    def harsher(text: str) -> agents.Verdict:
        return agents.Verdict("KitchenRadio", machine="bot") if "Kitchen" in text else agents.Verdict("AntennaPod")

    monkeypatch.setattr(agents, "judge", harsher)
    monkeypatch.setattr(agents, "list_version", lambda: "a later list")
    stage.settle()
    assert stage.downloads(show) == before == (2, 2)  # what was published stays
    stage.note(episodes, whole(agent="KitchenRadio/2.1", ip="198.51.100.4"))
    stage.settle()
    assert stage.downloads(show) == before  # what comes is judged by the later list
    with stage.house.database.session() as session:
        counting.recompute(session, show.id or 0)
    assert stage.downloads(show) == (1, 1)
    with stage.house.database.reading() as session:
        assert len(session.exec(select(Agent)).all()) == 4  # two names, by two lists


def test_an_earlier_request_that_comes_late_takes_its_window_apart(stage: Stage) -> None:
    """Noon to noon; then it turns out that they had begun at six in the morning: noon is a new window."""
    show, episodes = stage.show(1)
    stage.note(episodes, whole(at=12), whole(at=35), part(0, 9, at=35.5))
    stage.settle()
    assert stage.downloads(show) == (1, 2)
    stage.note(episodes, whole(at=6))
    stage.settle()
    assert stage.downloads(show) == (2, 2)  # 6 to 30, and from 35
    stage.note(episodes, whole(at=29, agent=APP))
    stage.settle()
    assert stage.downloads(show) == (2, 2)


def test_what_comes_after_midnight_is_weighed_with_the_evening(stage: Stage) -> None:
    """Piece by piece, weighed after each: the row of Tuesday is there already when the last piece completes Monday's."""
    show, episodes = stage.show(1)
    found = []
    for number, at in enumerate((23.9, 24.1, 24.2, 24.3)):
        stage.note(episodes, part(number * 260_000, number * 260_000 + 259_999, at=at))
        stage.settle()
        found.append(stage.downloads(show))
    assert found == [(0, 0), (0, 0), (0, 0), (1, 0)]  # 4 · 260,000 = 1,040,000


def test_a_spike_is_let_go_when_it_turns_out_to_be_none(stage: Stage) -> None:
    """101 downloads on Tuesday, until it is known that one of the askers had begun on Monday."""
    show, episodes = stage.show(1)
    stage.note(episodes, *(whole(at=30, agent=f"App/{n}") for n in range(101)))
    stage.settle()
    assert stage.downloads(show) == (0, 0)
    stage.note(episodes, whole(at=20, agent="App/7"))
    stage.settle()
    stage.settle()
    assert stage.downloads(show)[0] == 101


@often
@given(
    st.text(max_size=40), st.text(max_size=30), st.text(max_size=30), st.text(max_size=30), st.text(max_size=12),
    st.integers(100, 599),
)  # fmt: skip
def test_whatever_a_client_sends_can_be_noted(
    stage: Stage, ip: str, agent: str, referrer: str, asked: str, method: str, status: int
) -> None:
    """NUL, halves of characters, addresses that are none: the sound was served, and the books must not fail."""
    show, episodes = stage.show(1)
    with stage.house.database.session() as session:
        recording.note(
            session, stage.house, at=MONDAY, episode=episodes[0], media=stage.media["main"], ip=ip, user_agent=agent,
            referrer=f"https://{referrer}", method=method, status=status, asked=asked, sent=[(0, 5)],
        )  # fmt: skip
    stage.settle()
    assert stage.downloads(show) == (0, 0)


def test_the_databases_own_secret_is_not_enough(stage: Stage, house: House) -> None:
    """The same day's secret under another house key makes other digests: a copy of the database alone tells nothing."""
    from dataclasses import replace

    from publisher.podcasts.downloads.askers import day_keys

    other = replace(house, settings=replace(house.settings, secret_key="another"))
    ours, theirs = (day_keys(one, "the same").address("203.0.113.7") for one in (house, other))
    assert ours != theirs
