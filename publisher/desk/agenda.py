"""What is planned, of everything the house publishes: issues, episodes, webinars and their rehearsals, letters; by instant."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from publisher.newsletters.letter import title_of
from publisher.newsletters.models import Issue, IssueState, Newsletter
from publisher.podcasts.models import Episode, EpisodeState, Show
from publisher.webinars import times, words
from publisher.webinars.models import Mailing, Series, Webinar, WebinarState

#: Of one kind, between two instants.
MOST = 500
LETTERS = {
    "announcement": "Announcement of “%s”",
    "message": "Message about “%s”",
    "came": "Letter to those who came to “%s”",
    "missed": "Letter to those who missed “%s”",
}


@dataclass(frozen=True)
class Entry:
    """`kind`: issue | episode | webinar | rehearsal | letter. `state` as the rooms say it; `within`: whose it is; `ends`: of
    what takes a while; `path`: in the studio."""

    kind: str
    at: datetime
    title: str
    path: str
    state: str = ""
    within: str = ""
    language: str = ""
    ends: datetime | None = None


def between(session: Session, first: datetime, last: datetime, *, now: datetime) -> list[Entry]:
    """Everything from `first` until before `last`, in order. Reminders are not listed: every webinar has them."""
    found = [
        *_issues(session, first, last),
        *_episodes(session, first, last),
        *_webinars(session, first, last, now),
        *_rehearsals(session, first, last),
        *_letters(session, first, last),
    ]
    return sorted(found, key=lambda entry: (entry.at, entry.kind, entry.title))


def _issues(session: Session, first: datetime, last: datetime) -> list[Entry]:
    """By the instant they were sent, are to be sent at, or were drafted for."""
    joined = select(Issue, Newsletter).where(col(Newsletter.id) == col(Issue.newsletter_id))
    near = [
        _inside(column, first, last) for column in (col(Issue.planned_from), col(Issue.send_at), col(Issue.occurrence))
    ]
    rows = session.exec(joined.where(near[0] | near[1] | near[2]).limit(MOST))
    entries = [
        Entry(
            "issue",
            when,
            title_of(newsletter, issue, newsletter.languages.partition(",")[0]),
            f"/studio/newsletters/{newsletter.slug}/issues/{issue.slug}",
            issue.state,
            newsletter.name,
        )
        for issue, newsletter in rows
        if (when := issue.planned_from or issue.send_at or issue.occurrence) is not None
        and not (issue.state == IssueState.HELD and issue.held_for == "thin")
    ]
    return [entry for entry in entries if first <= entry.at < last]


def _episodes(session: Session, first: datetime, last: datetime) -> list[Entry]:
    joined = select(Episode, Show).where(col(Show.id) == col(Episode.show_id))
    coming = (col(Episode.state) == EpisodeState.SCHEDULED) & _inside(col(Episode.publish_at), first, last)
    out = (col(Episode.state) == EpisodeState.PUBLISHED) & _inside(col(Episode.published_at), first, last)
    return [
        Entry(
            "episode", when, episode.title, f"/studio/podcasts/{show.slug}/episodes/{episode.id}", episode.state, show.title,
            episode.language or show.language,
        )
        for episode, show in session.exec(joined.where(coming | (out & col(Episode.news))).limit(MOST))
        if (when := episode.publish_at or episode.published_at) is not None
    ]  # fmt: skip


def _webinars(session: Session, first: datetime, last: datetime, now: datetime) -> list[Entry]:
    rows = session.exec(_dates().where(_inside(col(Webinar.starts_at), first, last)).limit(MOST))
    return [
        Entry(
            "webinar", one.starts_at, words.of_webinar(series, one, series.language).title, path_of(series, one),
            times.state_of(one, now), "" if series.is_single else series.title, series.language, one.ends_at,
        )
        for series, one in rows
    ]  # fmt: skip


def _rehearsals(session: Session, first: datetime, last: datetime) -> list[Entry]:
    wanted = _dates().where(col(Webinar.state) != WebinarState.CANCELLED)
    rows = session.exec(wanted.where(_inside(col(Webinar.rehearsal_at), first, last)).limit(MOST))
    return [
        Entry(
            "rehearsal", one.rehearsal_at, words.of_webinar(series, one, series.language).title, path_of(series, one),
            within="" if series.is_single else series.title, language=series.language,
        )
        for series, one in rows
        if one.rehearsal_at is not None
    ]  # fmt: skip


def _letters(session: Session, first: datetime, last: datetime) -> list[Entry]:
    """What staff will have sent, and is not sent yet."""
    joined = select(Mailing, Series).where(col(Series.id) == col(Mailing.series_id), col(Mailing.state) == "waiting")
    wanted = joined.where(col(Mailing.kind).in_(list(LETTERS)), _inside(col(Mailing.due_at), first, last))
    return [
        Entry("letter", mailing.due_at, LETTERS[mailing.kind] % series.title, f"/studio/webinars/{series.slug}")
        for mailing, series in session.exec(wanted.limit(MOST))
    ]


def path_of(series: Series, webinar: Webinar) -> str:
    """Where the studio shows a date."""
    return f"/studio/webinars/{series.slug}/dates/{webinar.id}"


def _dates() -> Any:
    return select(Series, Webinar).where(col(Webinar.series_id) == col(Series.id))


def _inside(column: Any, first: datetime, last: datetime) -> Any:
    return (column >= first) & (column < last)
