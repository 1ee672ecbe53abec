"""After a date: one letter for who came and one for who missed it, with what there is to see and to read again.

Words are drafted in every language that somebody reads, and staff write them as they like. Where nobody knows who came (no
room told us, nobody pressed the button, no list was taken in), everybody gets one letter that claims nothing.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Table, update
from sqlmodel import Session, col, select

from publisher import languages
from publisher.errors import BadInput, Conflict
from publisher.house import House
from publisher.webinars import mailings, recipients, times, words, written
from publisher.webinars.editions import letter_language
from publisher.webinars.models import Mailing, Registration, Seat, Series, Webinar

WEBINAR: Table = Webinar.__table__  # type: ignore[attr-defined]
WHO = ("came", "missed")


def draft(session: Session, house: House, webinar: Webinar, *, now: datetime) -> None:
    """Give both letters words in every language of the series and its registrants. What somebody wrote stays."""
    series = session.get_one(Series, webinar.series_id)
    for who in WHO:
        _set(webinar, who, standing(session, series, webinar, who, _languages(session, series), now=now))
    session.add(webinar)
    session.flush()


def standing(
    session: Session, series: Series, webinar: Webinar, who: str, languages_: Iterable[str], *, now: datetime
) -> dict[str, dict[str, str]]:
    """The words of a letter as they would go now: what somebody wrote, and for these languages what is proposed. Before a date
    was held there is a proposal for each letter; afterwards, while nobody knows who came, one that claims nothing."""
    is_told = known(session, webinar) or times.state_of(webinar, now) != "held"
    proposals = {code: proposed(series, webinar, who if is_told else "", code) for code in languages_}
    return proposals | own(series, webinar, who)


def own(series: Series, webinar: Webinar, who: str) -> dict[str, dict[str, str]]:
    """What somebody wrote themselves, by language."""
    return {
        code: said
        for code, said in _words(webinar, who).items()
        if said not in [proposed(series, webinar, each, code) for each in (*WHO, "")]
    }


def write(
    session: Session, webinar: Webinar, who: str, language: str, subject: str, body: str, *, now: datetime
) -> None:
    """The words for who `came` or who `missed` it, in one language; both empty takes the language out."""
    if who not in WHO:
        raise BadInput("A follow-up is for who came, or for who missed it.", field="who")
    if webinar.followed_up_at is not None:
        raise Conflict("The follow-up was sent already.")
    said = written.read({language: {"subject": subject, "body": body}})
    rest = {code: text for code, text in _words(webinar, who).items() if code != languages.normalise(language)}
    _set(webinar, who, rest | said)
    session.add(webinar)
    session.flush()


def send(
    session: Session,
    house: House,
    webinar: Webinar,
    *,
    by: str = "",
    at: datetime | None = None,
    now: datetime,
) -> list[Mailing]:
    """Both letters, now or at that instant, once. Languages without words get proposed ones. `Conflict` before it was held."""
    if times.state_of(webinar, now) != "held":
        raise Conflict("A follow-up is sent when the webinar has been held.")
    draft(session, house, webinar, now=now)
    first = update(WEBINAR).where(WEBINAR.c.id == webinar.id, WEBINAR.c.followed_up_at.is_(None))
    if session.execute(first.values(followed_up_at=now).returning(WEBINAR.c.id)).first() is None:
        raise Conflict("The follow-up was sent already.")
    session.refresh(webinar)
    series = session.get_one(Series, webinar.series_id)
    made = [_make(session, series, webinar, who, max(at or now, now), by, now) for who in WHO]
    return [mailing for mailing in made if mailing is not None]


def count(session: Session, webinar: Webinar, *, now: datetime) -> dict[str, int]:
    """How many came, and how many missed it, of those who would be written to."""
    series = session.get_one(Series, webinar.series_id)
    return {who: recipients.number(session, recipients.sketch(who, series, webinar, now=now)) for who in WHO}


def known(session: Session, webinar: Webinar) -> bool:
    """Whether anybody knows who came."""
    said = select(Seat.registration_id).where(col(Seat.webinar_id) == webinar.id, col(Seat.attended) != "")
    return session.exec(said.limit(1)).first() is not None


def _make(
    session: Session, series: Series, webinar: Webinar, who: str, due_at: datetime, by: str, now: datetime
) -> Mailing | None:
    return mailings.make(
        session,
        key=f"{who}:{webinar.id}",
        kind=who,
        series=series,
        webinar=webinar,
        words=_words(webinar, who),
        data={"known": known(session, webinar)},
        due_at=due_at,
        by=by,
        now=now,
    )


def _languages(session: Session, series: Series) -> list[str]:
    """Those of the series first, then those of who registered, as far as letters speak them."""
    own = words.languages_of(series)
    theirs = session.exec(select(Registration.language).where(col(Registration.series_id) == series.id).distinct())
    read = {letter_language([code], {*languages.LANGUAGES, *own}) for code in theirs}
    return [*own, *sorted(read - set(own))]


def proposed(series: Series, webinar: Webinar, who: str, language: str) -> dict[str, str]:
    """Words for who `came` or `missed` it, or (empty) where nobody knows: what is sent in a language nobody wrote in."""
    say = languages.translator(language).gettext
    title = {"title": words.of_webinar(series, webinar, language).title}
    match who:
        case "came":
            subject = say("Thank you for coming: %(title)s")
            body = say("Thank you for being with us. What there is to see and to read again is below. Pass it on to whoever it may help.")  # fmt: skip
        case "missed":
            subject = say("What you missed: %(title)s")
            body = say("You could not be with us this time. What there is to see and to read is below, whenever it suits you.")  # fmt: skip
        case _:
            subject = say("Afterwards: %(title)s")
            body = say("What there is to see and to read again is below, whether you were with us or not.")
    return {"subject": subject % title, "body": body}


def _words(webinar: Webinar, who: str) -> dict[str, dict[str, str]]:
    return webinar.came_words if who == "came" else webinar.missed_words


def _set(webinar: Webinar, who: str, said: dict[str, dict[str, str]]) -> None:
    if who == "came":
        webinar.came_words = said
    else:
        webinar.missed_words = said
