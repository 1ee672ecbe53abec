"""A room that is an address: Zoom, Jitsi, Teams, anything. It lets everybody in and tells nothing; lists of who was there
come as files."""

from dataclasses import dataclass

from publisher.webinars.rooms.values import Entered, Inside, Meeting, Recording, Track, Visitor


@dataclass(frozen=True)
class AnyUrl:
    url: str
    tells: bool = False

    def enter(self, meeting: Meeting, visitor: Visitor) -> Entered:
        return Entered(self.url)

    def listen(self, meeting: Meeting) -> None:
        """There is nothing to hear."""

    def inside(self, meeting: Meeting) -> tuple[Inside, ...] | None:
        return None

    def end(self, meeting: Meeting) -> None:
        """It is not ours to close."""

    def recordings(self, meeting: Meeting) -> tuple[Recording, ...]:
        return ()

    def tracks(self, recording: Recording) -> tuple[Track, ...]:
        return ()
