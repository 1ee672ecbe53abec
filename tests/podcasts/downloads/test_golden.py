"""The golden log: more than fifty ways to ask for a sound, and what each counts for, derived by hand in `scenarios`."""

import gzip
import random
from pathlib import Path

import pytest
from podcasts.downloads.counting_stage import MONDAY, Stage, naively, once_a_day
from podcasts.downloads.scenarios import SCENARIOS, Scenario

from publisher.podcasts.downloads import logs
from publisher.podcasts.models import Episode, Show

Played = dict[str, tuple[Show, list[Episode]]]


def table(found: dict[str, tuple[int, int]]) -> str:
    """What ours says, what is right, and what others would say: a naive counter, and one that only redirects."""
    lines = [f"{'scenario':50} ours right naive redirector  why"]
    for one in SCENARIOS:
        ours, mark = found[one.name], "" if found[one.name] == (one.downloads, one.by_day) else "  ← wrong"
        lines.append(
            f"{one.name:50} {ours[0]:4} {one.downloads:5} {naively(one.requests):5} {once_a_day(one.requests):10}"
            f"  {one.why}{mark}"
        )
    return "\n".join(lines)


def answers(stage: Stage, played: Played) -> dict[str, tuple[int, int]]:
    return {name: stage.downloads(show) for name, (show, _) in played.items()}


def right() -> dict[str, tuple[int, int]]:
    return {one.name: (one.downloads, one.by_day) for one in SCENARIOS}


def shows_for(stage: Stage) -> Played:
    """A show for each scenario: they share files and listeners, and nothing that is counted."""
    return {one.name: stage.show() for one in SCENARIOS}


def play(stage: Stage, played: Played, scenarios: list[Scenario], settle_between: bool) -> None:
    for one in scenarios:
        stage.note(played[one.name][1], *one.requests)
        if settle_between:
            stage.settle()


def test_there_are_enough_scenarios_each_with_its_reason() -> None:
    assert len(SCENARIOS) >= 50
    assert len({one.name for one in SCENARIOS}) == len(SCENARIOS)
    assert all(one.why for one in SCENARIOS)


def test_what_others_would_say_differs() -> None:
    """The column beside ours is worth having: counting lines is wrong for most of them, redirecting for a third."""
    assert sum(naively(one.requests) != one.downloads for one in SCENARIOS) > len(SCENARIOS) / 2
    assert sum(once_a_day(one.requests) != one.downloads for one in SCENARIOS) > len(SCENARIOS) / 3


def test_the_golden_log_as_we_serve_it(stage: Stage) -> None:
    played = shows_for(stage)
    play(stage, played, list(SCENARIOS), settle_between=False)
    stage.settle()
    found = answers(stage, played)
    assert found == right(), "\n" + table(found)
    reasons = {one.name: stage.reasons(played[one.name][0]) for one in SCENARIOS}
    assert reasons == {one.name: set(one.reasons) for one in SCENARIOS}


def test_the_golden_log_from_a_log_file(stage: Stage, tmp_path: Path) -> None:
    """Caddy's log has all that our own route knows, so that it must come to the same."""
    played = shows_for(stage)
    lines = [stage.caddy(*played[one.name], request) for one in SCENARIOS for request in one.requests]
    log = tmp_path / "access.log.gz"
    log.write_bytes(gzip.compress("\n".join(lines).encode()))
    done = logs.import_log(stage.house, log, now=MONDAY)
    assert (done.format, done.lines, done.requests, done.bad_lines) == ("caddy", len(lines), len(lines), 0)
    found = answers(stage, played)
    assert found == right(), "\n" + table(found)


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_the_order_in_which_requests_become_known_does_not_matter(stage: Stage, seed: int | None) -> None:
    """Backwards, or shuffled; weighed after each, as by a timetable that runs at the worst moments."""
    played = shows_for(stage)
    requests = [(one, request) for one in SCENARIOS for request in one.requests if len(one.requests) < 50]
    if seed is None:
        requests.reverse()
    else:
        random.Random(seed).shuffle(requests)
    for start in range(0, len(requests), 17):
        with stage.house.database.session() as session:
            for one, request in requests[start : start + 17]:
                stage.note_in(session, played[one.name][1], request)
        stage.settle()
    wanted = {one.name for one in SCENARIOS if len(one.requests) < 50}
    found = {name: count for name, count in answers(stage, played).items() if name in wanted}
    assert found == {name: count for name, count in right().items() if name in wanted}
