"""The check of calendars as they are met: a file, a mail with an invitation in it, or an address that programs ask every hour."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.message import Message
from functools import partial
from typing import Any

from feeds.calendar.checks import RULES, Finding, Report, check
from publisher.internet import Fetched, Limits, fetch
from publisher.mail.lint_calendar import findings_in_calendar

ACCEPT = "text/calendar, */*;q=0.5"
LIMITS = Limits(seconds=20)
_KINDS = ("text/calendar", "application/ics")
_SERVING = ("feed.type", "feed.validators")
_OF_MAIL = "mail."


def check_octets(data: bytes) -> Report:
    """A calendar, or the first one of a mail together with how the mail carries it. `FeedError` where there is none."""
    mail = _Mail.read(data)
    if mail is None:
        return check(data)
    beside = [Finding(one.rule, one.level, one.message, one.where) for one in findings_in_calendar(mail.message)]
    return _with(check(mail.calendar), beside, (rule for rule in RULES if rule.startswith(_OF_MAIL)))


def check_address(url: str, *, private: frozenset[str] = frozenset(), public_url: str | None = None) -> Report:
    """A calendar at an address, and how it is served: asked for three times. `FetchError`, `FeedError` where there is none."""
    ask = partial(fetch, url, limits=LIMITS, accept=ACCEPT, private_hosts=private, public_url=public_url)
    first = ask()
    report = check_octets(first.body)
    again = ask()
    etag, modified = (first.headers.get(name) for name in ("ETag", "Last-Modified"))
    kept = ask(etag=etag, last_modified=modified) if etag or modified else None
    return _with(report, _served(first, again, kept), _SERVING)


def as_data(report: Report) -> dict[str, Any]:
    """The JSON of `publisher check calendar`: each finding with who says so."""
    data = report.as_data()
    for found in data["findings"]:
        found["source"] = RULES[found["rule"]].source if found["rule"] in RULES else "RFC 6047"
    return data


@dataclass(frozen=True)
class _Mail:
    message: "Message[str, str]"
    calendar: bytes

    @classmethod
    def read(cls, data: bytes) -> "_Mail | None":
        start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:16].upper()
        if start.startswith(b"BEGIN:VCALENDAR"):
            return None
        message = message_from_bytes(data)
        if not message.keys():
            return None
        for part in message.walk():
            octets = part.get_payload(decode=True) if part.get_content_type() in _KINDS else None
            if isinstance(octets, bytes):
                return cls(message, octets)
        return None


def _served(first: Fetched, again: Fetched, kept: Fetched | None) -> Iterable[Finding]:
    """The rows F1 and F2, as three answers show them."""
    said = f"{first.content_type or 'nothing'}{f'; charset={first.charset}' if first.charset else ''}"
    if first.content_type != "text/calendar" or (first.charset or "utf-8").lower() != "utf-8":
        message = f"It is served as {said}: serve it as text/calendar; charset=utf-8."
        yield Finding("feed.type", "must", message, "Content-Type")
    if first.body != again.body:
        message = "Two fetches in a row have different bytes: take the time of asking out of it."
        yield Finding("feed.validators", "must", message, "the second answer")
    missing = [name for name in ("ETag", "Last-Modified") if not first.headers.get(name)]
    if missing:
        message = f"The answer has no {' and no '.join(missing)}: programs fetch it all every time."
        yield Finding("feed.validators", "must", message, "headers")
    if kept is not None and not kept.not_modified:
        message = f"Asked whether it has changed, the server answers {kept.status} and not 304."
        yield Finding("feed.validators", "must", message, "the third answer")


def _with(report: Report, found: Iterable[Finding], judged: Iterable[str]) -> Report:
    """The report with what was found around the calendar; `judged`: rules that are no longer open."""
    several, done = (*report.findings, *found), set(judged)
    return replace(
        report,
        findings=tuple(sorted(several, key=lambda one: one.level != "must")),
        not_checked=tuple(one for one in report.not_checked if one.rule not in done),
    )
