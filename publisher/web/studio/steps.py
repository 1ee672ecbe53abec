"""The way from an empty hub to its first letter: one next step at a time, each found in the data, each of which may be left out.

Nothing is ticked off: a step is done when what it asks for is there, by whatever way it came. A hub that has sent an issue knows
the way. What somebody left out is a line of the trail.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi.responses import Response
from sqlmodel import col, select

from publisher.audience.models import Subscription, SubscriptionState
from publisher.errors import NotFound
from publisher.library.models import Source, Work
from publisher.mail.identities import MAILBOX, default_relay, hub
from publisher.mail.models import Letter, Outbox, OutboxState
from publisher.mail.smtp import parse_relay_url
from publisher.newsletters.models import Issue, IssueState, Newsletter
from publisher.podcasts.models import Show
from publisher.staff.models import Trail
from publisher.web.studio.visit import Desk
from publisher.webinars.models import Series

UNNAMED = "Your hub"
"""What `publisher init` calls a hub for which no sender was set."""


@dataclass(frozen=True)
class Step:
    """`role`: who can take it. `at`: where it is taken."""

    key: str
    title: str
    sentence: str
    action: str
    at: Callable[[Desk], str]
    is_done: Callable[[Desk], bool]
    role: str = "editor"


def next_step(desk: Desk) -> dict[str, Any] | None:
    """The first that is neither done nor left out, and that whoever sits here can take; none where the way is known."""
    if _knows_the_way(desk):
        return None
    left = _left_out(desk)
    for place, step in enumerate(STEPS, 1):
        if step.key not in left and desk.may(step.role) and not step.is_done(desk):
            return {
                "key": step.key,
                "place": f"{place} of {len(STEPS)}",
                "title": step.title,
                "sentence": step.sentence,
                "action_text": step.action,
                "action_url": step.at(desk),
                "skip_url": f"/studio/steps/{step.key}/skip",
            }
    return None


def skip(desk: Desk, key: str) -> Response:
    """POST /studio/steps/<key>/skip"""
    step = _step(key)
    desk.note(f"step:{key}", f"Left out “{step.title}”.", left_out=True)
    return desk.go("/studio", f"“{step.title}” is left out.", undo=f"/studio/steps/{key}/back")


def take_up(desk: Desk, key: str) -> Response:
    """POST /studio/steps/<key>/back"""
    desk.note(f"step:{key}", f"Took “{_step(key).title}” up again.", left_out=False)
    return desk.go("/studio")


def _step(key: str) -> Step:
    found = next((step for step in STEPS if step.key == key), None)
    if found is None:
        raise NotFound("There is no such step.")
    return found


def _knows_the_way(desk: Desk) -> bool:
    """An issue went out; or somebody began with a podcast or a webinar, and wants no newsletter so far."""
    if _is_there(desk, select(Issue.id).where(col(Issue.state) == IssueState.SENT)):
        return True
    others = _is_there(desk, select(Show.id)) or _is_there(desk, select(Series.id))
    return others and not _is_there(desk, select(Newsletter.id))


def _left_out(desk: Desk) -> set[str]:
    keys = [f"step:{step.key}" for step in STEPS]
    lines = desk.session.exec(select(Trail).where(col(Trail.about).in_(keys)).order_by(col(Trail.id)))
    last = {line.about.removeprefix("step:"): bool(line.data.get("left_out")) for line in lines}
    return {key for key, is_out in last.items() if is_out}


def _has_brand(desk: Desk) -> bool:
    found = hub(desk.session)
    return found.name != UNNAMED and bool(found.postal_address.strip())


def _mail_leaves(desk: Desk) -> bool:
    """A relay is set, and it took a test letter."""
    relay = default_relay(desk.session)
    if relay.url == MAILBOX:
        return False
    tests = select(Outbox.id).join(Letter, col(Letter.id) == col(Outbox.letter_id)).where(col(Letter.kind) == "test")
    host = parse_relay_url(relay.url).host
    taken = col(Outbox.occasion).startswith(f"test:{host}:", autoescape=True)
    return _is_there(desk, tests.where(taken, col(Outbox.state) == OutboxState.ACCEPTED))


def _has_source(desk: Desk) -> bool:
    """Something to look at again and again, or resources that came by another way."""
    from_outside = select(Source.id).where(col(Source.kind) != "builtin")
    return _is_there(desk, from_outside) or _is_there(desk, select(Work.id))


def _has_newsletter(desk: Desk) -> bool:
    return _is_there(desk, select(Newsletter.id))


def _was_tested(desk: Desk) -> bool:
    sent = select(Outbox.id).join(Letter, col(Letter.id) == col(Outbox.letter_id))
    return _is_there(desk, sent.where(col(Letter.kind) == "issue-test"))


def _has_readers(desk: Desk) -> bool:
    return _is_there(desk, select(Subscription.id).where(col(Subscription.state) == SubscriptionState.ACTIVE))


def _newest_draft(desk: Desk) -> str:
    """The draft that a test is sent of, else the newsletter that has none yet."""
    growing = (
        select(Newsletter.slug, Issue.slug)
        .join(Issue, col(Issue.newsletter_id) == col(Newsletter.id))
        .where(col(Issue.state).in_((IssueState.DRAFT, IssueState.HELD)))
        .order_by(col(Issue.id).desc())
    )
    if found := desk.session.execute(growing.limit(1)).first():
        return f"/studio/newsletters/{found[0]}/issues/{found[1]}/rehearse"
    first = desk.session.exec(select(Newsletter.slug).order_by(col(Newsletter.id)).limit(1)).first()
    return f"/studio/newsletters/{first}" if first else "/studio/newsletters"


def _is_there(desk: Desk, wanted: Any) -> bool:
    return desk.session.exec(wanted.limit(1)).first() is not None


STEPS = (
    Step(
        "brand",
        "Say who you are",
        "A name, a colour, and a postal address: readers see who writes to them, and the law in most places asks for it.",
        "Name the hub",
        lambda desk: "/studio/settings",
        _has_brand,
        role="owner",
    ),
    Step(
        "relay",
        "Let mail leave",
        "So far every letter stays in the built-in mailbox. Name the server that carries your mail, then send yourself a test letter.",
        "Set the relay",
        lambda desk: "/studio/settings/relay",
        _mail_leaves,
        role="owner",
    ),
    Step(
        "source",
        "Let something in",
        "A source is where new resources come from: a feed, a repository, a site, a file. It is looked at again and again.",
        "Add the first source",
        lambda desk: "/studio/library/sources/new",
        _has_source,
    ),
    Step(
        "newsletter",
        "Make a newsletter",
        "A newsletter keeps a draft that grows by itself from what you approve, and knows the day it goes out.",
        "Make the first newsletter",
        lambda desk: "/studio/newsletters/new",
        _has_newsletter,
    ),
    Step(
        "test",
        "Send yourself an issue",
        "Look at the draft as a reader would, in your own inbox. A test goes to you alone, however few things are in it.",
        "Rehearse the draft",
        _newest_draft,
        _was_tested,
    ),
    Step(
        "readers",
        "Bring readers in",
        "Everything is ready. Bring a list of people who agreed to hear from you, or share the sign-up page.",
        "Bring readers in",
        lambda desk: "/studio/people/import",
        _has_readers,
    ),
)
