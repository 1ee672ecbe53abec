"""What of webinars needs somebody: no room, servers in trouble, people who wait, letters that are held, speakers who are not ready,
what was held and not taken further, and dates that new rules of clocks moved."""

from datetime import timedelta
from itertools import groupby
from typing import Any

from sqlmodel import col, func, select

from publisher.desk import afterwards
from publisher.languages import join_list
from publisher.mail.models import Identity
from publisher.web.studio import rooms, words
from publisher.web.studio.convening import MOST, line, to_come
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars.finding import date_url, series_url
from publisher.webinars import audit, preparing
from publisher.webinars.models import (
    Mailing,
    MeetingServer,
    Registration,
    RegistrationState,
    ReplyMailbox,
    Series,
    Speaker,
    Webinar,
    WebinarState,
)

WITHIN_A_WEEK, ROOMLESS, TOLD = timedelta(days=7), timedelta(days=2), timedelta(days=7)


def needs(desk: Desk) -> list[dict[str, Any]]:
    """What stands in the way of somebody, the most urgent first."""
    return [*_roomless(desk), *_servers(desk), *_asked(desk), *_held_letters(desk), *_speakers(desk), *_afterwards(desk), *_rules(desk)]  # fmt: skip


def _roomless(desk: Desk) -> list[dict[str, Any]]:
    """Dates of the next two days that nobody could go in to."""
    without = (col(Series.room_kind) == "url") & (col(Series.room_url) == "")
    without |= (col(Series.room_kind) == "bigbluebutton") & col(Series.server_id).is_(None)
    soon = to_come(desk).where(col(Webinar.starts_at) <= desk.now + ROOMLESS, col(Webinar.room_url) == "", without)
    return [
        line(desk, series, one, ["it has no room yet"], "failing", "No room") for series, one in desk.session.exec(soon.limit(MOST))
    ]  # fmt: skip


def _servers(desk: Desk) -> list[dict[str, Any]]:
    """Meeting servers and mailboxes for answers that are in trouble."""
    failing = desk.session.exec(select(MeetingServer).where(col(MeetingServer.state) == "failing")).all()
    boxes = desk.session.exec(
        select(ReplyMailbox, Identity).where(
            col(Identity.id) == col(ReplyMailbox.identity_id), col(ReplyMailbox.state) == "failing"
        )
    ).all()
    found = [(f"The meeting server {one.slug}", one.error) for one in failing]
    found += [(f"The mailbox for answers to {identity.from_name}", box.error) for box, identity in boxes]
    return [
        {"title": title, "url": rooms.PATH if desk.may("owner") else "", "facts": [error], "state": "failing", "state_label": "", "moment": None}
        for title, error in found
    ]  # fmt: skip


def _asked(desk: Desk) -> list[dict[str, Any]]:
    """People who wait to be let in, by series."""
    rows = desk.session.exec(
        select(Series, func.count(), func.min(Registration.asked_at))
        .join(Registration, col(Registration.series_id) == col(Series.id))
        .where(col(Registration.state) == RegistrationState.ASKED)
        .group_by(col(Series.id))
        .order_by(func.min(Registration.asked_at))
        .limit(MOST)
    )
    return [
        {
            "title": f"{words.counted(int(number), 'person waits', 'people wait')} to be let in",
            "url": f"{series_url(series)}/registrations?state={RegistrationState.ASKED}",
            "facts": [series.title],
            "state": "held",
            "state_label": "Let in or not",
            "moment": desk.moment(since),
        }
        for series, number, since in rows
    ]


def _held_letters(desk: Desk) -> list[dict[str, Any]]:
    """Letters to many that could not be made."""
    rows = desk.session.exec(
        select(Mailing, Series)
        .where(col(Series.id) == col(Mailing.series_id), col(Mailing.state) == "held")
        .order_by(col(Mailing.due_at))
        .limit(MOST)
    )
    return [
        {
            "title": f"A letter about “{series.title}” could not be made",
            "url": f"{series_url(series)}/{'announce' if mailing.kind == 'announcement' else 'message'}",
            "facts": [mailing.reason],
            "state": "held",
            "state_label": "",
            "moment": desk.moment(mailing.due_at),
        }
        for mailing, series in rows
    ]


def _speakers(desk: Desk) -> list[dict[str, Any]]:
    """Who speaks within a week and has not brought everything; one line for each date."""
    theirs = (col(Speaker.series_id) == col(Webinar.series_id)) & (
        col(Speaker.webinar_id).is_(None) | (col(Speaker.webinar_id) == col(Webinar.id))
    )
    soon = (
        select(Webinar, Series, Speaker)
        .join(Series, col(Series.id) == col(Webinar.series_id))
        .join(Speaker, theirs)
        .where(col(Webinar.state) == WebinarState.ANNOUNCED, col(Webinar.starts_at) > desk.now)
        .where(col(Webinar.starts_at) <= desk.now + WITHIN_A_WEEK)
        .order_by(col(Webinar.starts_at), col(Webinar.id), col(Speaker.position), col(Speaker.id))
        .limit(MOST)
    )
    found = []
    for _, several in groupby(desk.session.exec(soon).all(), key=lambda row: row[0].id):
        rows = list(several)
        webinar, series, _ = rows[0]
        missing = preparing.missing_of(desk.session, series, [one for _, _, one in rows], now=desk.now)
        lacking = {one.name: missing[one.id or 0] for _, _, one in rows}
        lacking = {name: what for name, what in lacking.items() if what}
        if lacking:
            who = join_list(list(lacking), "en")
            number = sum(map(len, lacking.values()))
            what = f"{words.counted(number, 'thing')} missing from {who}"
            found.append(line(desk, series, webinar, [what], "held", "Not ready"))
    return found


def _afterwards(desk: Desk) -> list[dict[str, Any]]:
    """Held, and nobody has heard of it since."""
    found = []
    for series, webinar in afterwards.ready(desk.session, desk.now):
        shown = line(desk, series, webinar, ["letters not sent"], "held", "Take it further")
        found.append(shown | {"url": f"{date_url(series, webinar)}/afterwards", "moment": desk.moment(webinar.ends_at)})
        if len(found) == MOST:
            break
    return found


def _rules(desk: Desk) -> list[dict[str, Any]]:
    """Dates that new rules of clocks moved lately, and those that no rule reckons any more."""
    lately = select(Mailing, Series).where(
        col(Series.id) == col(Mailing.series_id),
        col(Mailing.kind) == "update",
        col(Mailing.created_at) > desk.now - TOLD,
    )
    found = [
        {
            "title": f"New rules of clocks moved “{series.title}”",
            "url": series_url(series),
            "facts": ["the hour on the clock there stays; everybody who registered was told"],
            "state": "",
            "state_label": "Look at it",
            "moment": desk.moment(mailing.created_at),
        }
        for mailing, series in desk.session.exec(lately.order_by(col(Mailing.id).desc()).limit(100))
        if mailing.data.get("reason") == "rules"
    ]
    trouble = [one for one in audit.preview(desk.session, desk.now) if one.problem][:MOST]
    slugs = dict(desk.session.exec(select(Series.id, Series.slug).where(col(Series.id).in_([one.series_id for one in trouble]))).all()) if trouble else {}  # fmt: skip
    return found[:MOST] + [
        {
            "title": f"The time of {one.slug} cannot be reckoned",
            "url": f"/studio/webinars/{slugs[one.series_id]}/dates/{one.webinar_id}",
            "facts": [one.problem],
            "state": "failing",
            "state_label": "",
            "moment": desk.moment(one.before),
        }
        for one in trouble
    ]
