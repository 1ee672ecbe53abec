"""Who did what: by hand, room and day; and no form of the studio that changes something leaves no line."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from desk_stage import plain
from sqlmodel import select

import publisher
from publisher.house import House
from publisher.staff import accounts, trail
from publisher.staff.models import Member
from publisher.web.studio.abouts import ROOMS
from publisher.web.studio.routes import ROUTES

PATH = "/studio/settings/trail"

#: Forms that leave no line, and why. Of all others every button does: `desk_stage.Browser` looks after each that is pressed.
LEAVES_NONE = {
    "/studio/login": "a session is a session; the page of the account lists them",
    "/studio/logout": "the same",
    "/studio/reset": "anybody may ask; whether there is such a member, the trail must not tell",
    "/studio/newsletters/{slug}/issues/{key}/reader": "chooses whose mail is shown",
    "/studio/doctor": "looks whether everything is as it should be; the page says when that was",
    "/studio/podcasts/check": "looks at a feed; nothing is kept",
    "/studio/webinars/{slug}/registrations": "a search, by POST because addresses are no part of an address",
    "/studio/webinars/{slug}/announce/preview": "shows a letter as it is written",
    "/studio/webinars/{slug}/message/preview": "shows a letter as it is written",
    "/studio/webinars/{slug}/dates/{number:int}/afterwards/preview": "shows a letter as it is written",
    "/studio/people": "a search, by POST because addresses are no part of an address",
}


def writes_a_line(answer: Callable[..., object], seen: set[Callable[..., object]]) -> bool:
    """Whether a handler, or what it calls of ours, notes something on the trail."""
    seen.add(answer)
    names = vars(inspect.getmodule(answer))
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(answer)))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "note":
            return True
        called = None
        if isinstance(node, ast.Name):
            called = names.get(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            called = getattr(names.get(node.value.id), node.attr, None)
        if inspect.isfunction(called) and called.__module__.startswith("publisher.") and called not in seen:
            if writes_a_line(called, seen):
                return True
        elif isinstance(called, dict):
            functions = [one for one in called.values() if inspect.isfunction(one) and one not in seen]
            if functions and all(writes_a_line(one, seen) for one in functions):
                return True
    return False


def test_every_form_that_changes_something_leaves_a_line() -> None:
    silent = {route.path for route in ROUTES if route.method == "POST" and not writes_a_line(route.answer, set())}
    assert silent == set(LEAVES_NONE)


def test_every_line_belongs_to_a_room() -> None:
    """What lines are about is written in many places; a kind that no room has would be found under none."""
    known = {kind for kinds in ROOMS.values() for kind in kinds}
    written = set()
    for file in Path(publisher.__file__).parent.rglob("*.py"):
        for call in re.finditer(r'\bnote\((?:[\w.]+, ){0,3}f?"([a-z]+)[:"]', file.read_text(encoding="utf-8")):
            written.add(call[1])
    assert written - {"sources", "person"} <= known
    assert {"issue", "staff", "settings", "series"} <= written


def some_lines(house: House, now) -> None:  # type: ignore[no-untyped-def]
    with house.database.session() as session:
        for days, who, about, what in (
            (0, "editor@example.org", "list:monthly", "Changed it."),
            (0, "command line", "erasure", "erased a person at their wish"),
            (1, "editor@example.org", "person:1", "Paused for 4 weeks."),
            (40, "owner@example.org", "settings", "Changed the hub."),
        ):
            trail.note(session, who, about, what, now - timedelta(days=days))


def test_lines_are_found_by_hand_room_and_day(owner, editor, house, now) -> None:  # type: ignore[no-untyped-def]
    some_lines(house, now)
    with house.database.session() as session:
        member = accounts.get(session, house, "editor@example.org").id
    everything = plain(owner.get(PATH))
    assert "Today, Monday 23 November" in everything
    assert "Yesterday, Sunday 22 November" in everything
    assert "Erased a person at their wish Erasure The command line 6:00" in everything
    assert "Paused for 4 weeks. Alice Editor" in everything
    assert "Changed the hub. Settings Owner" in everything
    mine = plain(owner.get(f"{PATH}?member={member}"))
    assert "Changed it. Monthly Editor" in mine
    assert "Changed the hub." not in mine
    people = plain(owner.get(f"{PATH}?room=People&member=command"))
    assert "Erased a person" in people
    assert "Paused" not in people
    day = plain(owner.get(f"{PATH}?day=2026-11-22"))
    assert "Paused for 4 weeks." in day
    assert "Changed it." not in day
    assert "Nobody changed anything that fits this." in plain(owner.get(f"{PATH}?day=2025-01-01"))
    for wrong in ("member=999", "room=Attic", "day=yesterday", "day=0001-01-01", "before=x", "day=2026-02-30"):
        assert "Changed the hub." in plain(owner.get(f"{PATH}?{wrong}")), wrong


def test_a_day_is_the_viewers_own(owner, house, now) -> None:  # type: ignore[no-untyped-def]
    """23:30 on Sunday in London is Monday in Nairobi."""
    with house.database.session() as session:
        session.exec(select(Member)).one().zone = "Africa/Nairobi"
        trail.note(
            session, "owner@example.org", "settings", "Changed the hub.", now.replace(day=22, hour=23, minute=30)
        )
    assert "Changed the hub." in plain(owner.get(f"{PATH}?day=2026-11-23"))
    assert "Changed the hub." not in plain(owner.get(f"{PATH}?day=2026-11-22"))


def test_a_long_trail_is_read_page_by_page(owner, house, now) -> None:  # type: ignore[no-untyped-def]
    with house.database.session() as session:
        for number in range(230):
            trail.note(session, "owner@example.org", "settings", f"Change {number}.", now)
    seen, url = [], PATH
    while url:
        page = owner.get(url)
        seen += re.findall(r"Change (\d+)\.", page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        url = found[1].replace("&amp;", "&") if found else ""
    assert [int(number) for number in seen] == list(range(229, -1, -1))
