"""What is news, and what only stands on the shelf. One rule, used by every way in.

A first harvest, a file and a back catalogue go to the shelf, except what is younger than `news_days` (14) and what is
still to come. Afterwards a new record is news, unless it was published so long ago that it must be back catalogue.
"""

from datetime import date, datetime, timedelta

from publisher.library.models import Source

NEWS_DAYS = 14
# Sources often give a year only, which reads as the first of January: so a year and a bit.
BACK_CATALOGUE_DAYS = 400
AHEAD = timedelta(days=2)


def is_news(
    source: Source,
    published_on: date | None,
    starts_at: datetime | None,
    ends_at: datetime | None,
    *,
    now: datetime,
    first: bool,
) -> bool:
    """Whether a record that was not known before is news at `now`. `first`: a first harvest or a file."""
    if not source.news:
        return False
    end = ends_at or starts_at
    if end is not None:
        return end > now
    if published_on is not None and published_on > (now + AHEAD).date():
        published_on = None  # a date in the future says nothing about the age: the moment we saw it counts
    if published_on is None:
        return not first
    age = (now.date() - published_on).days
    return age <= (int(source.options.get("news_days", NEWS_DAYS)) if first else BACK_CATALOGUE_DAYS)
