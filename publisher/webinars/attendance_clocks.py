"""By which clocks the times in a list of who was there are to be read: services write them without saying so."""

from datetime import UTC, datetime, timedelta, tzinfo

from publisher import clock
from publisher.webinars.attendance_reading import Entry
from publisher.webinars.attendance_words import Said, as_datetime, in_order
from publisher.webinars.models import Webinar
from publisher.webinars.visits import Span, seconds_of

#: What people who come early and leave late may add to the planned time.
_EARLY, _LATE = timedelta(minutes=45), timedelta(hours=2)
_ONLY_LENGTHS = "The times in this list lie elsewhere than the webinar, as clocks of another zone would show them: only the lengths were taken."
_AS_UTC = "The times in this list fit the webinar as UTC, and were read so."


class Clocks:
    """How the moments of one list are to be read. `zone`: None where none fits; `note`: a sentence about it, or nothing."""

    def __init__(self, entries: list[Entry], webinar: Webinar, zone: str) -> None:
        moments = [one for entry in entries for one in (entry.came, entry.left) if one is not None]
        self.day = webinar.starts_at.astimezone(clock.zone(zone)).date()
        self.day_first = in_order(moments, self.day)
        self.zone: tzinfo | None = clock.zone(zone)
        self.note = ""
        self._judge(entries, webinar)

    def span(self, entry: Entry, zone: tzinfo | None = None) -> Span | None:
        """From when to when, in UTC; None where the row does not say both, or cannot."""
        zone = zone or self.zone
        came, left = self._instant(entry.came, zone), self._instant(entry.left, zone)
        if came is not None and left is None and entry.seconds is not None:
            left = came + timedelta(seconds=entry.seconds)
        if came is None or left is None:
            return None
        if left < came and entry.left is not None and not (entry.left.year or entry.left.day):
            left += timedelta(days=1)  # clocks without a day, over midnight
        return came, left

    def _instant(self, said: Said | None, zone: tzinfo | None) -> datetime | None:
        if said is None:
            return None
        day = said.on(day_first=self.day_first)
        if day is None and said.year:
            return None
        when = as_datetime(said, day or self.day)
        try:
            return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=zone).astimezone(UTC)
        except OverflowError:
            return None

    def _judge(self, entries: list[Entry], webinar: Webinar) -> None:
        own = self.zone
        fits = [(self._fit(entries, webinar, zone), zone) for zone in (own, UTC)]
        if fits[0][0] is None:
            return
        best, zone = max(fits, key=lambda pair: (pair[0] or 0, pair[1] is own))
        if (best or 0) < 0.5:
            self.zone, self.note = None, _ONLY_LENGTHS
        elif zone is not own:
            self.zone, self.note = UTC, _AS_UTC

    def _fit(self, entries: list[Entry], webinar: Webinar, zone: tzinfo | None) -> float | None:
        """Which part of all time that people were there lies about the webinar."""
        begins, ends = webinar.starts_at - _EARLY, (webinar.ended_at or webinar.ends_at) + _LATE
        spans = [span for entry in entries if (span := self.span(entry, zone)) and span[1] > span[0]]
        whole = sum((left - came).total_seconds() for came, left in spans)
        return sum(seconds_of([span], begins, ends) for span in spans) / whole if whole else None
