"""Letters to many about a webinar, compiled: what each kind says beside its context, and its header fields.

Words that staff wrote go before ours. Nothing in an edition is about one reader, so everybody who reads a language shares it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from publisher.audience.lists import name_in
from publisher.audience.models import MailingList
from publisher.errors import BadInput
from publisher.house import House
from publisher.languages import Translator, translator
from publisher.mail.calendar_part import CalendarBody
from publisher.mail.identities import brand_of, personal_plan
from publisher.mail.letters import Edition, HeaderPlan, compile_letter
from publisher.mail.models import Identity
from publisher.webinars import addresses
from publisher.webinars.contexts import context_of
from publisher.webinars.facts import facts_of
from publisher.webinars.models import Handout, Series, Webinar

#: The folder of templates of each kind of mailing.
FOLDERS = {
    "announcement": "webinar-announcement",
    "reminder": "webinar-reminder",
    "update": "webinar-update",
    "cancellation": "webinar-cancellation",
    "message": "webinar-message",
    "came": "webinar-follow-up",
    "missed": "webinar-follow-up",
}
_TO_BOOKED = ("update", "cancellation")


def compile_for(
    session: Session,
    house: House,
    kind: str,
    series: Series,
    webinar: Webinar | None,
    language: str,
    *,
    now: datetime,
    words: Mapping[str, str] | None = None,
    data: Mapping[str, Any] | None = None,
    calendar: CalendarBody | None = None,
    mailing_list: MailingList | None = None,
) -> Edition:
    """A mailing of that kind in one language. `webinar`: the date it is about; None: the series. `words` {subject, body}: what
    staff wrote in this language; `data`: what the mailing keeps: `minutes` of a reminder, `reason`, `note`, `was` and `dates`
    of a change, `known` of a follow-up."""
    identity = session.get_one(Identity, series.identity_id)
    context = context_for(
        session, house, kind, series, webinar, language, now=now, words=words or {}, data=data or {}
    ) | {"with_calendar": calendar is not None, "brand": brand_of(identity, house.settings)}
    if kind == "announcement":
        context["list_name"] = name_in(_list(mailing_list), language)
    key = webinar.slug if webinar is not None else series.slug
    plan = plan_for(kind, identity, mailing_list=mailing_list, key=key)
    return compile_letter(house.templates, folder_of(kind), language, context, plan, calendar)


def context_for(
    session: Session,
    house: House,
    kind: str,
    series: Series,
    webinar: Webinar | None,
    language: str,
    *,
    now: datetime,
    words: Mapping[str, str],
    data: Mapping[str, Any],
) -> dict[str, Any]:
    """The context of that kind, but for its brand, list and calendar."""
    was = _was(webinar, data)
    listing = sorted(was) if webinar is None and data.get("dates") else None
    moved = {number: at for number, at in was.items() if at is not None}
    found = context_of(session, house, series, webinar, language, now=now, listing=listing, was=moved)
    say = translator(language)
    match kind:
        case "announcement":
            found |= {
                "subject": say.gettext("Webinar: %(title)s") % {"title": found["title"]},
                "facts": facts_of(series, language),
            }
        case "reminder":
            found |= _reminder(found, int(data.get("minutes", 0)), say, now)
        case "update":
            found |= _update(found["title"], str(data.get("reason", "")), say)
        case "cancellation":
            found |= _cancellation(found["title"], webinar is None, say)
        case "came" | "missed":
            found |= _follow_up(session, house, series, webinar, kind, data)
    note = str(data.get("note", "") or "")
    subject = {"subject": words["subject"]} if words.get("subject") else {}
    return {"subject": found["title"], **found, **subject, "note": note, "rich": {"body": words.get("body", "")}}


def folder_of(kind: str) -> str:
    """The templates of a kind of mailing."""
    if kind not in FOLDERS:
        raise BadInput(f"There is no letter “{kind}” about webinars.")
    return FOLDERS[kind]


def plan_for(kind: str, identity: Identity, *, mailing_list: MailingList | None = None, key: str = "") -> HeaderPlan:
    """Header fields. An announcement leaves through its list; of what was booked nobody unsubscribes by header; the others
    offer “no more mail about this webinar” (the value `unsubscribe`, RFC 8058). `key` names an announcement to who counts
    complaints."""
    if kind in _TO_BOOKED:
        return personal_plan(identity)
    if kind != "announcement":
        return HeaderPlan(
            identity.from_name, identity.from_address, reply_to=identity.reply_to, unsubscribe=True,
            auto_submitted="auto-generated" if kind == "reminder" else None,
        )  # fmt: skip
    through = _list(mailing_list)
    sender = "".join(c for c in identity.domain if c.isascii() and c.isalnum())[:15].ljust(5, "0")
    return HeaderPlan(
        identity.from_name, identity.from_address, reply_to=identity.reply_to, list_name=through.name,
        list_id=through.list_id, feedback_id=f"w-{key}:list-{through.slug}:announcement:{sender}", precedence="bulk",
        unsubscribe=True, unsubscribe_mailto=identity.unsubscribe_mailbox,
    )  # fmt: skip


def how_to_join(opens_before: int, say: Translator, *, is_open: bool = False) -> str:
    """When the room opens, and whose the link is. `is_open`: it is on now."""
    opens = say.ngettext(
        "The room opens one minute before the start.", "The room opens %(num)s minutes before the start.", opens_before
    )
    if not opens_before:
        opens = say.gettext("The room opens at the start.")
    if is_open:
        opens = say.gettext("The room is open.")
    whose = say.gettext("The link is yours alone: please do not pass it on.")
    return f"{opens % {'num': opens_before}} {whose}"


def _reminder(found: Mapping[str, Any], minutes: int, say: Translator, now: datetime) -> dict[str, Any]:
    """What is left until the start, as it was planned; where it goes out much later than that, as it is."""
    left = int((found["first"]["starts_at"] - now) / timedelta(minutes=1))
    number = minutes if left >= minutes * 0.8 else max(left, 0)
    subject, said, count = _ahead(number, say)
    return {
        "subject": subject % {"title": found["title"], "num": count},
        "said": said % {"num": count},
        "how_to_join": how_to_join(found["opens_before"], say),
    }


def _ahead(minutes: int, say: Translator) -> tuple[str, str, int]:
    """How long it is until then, in a subject and in a sentence, and the number in both."""
    if minutes == 0:
        return say.gettext("It begins now: %(title)s"), say.gettext("It begins now."), 0
    if minutes >= 2880:
        n = round(minutes / 1440)
        return say.ngettext("In one day: %(title)s", "In %(num)s days: %(title)s", n), say.ngettext("It begins in one day.", "It begins in %(num)s days.", n), n  # fmt: skip
    if minutes == 60 or minutes >= 120:
        n = round(minutes / 60)
        return say.ngettext("In one hour: %(title)s", "In %(num)s hours: %(title)s", n), say.ngettext("It begins in one hour.", "It begins in %(num)s hours.", n), n  # fmt: skip
    n = minutes
    return say.ngettext("In one minute: %(title)s", "In %(num)s minutes: %(title)s", n), say.ngettext("It begins in one minute.", "It begins in %(num)s minutes.", n), n  # fmt: skip


def _update(title: str, reason: str, say: Translator) -> dict[str, Any]:
    match reason:
        case "added":
            subject, said = say.gettext("One more date: %(title)s"), say.gettext("There is one more date, and you have a place at it.")  # fmt: skip
        case "rules":
            subject, said = say.gettext("Another time on the clock: %(title)s"), say.gettext("The rules of the clocks there have changed, so the same hour is now another moment. This is the time that counts.")  # fmt: skip
        case "zone":
            subject, said = say.gettext("New times: %(title)s"), say.gettext("The times have changed. These are the ones that count.")  # fmt: skip
        case _:
            subject, said = say.gettext("New time: %(title)s"), say.gettext("The time has changed.")
    return {"subject": subject % {"title": title}, "said": said}


def _cancellation(title: str, is_whole: bool, say: Translator) -> dict[str, Any]:
    said = say.gettext("This series is called off. We are sorry.") if is_whole else say.gettext("This date is called off. We are sorry.")  # fmt: skip
    return {"subject": say.gettext("Called off: %(title)s") % {"title": title}, "said": said}


def _follow_up(
    session: Session, house: House, series: Series, webinar: Webinar | None, kind: str, data: Mapping[str, Any]
) -> dict[str, Any]:
    if webinar is None:
        raise BadInput("What follows a webinar is about one date.")
    url = addresses.recording(house, webinar)
    rows = select(Handout).where(col(Handout.webinar_id) == webinar.id).order_by(col(Handout.id))
    return {
        "recording_url": url if webinar.recording_url or webinar.recording_id is not None else "",
        "handouts": [{"title": one.title, "url": url} for one in session.exec(rows).all() if one.title],
        "has_survey": bool(series.survey),
        "came": kind == "came" and bool(data.get("known", True)),
    }


def _was(webinar: Webinar | None, data: Mapping[str, Any]) -> dict[int, datetime | None]:
    """Where the dates stood that have changed, by id; None where only the date is named."""
    given: Mapping[str, Any] = data.get("dates") or {}
    if webinar is not None:
        given = {str(webinar.id): data.get("was") or {}}
    return {
        int(number): datetime.fromisoformat(stood["starts_at"]) if stood and stood.get("starts_at") else None
        for number, stood in given.items()
    }


def _list(mailing_list: MailingList | None) -> MailingList:
    if mailing_list is None:
        raise BadInput("An announcement goes to a list.")
    return mailing_list
