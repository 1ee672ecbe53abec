"""What a person decides about a series, and how that becomes columns: each field checked, names of others looked up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from sqlmodel import Session, col, select

from publisher.audience import lists
from publisher.audience.models import MailingList
from publisher.errors import BadInput
from publisher.languages import N_
from publisher.mail import identities
from publisher.mail.models import Identity
from publisher.webinars import fields as reading
from publisher.webinars.models import MeetingServer, Series

#: What is asked afterwards unless staff write something else; each is shown in the reader's language.
USUAL_SURVEY: tuple[Mapping[str, Any], ...] = (
    {"key": "useful", "label": N_("How useful was it for your work?"), "kind": "scale", "options": []},
    {"key": "keep", "label": N_("What will you do differently now?"), "kind": "text", "options": []},
    {"key": "change", "label": N_("What should we do better next time?"), "kind": "text", "options": []},
)


@dataclass(frozen=True)
class Shape:
    """What a person decides about a series. Columns and their forms as in `models.Series`; `list_slug`, `server_slug` and
    `identity_slug` name what the columns point at, and without an identity the hub invites."""

    title: str
    summary: str = ""
    description: str = ""
    language: str = "en"
    texts: Mapping[str, Any] = field(default_factory=dict)
    identity_slug: str | None = None
    list_slug: str | None = None
    is_listed: bool = True
    spoken: Sequence[str] = ()
    captions: Sequence[str] = ()
    interpreted: Sequence[str] = ()
    dial_in: str = ""
    access_note: str = ""
    is_recorded: bool = False
    capacity: int | None = None
    needs_approval: bool = False
    confirm: str = "auto"
    questions: Sequence[Any] = ()
    answers_days: int = 30
    reminders: Sequence[int] = (1440, 60)
    opens_before: int = 15
    attended_share: int = 75
    subjects: Sequence[Any] = ()
    room_kind: str = "url"
    room_url: str = ""
    server_slug: str | None = None
    survey: Sequence[Any] = USUAL_SURVEY


def shape_of(session: Session, series: Series) -> Shape:
    """What was decided so far: for a form, or to change one thing with `dataclasses.replace`."""
    known = {one.name: getattr(series, one.name) for one in fields(Shape) if hasattr(series, one.name)}
    cohort = session.get(MailingList, series.list_id) if series.list_id else None
    server = session.get(MeetingServer, series.server_id) if series.server_id else None
    identity = session.get_one(Identity, series.identity_id)
    return Shape(
        **known,
        identity_slug=identity.slug,
        list_slug=cohort.slug if cohort else None,
        server_slug=server.slug if server else None,
    )


def checked(session: Session, shape: Shape, names: Iterable[str]) -> dict[str, Any]:
    """These as they are kept, names of others as their ids; `BadInput` names the first that cannot be."""
    wanted = set(names)
    kept = {name: reader(getattr(shape, name)) for name, reader in reading.OF_SERIES.items() if name in wanted}
    if not wanted.isdisjoint({"language", "texts"}):
        must_not_repeat(reading.language(shape.language), reading.texts(shape.texts))
    if "identity_slug" in wanted:
        kept["identity_id"] = _identity(session, shape.identity_slug).id
    if "list_slug" in wanted:
        kept["list_id"] = _cohort(session, shape.list_slug)
    if not wanted.isdisjoint({"server_slug", "room_kind"}):
        kept["server_id"] = _server(session, shape.server_slug, needed=shape.room_kind == "bigbluebutton")
    return kept


def must_not_repeat(language: str, texts: Mapping[str, Any]) -> None:
    """Refuse a translation into the language that the words are in."""
    if language in texts:
        raise BadInput(
            f"Its own words are in “{language}” already; translations are in other languages.", field="texts"
        )


def _identity(session: Session, given: str | None) -> Identity:
    slug = reading.line(given, "identity_slug")
    if not slug:
        return identities.hub(session)
    found = session.exec(select(Identity).where(col(Identity.slug) == slug)).first()
    if found is None:
        raise BadInput(f"There is no sender “{slug[:60]}”.", field="identity_slug")
    return found


def _cohort(session: Session, given: str | None) -> int | None:
    slug = reading.line(given, "list_slug")
    if not slug:
        return None
    found = lists.find(session, slug)
    if found is None or found.archived:
        raise BadInput(f"There is no list “{slug[:60]}”.", field="list_slug")
    return found.id


def _server(session: Session, given: str | None, *, needed: bool) -> int | None:
    slug = reading.line(given, "server_slug")
    if not slug:
        if needed:
            raise BadInput("Choose the server that has the room.", field="server_slug")
        return None
    found = session.exec(select(MeetingServer).where(col(MeetingServer.slug) == slug)).first()
    if found is None:
        raise BadInput(f"There is no meeting server “{slug[:60]}”.", field="server_slug")
    return found.id


#: Names of the shape, as they are read.
READ = (*reading.OF_SERIES, "identity_slug", "list_slug", "server_slug")
