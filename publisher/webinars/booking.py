"""One's own page of a registration: its dates in one's own time, the way in, the calendar, questions, what was attended.

The link to it is in every mail, and mails are forwarded. So the page shows a masked address, and what can be done there can be
taken back there (`changing`, `quiet`, `questions`). It logs nobody in and leads to nothing else of the person's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from publisher.audience import gate, people
from publisher.audience import letters as audience_letters
from publisher.errors import BadToken
from publisher.house import House
from publisher.languages import N_, translator
from publisher.mail import addresses as mail_addresses
from publisher.mail.models import Address
from publisher.media.models import MediaFile
from publisher.tokens import EXPIRED, Purpose
from publisher.webinars import (
    addresses,
    certificates,
    entrances,
    handouts,
    programme,
    proof,
    questions,
    registrants,
    repeating,
    seats,
    waiting,
    words,
)
from publisher.webinars.models import (
    Handout,
    Question,
    Registrant,
    Registration,
    RegistrationState,
    Seat,
    Series,
    Webinar,
    WebinarState,
)
from publisher.webinars.questions import Seen

#: Of whoever has lost a link and does not say which: so many, of what ended no longer ago.
MOST_LINKS, REMEMBERED = 5, timedelta(days=90)
#: What a link leads to. Who has not confirmed, was declined, or left, registers instead.
WITH_LINK = (RegistrationState.REGISTERED, RegistrationState.WAITING, RegistrationState.ASKED)
LINK_SENT = N_("If that address is registered for this webinar, its link is on the way to it.")


@dataclass(frozen=True)
class BookedDate:
    """One date on the page. `seat`: coming | recording | away, empty where the registration does not cover it. `room`: as
    `entrances.State`, empty for who does not come, as `opens_at` is; `join_url` is there as long as there is something to wait for. `is_full`:
    of a date they do not come to. `can_change`: it is neither over nor called off."""

    webinar: Webinar
    words: words.Words
    seat: str
    can_change: bool
    is_over: bool
    is_called_off: bool
    is_full: bool
    room: str
    opens_at: datetime | None
    join_url: str
    recording_url: str
    handouts: tuple[tuple[Handout, MediaFile], ...]
    questions: tuple[Seen, ...]
    answers: tuple[Question, ...]
    attended: str
    minutes: int | None


@dataclass(frozen=True)
class Page:
    """Everything the page shows, in the registration's language and zone. `position`: on the waiting list, from 1.
    `certificate_url`: empty until something was attended."""

    registration: Registration
    series: Series
    words: words.Words
    masked: str
    position: int | None
    dates: tuple[BookedDate, ...]
    calendar_url: str
    certificate_url: str
    is_muted: bool
    can_cancel: bool
    can_come_back: bool


def open_registration(session: Session, house: House, token: str, *, now: datetime) -> Registration:
    """Whose registration a booking link names: for the buttons of the page. `BadToken` where it is forged, or they were erased."""
    registration = registrants.by_key(session, house.tokens.open(Purpose.BOOKING, token, now=now))
    if registration is None:
        raise BadToken(EXPIRED)
    return registration


def open_page(session: Session, house: House, token: str, *, now: datetime, language: str | None = None) -> Page:
    """What the personal page shows. Changes nothing. `BadToken` as above. `language`: another than the registration's."""
    registration = open_registration(session, house, token, now=now)
    series = session.get_one(Series, registration.series_id)
    language = language or registration.language
    dates = _dates(session, house, series, registration, language, now)
    is_ahead = any(one.can_change for one in dates)
    certificate = certificates.of(session, house, registration, language=language)
    registrant = session.get_one(Registrant, registration.registrant_id)
    return Page(
        registration=registration,
        series=series,
        words=words.of_series(series, language),
        masked=mail_addresses.mask(registrants.address_of(session, registration).email),
        position=waiting.position(session, registration),
        dates=dates,
        calendar_url=addresses.own_calendar(house, registrant),
        certificate_url=certificate.url if certificate else "",
        is_muted=registration.muted_at is not None,
        can_cancel=registration.state in seats.STANDING and is_ahead,
        can_come_back=registration.state == RegistrationState.CANCELLED and is_ahead,
    )


def mail_link(session: Session, house: House, series: Series, email: str, *, ip: str = "", now: datetime) -> str:
    """“I have lost my link”: mail it to that address, if it is registered. The answer, and the time it takes, are the same
    whoever asks for whom. `BadAddress`; `TooMany` for a network."""
    mail_addresses.normalise(email)
    gate.spend_for_network(session, house.tokens, "webinar-link", ip, now=now)
    address = mail_addresses.find(session, house.tokens, email)
    registration = _standing(session, series, address)
    found = [registration] if registration is not None else []
    _mail_each(session, house, email, found, 1, now)
    return LINK_SENT


def mail_links(session: Session, house: House, email: str, *, ip: str = "", now: datetime) -> None:
    """The same for who does not say for which webinar: the links of their last few that are not long over. Says nothing."""
    mail_addresses.normalise(email)
    gate.spend_for_network(session, house.tokens, "webinar-link", ip, now=now)
    mine = _lately(session, mail_addresses.find(session, house.tokens, email), now)
    _mail_each(session, house, email, mine, MOST_LINKS, now)


def _mail_each(session: Session, house: House, email: str, found: list[Registration], most: int, now: datetime) -> None:
    """A link for each; and for what is not there as much work, thrown away, so that the time does not tell how many there are."""
    written = 0
    for registration in found:
        if proof.may_write_again(session, house, email, now=now):
            repeating.remind(session, house, registration, now=now)
            written += 1
    said = audience_letters.fresh_link_context(translator("en"))
    for _ in range(most - written):
        audience_letters.as_if(session, house, "notice", "en", said)


def new_calendar(session: Session, registrant: Registrant) -> None:
    """Take back the address of somebody's own calendar, which got into other hands: the next one is on their page."""
    registrant.key = people.new_key()
    session.add(registrant)
    session.flush()


def _lately(session: Session, address: Address | None, now: datetime) -> list[Registration]:
    """Their registrations with a date ahead, or over for no longer than `REMEMBERED`, the newest first."""
    if address is None or not address.email or (registrant := registrants.of_address(session, address)) is None:
        return []
    recent = select(Webinar.series_id).where(col(Webinar.ends_at) > now - REMEMBERED)
    which = select(Registration).where(
        col(Registration.registrant_id) == registrant.id,
        col(Registration.state).in_(WITH_LINK),
        col(Registration.series_id).in_(recent),
    )
    order = (col(Registration.changed_at).desc(), col(Registration.id).desc())
    return list(session.exec(which.order_by(*order).limit(MOST_LINKS)))


def _standing(session: Session, series: Series, address: Address | None) -> Registration | None:
    """What an address has on this series that a link leads to."""
    registrant = registrants.of_address(session, address) if address and address.email else None
    registration = registrants.registration_of(session, series, registrant) if registrant else None
    return registration if registration is not None and registration.state in WITH_LINK else None


def _dates(
    session: Session, house: House, series: Series, registration: Registration, language: str, now: datetime
) -> tuple[BookedDate, ...]:
    """The dates they have to do with, and those they could still choose."""
    mine = seats.of(session, registration)
    ahead = {one.id or 0 for one in seats.open_dates(session, series, now=now)}
    left = seats.free(session, series, ahead) or {}
    dates = [one for one in programme.webinars_of(session, series) if _is_shown(one, mine, ahead)]
    asked = questions.seen_at(session, registration, dates)
    papers = handouts.shown_at(session, dates, now=now)
    found = []
    for webinar in dates:
        number = webinar.id or 0
        seat = mine.get(number)
        is_full = (seat is None or seat.state != "coming") and left.get(number) == 0
        beside = _Beside(tuple(papers[number]), tuple(asked[number]))
        said = words.of_webinar(series, webinar, language)
        found.append(_booked(house, series, registration, webinar, seat, said, beside, number in ahead, is_full, now))
    return tuple(found)


def _is_shown(webinar: Webinar, mine: dict[int, Seat], ahead: set[int]) -> bool:
    return webinar.state != WebinarState.DRAFT and (webinar.id in mine or webinar.id in ahead)


@dataclass(frozen=True)
class _Beside:
    """What stands beside a date: papers, and the questions that its registrant sees."""

    handouts: tuple[tuple[Handout, MediaFile], ...]
    questions: tuple[Seen, ...]


def _booked(
    house: House,
    series: Series,
    registration: Registration,
    webinar: Webinar,
    seat: Seat | None,
    said: words.Words,
    beside: _Beside,
    is_ahead: bool,
    is_full: bool,
    now: datetime,
) -> BookedDate:
    comes = seat is not None and seat.state == "coming"
    entrance = entrances.of_registration(series, webinar, registration, seat, now) if comes else None
    room = entrance.state if entrance else ""
    return BookedDate(
        webinar=webinar,
        words=said,
        seat=seat.state if seat else "",
        can_change=is_ahead,
        is_over=webinar.state == WebinarState.ANNOUNCED and not is_ahead,
        is_called_off=webinar.state == WebinarState.CANCELLED,
        is_full=is_full,
        room=room,
        opens_at=entrance.opens_at if entrance else None,
        join_url=addresses.join(house, registration, webinar) if room in ("early", "open") else "",
        recording_url=addresses.recording(house, webinar) if webinar.recording_found_at else "",
        handouts=beside.handouts,
        questions=beside.questions,
        answers=tuple(one.question for one in beside.questions if one.question.is_published),
        attended=seat.attended if seat else "",
        minutes=seat.minutes if seat else None,
    )
