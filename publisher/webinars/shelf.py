"""Webinars and their recordings on the library's shelf: newsletters, search and archive find them there, by themselves.

Each date is a work with a start, and its recording another. A record for each language it is described in, all of one work.
What is for a cohort, for whoever has the address, a draft or called off stays off the shelf.
"""

import html
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Table, bindparam, func, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col, select

from feeds.values import ReadItem
from publisher import markdown
from publisher.house import House
from publisher.languages import N_, translator
from publisher.library import intake, sources
from publisher.library.models import Record, Source, Work
from publisher.mail.models import Identity
from publisher.media.models import MediaFile
from publisher.webinars import addresses, programme, words
from publisher.webinars.models import Series, Speaker, Webinar, WebinarState

SOURCE = "webinars"
CHUNK = 100
#: Of a date without a title of its own: “Leading together (2 of 6)”, so that its works are told apart.
NUMBERED = N_("{title} ({number} of {count})")
_WEBINAR: Table = Webinar.__table__  # type: ignore[attr-defined]
_WORK: Table = Work.__table__  # type: ignore[attr-defined]


def put(session: Session, house: House, series: Series, webinar: Webinar, *, now: datetime) -> None:
    """Bring the shelf in line with the date: there as it is, or gone. Twice is harmless."""
    put_many(session, house, series, [webinar], now=now)


def put_many(session: Session, house: House, series: Series, webinars: Sequence[Webinar], *, now: datetime) -> None:
    """The same for several dates of one series, and for what was recorded at them."""
    if webinars:
        beside = _beside(session, house, series)
        for start in range(0, len(webinars), CHUNK):
            some = webinars[start : start + CHUNK]
            _put_chunk(session, _DATE, beside, some, now)
            _put_chunk(session, _RECORDING, beside, some, now)


def put_recording(session: Session, house: House, series: Series, webinar: Webinar, *, now: datetime) -> None:
    """Bring the shelf in line with what was recorded at a date: there where there is something to see or hear."""
    _put_chunk(session, _RECORDING, _beside(session, house, series), [webinar], now)


def put_times(session: Session, webinars: Sequence[Webinar], *, now: datetime) -> None:
    """Thousands of dates begin at other instants and nothing else is new: their works begin then too, unless a person set
    when. What each record says is brought in line when its date is put there next."""
    by_guid = {_DATE.guid(one): one for one in webinars if one.work_id is not None}
    rows: list[dict[str, object]] = []
    said = select(Record.guid, Work.id, Work.edited).where(
        col(Record.source_id) == col(Source.id), col(Source.slug) == SOURCE, col(Record.work_id) == col(Work.id)
    )
    guids = list(by_guid)
    for start in range(0, len(guids), 5 * CHUNK):
        for guid, number, edited in session.exec(said.where(col(Record.guid).in_(guids[start : start + 5 * CHUNK]))):
            if not {"starts_at", "ends_at"} & set(edited):
                one = by_guid[guid]
                rows.append({"work": number, "starts": one.starts_at, "ends": one.ends_at, "now": now})
    which = update(_WORK).where(_WORK.c.id == bindparam("work"))
    values = which.values(starts_at=bindparam("starts"), ends_at=bindparam("ends"), updated_at=bindparam("now"))
    if rows:
        session.connection().execute(values, rows)


def belongs(series: Series, webinar: Webinar) -> bool:
    """Whether readers are to find the date."""
    return programme.is_public(series) and webinar.state == WebinarState.ANNOUNCED


def has_recording(series: Series, webinar: Webinar) -> bool:
    """Whether readers are to find its recording. A date that was broken off may have one all the same."""
    is_there = bool(webinar.recording_url) or webinar.recording_id is not None
    return is_there and programme.is_public(series) and webinar.state != WebinarState.DRAFT


@dataclass(frozen=True)
class _Beside:
    """What items say besides their own rows."""

    house: House
    series: Series
    count: int
    publisher: str
    image: str | None
    speakers: dict[int | None, list[str]]

    def authors(self, webinar: Webinar) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.speakers.get(webinar.id, []), *self.speakers.get(None, [])]))


@dataclass(frozen=True)
class _Kind:
    """The two sorts of works: what they are called, who belongs, where their number is kept, what is said."""

    name: str
    column: str
    belongs: Callable[[Series, Webinar], bool]
    item: Callable[[_Beside, Webinar], ReadItem]

    def guid(self, webinar: Webinar) -> str:
        return f"{self.name}:{webinar.id}"


def _put_chunk(session: Session, kind: _Kind, beside: _Beside, webinars: Sequence[Webinar], now: datetime) -> None:
    there = [one for one in webinars if kind.belongs(beside.series, one)]
    if not there and all(getattr(one, kind.column) is None for one in webinars):
        return
    source = _source(session, now)
    said = [item for one in there for item in _in_each_language(kind, beside, one)]
    known = _known(session, source, [kind.guid(one) for one in webinars])
    gone = sorted(known - {item.guid for item in said})
    if gone:
        intake.take_in(session, source, [ReadItem(guid=guid, deleted=True) for guid in gone], now=now, first=False)
    if said:
        intake.take_in(session, source, said, now=now, first=False)
        _note_works(session, source, kind, there)


def _in_each_language(kind: _Kind, beside: _Beside, webinar: Webinar) -> Iterator[ReadItem]:
    """A record for the language it was written in, and one that says so for each translation."""
    original = kind.item(beside, webinar)
    series = beside.series
    for language in dict.fromkeys([*words.languages_of(series), *sorted(webinar.texts)]):
        text = words.of_webinar(series, webinar, language)
        if text.language != language:
            continue  # nobody translated this one
        item = replace(original, title=_title(beside, webinar, text), summary_html=_blurb(text), languages=(language,))
        if language != series.language:
            link = f"{original.link}?lang={language}"
            raw = {**original.raw, "translation_of": [original.link or ""]}
            item = replace(item, guid=f"{original.guid}:{language}", link=link, raw=raw)
        yield item


def _date(beside: _Beside, webinar: Webinar) -> ReadItem:
    return replace(
        _common(beside, webinar),
        guid=_DATE.guid(webinar),
        link=addresses.page(beside.house, webinar),
        kind="webinar",
        starts_at=webinar.starts_at,
        ends_at=webinar.ends_at,
    )


def _recording(beside: _Beside, webinar: Webinar) -> ReadItem:
    return replace(
        _common(beside, webinar),
        guid=_RECORDING.guid(webinar),
        link=addresses.recording(beside.house, webinar),
        kind="recording",
        published=webinar.recording_found_at or webinar.ends_at,
    )


def _common(beside: _Beside, webinar: Webinar) -> ReadItem:
    return ReadItem(
        guid="",
        authors=beside.authors(webinar),
        publisher=beside.publisher,
        image=beside.image,
        raw={"subjects": [f"{facet}:{key}" for facet, key in beside.series.subjects]},
    )


def _title(beside: _Beside, webinar: Webinar, text: words.Words) -> str:
    has_own = bool(webinar.title) or any(one.get("title") == text.title for one in webinar.texts.values())
    if has_own or beside.series.is_single or beside.count < 2:
        return text.title
    say = translator(text.language).gettext
    return say(NUMBERED).format(title=text.title, number=webinar.number, count=beside.count)


def _blurb(text: words.Words) -> str:
    return f"<p>{html.escape(text.summary)}</p>" if text.summary else markdown.to_html(text.description)


def _beside(session: Session, house: House, series: Series) -> _Beside:
    counted = select(func.count()).where(col(Webinar.series_id) == series.id)
    picture = session.get(MediaFile, series.picture_id) if series.picture_id else None
    speakers: dict[int | None, list[str]] = {}
    named = select(Speaker).where(col(Speaker.series_id) == series.id, col(Speaker.role) == "speaker")
    for one in session.exec(named.order_by(col(Speaker.position), col(Speaker.id))):
        speakers.setdefault(one.webinar_id, []).append(one.name)
    return _Beside(
        house=house,
        series=series,
        count=session.exec(counted).one(),
        publisher=session.get_one(Identity, series.identity_id).name,
        image=house.settings.url(f"/media/{picture.digest}.{picture.extension}") if picture else None,
        speakers=speakers,
    )


def _source(session: Session, now: datetime) -> Source:
    """The library's source for all of this. The first two webinars of a hub may be announced at one moment, and both make it."""
    try:
        with session.begin_nested():
            return sources.builtin(session, SOURCE, now=now)
    except IntegrityError:
        return sources.builtin(session, SOURCE, now=now)


def _known(session: Session, source: Source, guids: Collection[str]) -> set[str]:
    """What stands in the library of these, translations included."""
    originals = select(Record.work_id).where(col(Record.source_id) == source.id, col(Record.guid).in_(guids))
    standing = select(Record.guid).where(
        col(Record.source_id) == source.id, col(Record.work_id).in_(originals), col(Record.deleted_at).is_(None)
    )
    wanted = set(guids)
    return {guid for guid in session.exec(standing) if ":".join(guid.split(":")[:2]) in wanted}


def _note_works(session: Session, source: Source, kind: _Kind, webinars: Iterable[Webinar]) -> None:
    """Each date knows its works, and a work whose zone the invitation names says that zone."""
    by_guid = {kind.guid(one): one for one in webinars}
    found = select(Record.guid, Record.work_id).where(col(Record.source_id) == source.id, col(Record.guid).in_(by_guid))
    works = [(by_guid[guid], work_id) for guid, work_id in session.exec(found) if work_id is not None]
    new = [(one, work_id) for one, work_id in works if getattr(one, kind.column) != work_id]
    if new:
        which = update(_WEBINAR).where(_WEBINAR.c.id == bindparam("webinar")).values({kind.column: bindparam("work")})
        session.connection().execute(which, [{"webinar": one.id, "work": work_id} for one, work_id in new])
        for one, work_id in new:
            set_committed_value(one, kind.column, work_id)
    if kind is _DATE:
        zones = update(_WORK).where(_WORK.c.id == bindparam("work"), _WORK.c.zone.is_distinct_from(bindparam("place")))
        rows = [{"work": work_id, "place": one.zone} for one, work_id in works]
        session.connection().execute(zones.values(zone=bindparam("place")), rows)


_DATE = _Kind("webinar", "work_id", belongs, _date)
_RECORDING = _Kind("recording", "recording_work_id", has_recording, _recording)
