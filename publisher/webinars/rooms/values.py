"""What a room is asked and what it tells, as values. Nothing here knows a table or touches the network."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Meeting:
    """`key` names it to the server, and to nobody else. `home`: where people are led who leave. `events`, `ended` and
    `recording`: our addresses for what the server tells; empty where it shall tell nothing."""

    key: str
    title: str
    is_recorded: bool = False
    home: str = ""
    events: str = ""
    ended: str = ""
    recording: str = ""


@dataclass(frozen=True)
class Visitor:
    """Who wants in. `key`: of their registration, or of the speaker; the room says it back with what it tells of them."""

    key: str
    name: str
    is_host: bool = False


@dataclass(frozen=True)
class Entered:
    """`url` lets one visitor in. `opened`: which opening of the room that is, where the server says so: the next has another."""

    url: str
    opened: str = ""


@dataclass(frozen=True)
class Inside:
    """Somebody who is in the room. `key` as in `Visitor`; `user`: the room's own name of this visit, perhaps none."""

    key: str
    name: str
    user: str = ""


@dataclass(frozen=True)
class Recording:
    """`formats`: {presentation | video | podcast | …: address}."""

    key: str
    meeting: str
    name: str = ""
    is_published: bool = True
    began: datetime | None = None
    ended: datetime | None = None
    formats: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Track:
    """What is said, as text. `language`: BCP 47; `kind`: subtitles | captions."""

    url: str
    language: str
    label: str = ""
    kind: str = "subtitles"


class Room(Protocol):
    """A kind of room. Whatever touches the network raises `FetchError` with a sentence; `tells`: whether it can say anything."""

    @property
    def tells(self) -> bool: ...

    def enter(self, meeting: Meeting, visitor: Visitor) -> Entered:
        """The way in, for this visitor only. The room is opened where it is not open yet."""

    def listen(self, meeting: Meeting) -> None:
        """Ask to be told who comes and goes. As often as one likes."""

    def inside(self, meeting: Meeting) -> tuple[Inside, ...] | None:
        """Who is in at this moment; None where the room is not open."""

    def end(self, meeting: Meeting) -> None:
        """Close the room, and send home who is in it. One that is closed already stays so."""

    def recordings(self, meeting: Meeting) -> tuple[Recording, ...]:
        """What was recorded and can be had by now."""

    def tracks(self, recording: Recording) -> tuple[Track, ...]:
        """The texts of a recording."""
