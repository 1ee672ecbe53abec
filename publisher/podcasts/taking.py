"""Fetching what an imported show still has elsewhere: sound, covers, transcripts, chapters. Guids stay; addresses become ours.

Each file is fetched before the database is touched and kept in a transaction of its own, so that one failure does not stop
the rest, and a run that was cut off goes on where it stopped: what is here is not fetched again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from feeds.encodings import text_of
from feeds.errors import FeedError
from feeds.podcast import chapters, transcripts
from publisher.errors import PublisherError
from publisher.house import House
from publisher.internet import Limits, fetch
from publisher.media import intake, mending
from publisher.media.models import MediaFile
from publisher.podcasts import addresses, episodes, shows
from publisher.podcasts import fields as reading
from publisher.podcasts.models import Episode, Show, ShowImport, Transcript

#: Episodes that one call of `take_due` looks after.
AT_ONCE = 10
TEXT_LIMITS = Limits(seconds=60, body_bytes=transcripts.LIMIT, wire_bytes=transcripts.LIMIT)
#: Octets so far, octets in all or None; of the file named last.
OnOctets = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Took:
    """What became of one file. `what`: sound, artwork, transcript or chapters. `error`: a sentence, empty where it is here
    now. `episode_id`: None for what belongs to the show."""

    what: str
    url: str
    title: str
    episode_id: int | None = None
    error: str = ""


def take_show(house: House, slug: str, *, now: datetime, on_octets: OnOctets | None = None) -> Iterator[Took]:
    """Fetch everything of a show that is elsewhere, the newest episode first; also what failed before. `NotFound`."""
    with house.database.reading() as session:
        show = shows.by_slug(session, slug)
        wanted = list(session.exec(_elsewhere(show.id or 0, again=True)).all())
        session.expunge_all()  # it is read after the session has ended
    run = _Run(house, now, on_octets)
    yield from run.show(show)
    for number in wanted:
        yield from run.episode(number or 0)


def take_due(house: House, now: datetime) -> list[Took]:
    """For imports that asked for the files: the next few episodes that were not tried yet. What failed waits for a person."""
    done: list[Took] = []
    for job_id, show_id in _asked_for(house):
        with house.database.reading() as session:
            show = session.get_one(Show, show_id)
            wanted = session.exec(_elsewhere(show_id, again=False).limit(AT_ONCE)).all()
            session.expunge_all()
        run = _Run(house, now, None)
        done += [*run.show(show), *(one for number in wanted for one in run.episode(number or 0))]
        with house.database.session() as session:
            job = session.get_one(ShowImport, job_id)
            job.take_media = session.exec(_elsewhere(show_id, again=False).limit(1)).first() is not None
            session.add(job)
    return done


def waiting(house: House, now: datetime) -> bool:  # the timetable asks all alike
    """Whether an import that asked for the files still waits for some."""
    return bool(_asked_for(house))


def _asked_for(house: House) -> list[tuple[int, int]]:
    wanted = select(ShowImport.id, ShowImport.show_id).where(
        col(ShowImport.take_media), col(ShowImport.state) == "done", col(ShowImport.show_id).is_not(None)
    )
    with house.database.reading() as session:
        return [(job, show) for job, show in session.exec(wanted.order_by(col(ShowImport.id))) if job and show]


def _elsewhere(show_id: int, *, again: bool) -> SelectOfScalar[int | None]:
    """Numbers of the episodes with a sound that is elsewhere, or, `again`, with any file that is."""
    sound: ColumnElement[bool] = col(Episode.enclosure_url).is_not(None)
    if not again:
        sound &= col(Episode.taking) == ""
    text = exists().where(
        col(Transcript.episode_id) == col(Episode.id), col(Transcript.text) == "", col(Transcript.url).is_not(None)
    )
    beside = or_(col(Episode.artwork_url).is_not(None), col(Episode.chapters_url).is_not(None), text)
    wanted = select(col(Episode.id)).where(col(Episode.show_id) == show_id, or_(sound, beside) if again else sound)
    return wanted.order_by(col(Episode.published_at).desc().nulls_last(), col(Episode.place))


class _Run:
    """One run over a show. Covers that several episodes share are fetched once."""

    def __init__(self, house: House, now: datetime, on_octets: OnOctets | None) -> None:
        self.house, self.now, self.on_octets = house, now, on_octets
        self.covers: dict[str, MediaFile | PublisherError] = {}

    def show(self, show: Show) -> Iterator[Took]:
        if show.artwork_url:
            error = self._cover(Show, show.id or 0, show.artwork_url)
            yield Took("artwork", show.artwork_url, show.title, error=error)

    def episode(self, number: int) -> Iterator[Took]:
        """Everything of one episode. What somebody has taken away meanwhile is passed over."""
        with self.house.database.reading() as session:
            row = session.get(Episode, number)
            texts = episodes.transcripts_of(session, row) if row else []
            session.expunge_all()
        if row is None:
            return
        errands: list[tuple[str, str | None, Callable[[str], str]]] = [
            ("sound", row.enclosure_url, lambda url: self._sound(number, url)),
            ("artwork", row.artwork_url, lambda url: self._cover(Episode, number, url)),
            ("chapters", row.chapters_url if not row.chapters else None, lambda url: self._chapters(number, url)),
        ]
        missing = [text for text in texts if not text.text]
        errands += [("transcript", text.url, partial(self._transcript, text.id or 0)) for text in missing]
        for what, url, errand in errands:
            if url:
                yield Took(what, url, row.title, number, errand(url))

    def _sound(self, number: int, url: str) -> str:
        try:
            media = self._fetched(url, "episode", mend=mending.available())
        except PublisherError as problem:
            self._note(number, str(problem))
            return str(problem)
        with self.house.database.session() as session:
            row = session.get(Episode, number)
            if row is not None and row.enclosure_url == url:
                episodes.set_sound(session, self.house, row, media, now=self.now)
        return ""

    def _note(self, number: int, error: str) -> None:
        with self.house.database.session() as session:
            row = session.get(Episode, number)
            if row is not None and row.enclosure_url:
                row.taking = error
                session.add(row)

    def _cover(self, of: type[Show] | type[Episode], number: int, url: str) -> str:
        if url not in self.covers:
            try:
                self.covers[url] = self._fetched(url, "image", mend=True)
            except PublisherError as problem:
                self.covers[url] = problem
        media = self.covers[url]
        if isinstance(media, PublisherError):
            return str(media)
        with self.house.database.session() as session:
            row = session.get(Show, number) if of is Show else session.get(Episode, number)
            if isinstance(row, Show) and row.artwork_url == url:
                shows.set_artwork(session, self.house, row, media, now=self.now)
            elif isinstance(row, Episode) and row.artwork_url == url:
                episodes.set_artwork(session, self.house, row, media, now=self.now)
        return ""

    def _fetched(self, url: str, expect: intake.Expect, *, mend: bool) -> MediaFile:
        return intake.take_url(self.house, url, now=self.now, progress=self.on_octets, expect=expect, mend=mend)

    def _chapters(self, number: int, url: str) -> str:
        try:
            found = reading.chapters([one.as_data() for one in chapters.read_json(self._text(url)[0])])
        except (PublisherError, FeedError) as problem:
            return str(problem)
        with self.house.database.session() as session:
            row = session.get(Episode, number)
            if row is not None and row.chapters_url == url and not row.chapters:
                row.chapters = found
                session.add(row)
                session.flush()
                episodes.touch(session, self.house, row, now=self.now)
        return ""

    def _transcript(self, number: int, url: str) -> str:
        """The text as it is: whoever reads it knows all five types."""
        try:
            data, content_type = self._text(url)
            kind = transcripts.kind_of(content_type, url)
            transcripts.read(data, kind, url)
        except (PublisherError, FeedError) as problem:
            return str(problem)
        with self.house.database.session() as session:
            text = session.get(Transcript, number)
            if text is None or text.url != url or text.text:
                return ""
            row = session.get_one(Episode, text.episode_id)
            return self._keep_transcript(session, row, text, text_of(data, content_type)[0])

    def _keep_transcript(self, session: Session, row: Episode, text: Transcript, words: str) -> str:
        """Our addresses name the language and the type, so there is one text of each."""
        if text.type not in addresses.ENDINGS:
            return f"No app reads a transcript of the type “{text.type}”."
        language = text.language or row.language or session.get_one(Show, row.show_id).language
        others = (one for one in episodes.transcripts_of(session, row) if one.id != text.id)
        if any((one.language, one.type) == (language, text.type) for one in others):
            return "There is another transcript of this language and type."
        text.language, text.text = language, words.replace("\x00", "")
        session.add(text)
        session.flush()
        episodes.touch(session, self.house, row, now=self.now)
        return ""

    def _text(self, url: str) -> tuple[bytes, str | None]:
        settings = self.house.settings
        found = fetch(url, limits=TEXT_LIMITS, private_hosts=settings.private_hosts, public_url=settings.public_url)
        return found.body, found.headers.get("Content-Type")
