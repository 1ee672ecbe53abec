"""One small thing wrong in a calendar that is right: each is caught, by the rule it breaks.

The good ones are ours and have no finding at all, so that what is found comes from the edit.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from calendar_stage import MOVED, ONE, PRODID, SERIES, STAMP

from feeds.calendar.checks import RULES, check
from feeds.calendar.values import Calendar
from feeds.calendar.writing import cancel, reply, request, write

INVITE = request([SERIES], prodid=PRODID)
PAIR = request([SERIES, MOVED], prodid=PRODID)
CALLED_OFF = cancel(replace(SERIES, sequence=2), prodid=PRODID)
ANSWER = reply(ONE, "ACCEPTED", prodid=PRODID, now=STAMP)
FEED = write(Calendar(PRODID, (replace(ONE, attendee=None), replace(SERIES, attendee=None, alarm=None)), "PUBLISH", "Webinars",
                      refresh=timedelta(hours=1)))  # fmt: skip
GOOD = {"invite": INVITE, "pair": PAIR, "cancel": CALLED_OFF, "reply": ANSWER, "feed": FEED}
LINE = "DTSTART;TZID=America/New_York:20270225T110000"
ENDS = "DTEND;TZID=America/New_York:20270225T123000"
RULE = "RRULE:FREQ=WEEKLY;BYDAY=TH;COUNT=5"
EXCEPT = "EXDATE;TZID=America/New_York:20270304T110000"
HUB = "ORGANIZER;CN=The Hub:mailto:hub@hub.example.org"
WHO = "ATTENDEE;CN=Alice;"
SPRING = "DTSTART:20070311T020000"
ALARM = "TRIGGER:-PT10M"
TITLE = "SUMMARY;LANGUAGE=en:Leading early years"
AGAIN = "RECURRENCE-ID;TZID=America/New_York:20270318T110000"
ALICE = "mailto:alice@example.org"


def insert(text: str, before: str = "BEGIN:VALARM") -> tuple[str, str]:
    return before, f"{text}\n{before}"


#: name · which good one · its text (unfolded lines, in \n) · what it becomes · the rule
TEXT_EDITS = [
    ("version-1", "invite", "VERSION:2.0", "VERSION:1.0", "calendar.version"),
    ("no-version", "invite", "VERSION:2.0\n", "", "calendar.version"),
    ("version-twice", "invite", "VERSION:2.0", "VERSION:2.0\nVERSION:2.0", "calendar.version"),
    ("no-prodid", "invite", f"PRODID:{PRODID}\n", "", "calendar.prodid"),
    ("prodid-twice", "invite", f"PRODID:{PRODID}", f"PRODID:{PRODID}\nPRODID:x", "calendar.prodid"),
    ("prodid-empty", "invite", f"PRODID:{PRODID}", "PRODID:", "calendar.prodid"),
    ("scale", "invite", "CALSCALE:GREGORIAN", "CALSCALE:JULIAN", "calendar.scale"),
    ("method-unknown", "invite", "METHOD:REQUEST", "METHOD:INVITE", "calendar.method"),
    ("method-twice", "invite", "METHOD:REQUEST", "METHOD:REQUEST\nMETHOD:REQUEST", "calendar.method"),
    ("method-in-event", "invite", *insert("METHOD:REQUEST"), "calendar.method-place"),
    ("feed-without-name", "feed", "NAME:Webinars\n", "", "calendar.name"),
    ("feed-without-calname", "feed", "X-WR-CALNAME:Webinars\n", "", "calendar.name"),
    ("feed-without-refresh", "feed", "REFRESH-INTERVAL;VALUE=DURATION:PT1H\n", "", "calendar.refresh"),
    ("feed-without-ttl", "feed", "X-PUBLISHED-TTL:PT1H\n", "", "calendar.refresh"),
    ("no-uid", "invite", "UID:series-3@hub.example.org\n", "", "event.uid"),
    ("uid-twice", "invite", "UID:series-3@hub.example.org", "UID:series-3@hub.example.org\nUID:b@hub.example.org", "event.uid"),
    ("uid-empty", "invite", "UID:series-3@hub.example.org", "UID:", "event.uid"),
    ("uid-long", "invite", "UID:series-3@", "UID:" + "\n ".join(["x" * 60] * 5) + "@", "event.uid"),
    ("uid-local", "invite", "UID:series-3@hub.example.org", "UID:7", "event.uid-global"),
    ("uid-and-date-again", "pair", f"{AGAIN}\n", "", "event.uid-once"),
    ("no-dtstamp", "invite", "DTSTAMP:20270110T083000Z\n", "", "event.dtstamp"),
    ("dtstamp-twice", "invite", "DTSTAMP:20270110T083000Z", "DTSTAMP:20270110T083000Z\nDTSTAMP:20270110T083000Z", "event.dtstamp"),
    ("dtstamp-local", "invite", "DTSTAMP:20270110T083000Z", "DTSTAMP:20270110T083000", "event.dtstamp-utc"),
    ("dtstamp-zone", "invite", "DTSTAMP:20270110T083000Z", "DTSTAMP;TZID=America/New_York:20270110T083000", "event.dtstamp-utc"),
    ("dtstamp-date", "invite", "DTSTAMP:20270110T083000Z", "DTSTAMP;VALUE=DATE:20270110", "event.dtstamp-utc"),
    ("created-local", "invite", "CREATED:20270110T083000Z", "CREATED:20270110T083000", "event.created"),
    ("modified-local", "invite", "LAST-MODIFIED:20270110T083000Z", "LAST-MODIFIED:20270110T083000", "event.last-modified"),
    ("modified-twice", "invite", "CREATED:", "LAST-MODIFIED:", "event.last-modified"),
    ("sequence-negative", "invite", "SEQUENCE:0", "SEQUENCE:-1", "event.sequence"),
    ("sequence-word", "invite", "SEQUENCE:0", "SEQUENCE:first", "event.sequence"),
    ("sequence-twice", "invite", "SEQUENCE:0", "SEQUENCE:0\nSEQUENCE:1", "event.sequence"),
    ("status-unknown", "invite", "STATUS:CONFIRMED", "STATUS:ACCEPTED", "event.status"),
    ("status-twice", "invite", "STATUS:CONFIRMED", "STATUS:CONFIRMED\nSTATUS:CONFIRMED", "event.status"),
    ("no-start", "invite", f"{LINE}\n", "", "event.start"),
    ("start-twice", "invite", LINE, f"{LINE}\n{LINE}", "event.start"),
    ("start-30-february", "invite", LINE, LINE.replace("0225", "0230"), "event.start"),
    ("start-hour-24", "invite", LINE, LINE.replace("T11", "T24"), "event.start"),
    ("start-iso", "invite", LINE, "DTSTART:2027-02-25T11:00:00", "event.start"),
    ("start-date-unsaid", "invite", LINE, "DTSTART:20270225", "event.start"),
    ("start-offset", "invite", LINE, "DTSTART:20270225T110000-0500", "event.start"),
    ("end-words", "invite", ENDS, "DTEND:noon", "event.end"),
    ("end-date", "invite", ENDS, "DTEND;VALUE=DATE:20270226", "event.end"),
    ("end-before-start", "invite", ENDS, ENDS.replace("T12", "T10"), "event.end-later"),
    ("end-at-start", "invite", ENDS, ENDS.replace("T1230", "T1100"), "event.end-later"),
    ("end-in-utc-before", "invite", ENDS, "DTEND:20270225T155900Z", "event.end-later"),
    ("end-and-duration", "invite", ENDS, f"{ENDS}\nDURATION:PT1H", "event.end-or-duration"),
    ("end-twice", "invite", ENDS, f"{ENDS}\n{ENDS}", "event.end-or-duration"),
    ("duration-negative", "invite", ENDS, "DURATION:-PT1H", "event.duration"),
    ("duration-nothing", "invite", ENDS, "DURATION:PT0S", "event.duration"),
    ("duration-words", "invite", ENDS, "DURATION:1 hour", "event.duration"),
    ("duration-empty", "invite", ENDS, "DURATION:PT", "event.duration"),
    ("location-twice", "invite", "LOCATION;LANGUAGE=en:Online", "LOCATION:Online\nLOCATION:Here", "event.once"),
    ("summary-twice", "invite", TITLE, f"{TITLE}\n{TITLE}", "event.once"),
    ("url-twice", "invite", *insert("URL:https://example.org/"), "event.once"),
    ("organizer-twice", "invite", HUB, f"{HUB}\n{HUB}", "event.once"),
    ("url-words", "invite", "URL:https://hub.example.org/webinars/leading", "URL:our page", "event.address"),
    ("conference-words", "invite", "LABEL=Join:https://hub.example.org/webinars/leading", "LABEL=Join:at ten", "event.address"),
    ("conference-kind", "invite", "CONFERENCE;VALUE=URI;", "CONFERENCE;", "event.conference-kind"),
    ("conference-only", "invite", "\nURL:https://hub.example.org/webinars/leading", "", "event.joined"),
    ("no-title", "invite", f"{TITLE}\n", "", "message.summary"),
    ("title-empty", "feed", TITLE, "SUMMARY:", "message.summary"),
    ("title-missing-in-cancel", "cancel", f"{TITLE}\n", "", "event.summary"),
    ("organizer-bare", "invite", "mailto:hub@hub.example.org", "hub@hub.example.org", "people.organizer"),
    ("organizer-named", "invite", "mailto:hub@hub.example.org", "mailto:The Hub <hub@hub.example.org>", "people.organizer"),
    ("organizer-web", "invite", "mailto:hub@hub.example.org", "https://hub.example.org", "people.organizer"),
    ("attendee-bare", "invite", ALICE, "alice@example.org", "people.attendee"),
    ("attendee-two", "invite", ALICE, f"{ALICE},bob@example.org", "people.attendee"),
    ("role", "invite", "ROLE=REQ-PARTICIPANT", "ROLE=GUEST", "people.words"),
    ("partstat", "invite", "PARTSTAT=NEEDS-ACTION", "PARTSTAT=YES", "people.words"),
    ("rsvp", "invite", "RSVP=FALSE", "RSVP=NO", "people.words"),
    ("cutype", "invite", "CUTYPE=INDIVIDUAL", "CUTYPE=PERSON", "people.words"),
    ("request-without-organizer", "invite", f"{HUB}\n", "", "message.organizer"),
    ("publish-without-organizer", "feed", f"{HUB}\n", "", "message.organizer"),
    ("cancel-without-organizer", "cancel", f"{HUB}\n", "", "message.organizer"),
    ("request-without-attendee", "invite", WHO, "X-NOBODY;CN=Alice;", "message.attendee"),
    ("cancel-without-attendee", "cancel", WHO, "X-NOBODY;CN=Alice;", "message.attendee"),
    ("reply-without-attendee", "reply", WHO, "X-NOBODY;CN=Alice;", "message.attendee"),
    ("request-lists-people", "invite", WHO, "ATTENDEE:mailto:bob@example.org\nATTENDEE;CN=Alice;", "message.alone"),
    ("reply-of-two", "reply", WHO, "ATTENDEE:mailto:bob@example.org\nATTENDEE;CN=Alice;", "message.alone"),
    ("publish-lists-people", "feed", HUB, f"{HUB}\nATTENDEE:{ALICE}", "message.published"),
    ("request-cancelled", "invite", "STATUS:CONFIRMED", "STATUS:CANCELLED", "message.status"),
    ("cancel-confirmed", "cancel", "STATUS:CANCELLED", "STATUS:CONFIRMED", "message.status"),
    ("cancel-sequence-0", "cancel", "SEQUENCE:2", "SEQUENCE:0", "message.sequence"),
    ("cancel-without-sequence", "cancel", "SEQUENCE:2\n", "", "message.sequence"),
    ("two-uids", "pair", "UID:series-3@hub.example.org", "UID:series-4@hub.example.org", "message.one-uid"),
    ("cancel-rings", "cancel", "END:VEVENT", "BEGIN:VALARM\nACTION:AUDIO\nTRIGGER:PT0S\nEND:VALARM\nEND:VEVENT", "alarm.cancelled"),
    ("reply-rings", "reply", "END:VEVENT", "BEGIN:VALARM\nACTION:AUDIO\nTRIGGER:PT0S\nEND:VALARM\nEND:VEVENT", "alarm.cancelled"),
    ("feed-rings", "feed", "END:VEVENT", "BEGIN:VALARM\nACTION:AUDIO\nTRIGGER:PT0S\nEND:VALARM\nEND:VEVENT", "alarm.feed"),
    ("alarm-without-action", "invite", "ACTION:DISPLAY\n", "", "alarm.parts"),
    ("alarm-without-trigger", "invite", f"{ALARM}\n", "", "alarm.parts"),
    ("alarm-without-words", "invite", "DESCRIPTION:It begins in ten minutes.\n", "", "alarm.parts"),
    ("alarm-mail-without-reader", "invite", "ACTION:DISPLAY", "ACTION:EMAIL", "alarm.parts"),
    ("alarm-words", "invite", ALARM, "TRIGGER:soon", "alarm.trigger"),
    ("alarm-local", "invite", ALARM, "TRIGGER;VALUE=DATE-TIME:20270225T105000", "alarm.trigger"),
    ("two-alarms", "invite", *insert("BEGIN:VALARM\nACTION:AUDIO\nTRIGGER:PT0S\nEND:VALARM"), "alarm.one"),
    ("rule-twice", "invite", RULE, f"{RULE}\n{RULE}", "recurrence.once"),
    ("rule-without-freq", "invite", RULE, "RRULE:BYDAY=TH;COUNT=5", "recurrence.rule"),
    ("rule-fortnightly", "invite", RULE, "RRULE:FREQ=FORTNIGHTLY", "recurrence.rule"),
    ("rule-count-and-until", "invite", RULE, f"{RULE};UNTIL=20270401T000000Z", "recurrence.rule"),
    ("rule-count-0", "invite", RULE, "RRULE:FREQ=WEEKLY;COUNT=0", "recurrence.rule"),
    ("rule-interval-0", "invite", RULE, "RRULE:FREQ=WEEKLY;INTERVAL=0", "recurrence.rule"),
    ("rule-day", "invite", RULE, "RRULE:FREQ=WEEKLY;BYDAY=THU", "recurrence.rule"),
    ("rule-2nd-day-weekly", "invite", RULE, "RRULE:FREQ=WEEKLY;BYDAY=2TH", "recurrence.rule"),
    ("rule-month-13", "invite", RULE, "RRULE:FREQ=YEARLY;BYMONTH=13", "recurrence.rule"),
    ("rule-part-unknown", "invite", RULE, f"{RULE};BYMOON=1", "recurrence.rule"),
    ("rule-part-twice", "invite", RULE, f"{RULE};COUNT=5", "recurrence.rule"),
    ("rule-words", "invite", RULE, "RRULE:every Thursday", "recurrence.rule"),
    ("until-words", "invite", RULE, "RRULE:FREQ=WEEKLY;UNTIL=April", "recurrence.rule"),
    ("until-local", "invite", RULE, "RRULE:FREQ=WEEKLY;UNTIL=20270325T110000", "recurrence.until-utc"),
    ("until-date", "invite", RULE, "RRULE:FREQ=WEEKLY;UNTIL=20270325", "recurrence.until-kind"),
    ("until-before", "invite", RULE, "RRULE:FREQ=WEEKLY;UNTIL=20270225T155900Z", "recurrence.until-later"),
    ("rule-on-another-day", "invite", RULE, "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=5", "recurrence.start"),
    ("rule-in-another-month", "invite", RULE, "RRULE:FREQ=YEARLY;BYMONTH=5;COUNT=5", "recurrence.start"),
    ("exdate-date", "invite", EXCEPT, "EXDATE;VALUE=DATE:20270304", "recurrence.dates"),
    ("rdate-date", "invite", EXCEPT, "RDATE;VALUE=DATE:20270305", "recurrence.dates"),
    ("exdate-words", "invite", EXCEPT, "EXDATE:Easter", "recurrence.dates"),
    ("exdate-midnight", "invite", EXCEPT, EXCEPT.replace("T11", "T00"), "recurrence.exception"),
    ("override-words", "pair", AGAIN, "RECURRENCE-ID:third", "recurrence.dates"),
    ("override-is-series", "pair", AGAIN, f"{AGAIN}\n{RULE}", "recurrence.override"),
    ("override-without-series", "pair", f"{RULE}\n", "", "recurrence.series"),
    ("zone-not-told", "invite", "TZID:America/New_York", "TZID:America/Chicago", "timezone.defined"),
    ("zone-not-used", "invite", "TZID:America/New_York", "TZID:America/Chicago", "timezone.used"),
    ("zone-windows-name", "invite", "America/New_York", "Eastern Standard Time", "timezone.name"),
    ("zone-short-name", "invite", "America/New_York", "EST5EDT", "timezone.name"),
    ("zone-gmt", "invite", "America/New_York", "GMT", "timezone.name"),
    ("zone-without-name", "invite", "TZID:America/New_York\n", "", "timezone.parts"),
    ("zone-from", "invite", "TZOFFSETFROM:-0500\n", "", "timezone.parts"),
    ("zone-to", "invite", "TZOFFSETTO:-0500\n", "", "timezone.parts"),
    ("zone-to-words", "invite", "TZOFFSETTO:-0500", "TZOFFSETTO:-05:00", "timezone.parts"),
    ("zone-minus-nothing", "invite", "TZOFFSETTO:-0500", "TZOFFSETTO:-0000", "timezone.parts"),
    ("zone-without-start", "invite", f"{SPRING}\n", "", "timezone.parts"),
    ("zone-start-utc", "invite", SPRING, f"{SPRING}Z", "timezone.local"),
    ("zone-start-zone", "invite", SPRING, SPRING.replace("START:", "START;TZID=America/New_York:"), "timezone.local"),
    ("zone-rule", "invite", "BYMONTH=3;BYDAY=2SU", "BYMONTH=3;BYDAY=SUN", "timezone.parts"),
    ("zone-until-local", "invite", "BYMONTH=3;BYDAY=2SU", "BYMONTH=3;BYDAY=2SU;UNTIL=20400101T000000", "timezone.until-utc"),
    # The fault of icalendar 7.3.0: the wall time after the jump.
    ("zone-onset-after-the-jump", "invite", SPRING, SPRING.replace("T02", "T03"), "timezone.onsets"),
    ("zone-onset-in-utc", "invite", SPRING, SPRING.replace("T02", "T07"), "timezone.onsets"),
    ("zone-rule-of-2006", "invite", "BYMONTH=3;BYDAY=2SU", "BYMONTH=4;BYDAY=1SU", "timezone.onsets"),
    ("zone-rule-ended", "invite", "BYMONTH=3;BYDAY=2SU", "BYMONTH=3;BYDAY=2SU;UNTIL=20260308T070000Z", "timezone.onsets"),
    ("zone-of-elsewhere", "invite", "America/New_York", "Europe/Berlin", "timezone.onsets"),
    ("zone-turned", "invite", "TZOFFSETTO:-0400", "TZOFFSETTO:-0600", "timezone.onsets"),
    ("zone-ends-early", "invite", "BYMONTH=11;BYDAY=1SU", "BYMONTH=11;BYDAY=1SU;UNTIL=20261101T060000Z", "timezone.covers"),
    ("series-in-utc", "invite", LINE, "DTSTART:20270225T160000Z", "timezone.utc-series"),
    ("utc-and-zone", "invite", LINE, f"{LINE}Z", "timezone.utc-and-zone"),
    ("floating", "invite", LINE, "DTSTART:20270225T110000", "timezone.floating"),
    ("floating-exception", "invite", EXCEPT, "EXDATE:20270304T110000", "timezone.floating"),
    ("comma-bare", "invite", TITLE, f"{TITLE}, again", "text.escapes"),
    ("semicolon-bare", "invite", TITLE, f"{TITLE}; again", "text.escapes"),
    ("semicolon-in-list", "invite", "CATEGORIES:Care", "CATEGORIES:Play;Care", "text.escapes"),
    ("backslash-at-end", "invite", TITLE, f"{TITLE} \\", "text.escapes"),
    ("colon-escaped", "invite", TITLE, f"{TITLE}\\: part 1", "text.colons"),
    ("letter-escaped", "invite", TITLE, f"{TITLE} \\t", "text.colons"),
    ("comma-in-name", "invite", "CN=The Hub", "CN=Hub, The", "parameters.quoted"),
    ("colon-in-name", "invite", "CN=The Hub", "CN=Hub: The", "parameters.quoted"),
    ("quote-in-name", "invite", "CN=The Hub", 'CN=The "Hub"', "parameters.quotes"),
    ("parameter-twice", "invite", "CN=The Hub", "CN=The Hub;CN=Hub", "parameters.once"),
    ("semicolon-in-name", "invite", "CN=The Hub", "CN=Hub; The", "document.line"),
    ("no-colon", "invite", TITLE, f"{TITLE}\nand something else", "document.line"),
    ("blank-line", "invite", TITLE, f"{TITLE}\n", "document.blank"),
    ("never-ended", "invite", "END:VALARM\n", "", "document.nesting"),
    ("never-begun", "invite", "BEGIN:VALARM\n", "", "document.nesting"),
    ("ended-twice", "invite", "END:VEVENT", "END:VEVENT\nEND:VEVENT", "document.nesting"),
    ("text-after-the-end", "invite", "END:VCALENDAR\n", "END:VCALENDAR\nSUMMARY:x\n", "document.nesting"),
    ("control", "invite", TITLE, f"{TITLE}\a", "document.control"),
    ("two-calendars", "invite", "END:VCALENDAR\n", "END:VCALENDAR\nBEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nEND:VCALENDAR\n", "document.single"),
]  # fmt: skip
BYTE_EDITS = [
    ("lf-only", INVITE.replace(b"\r\n", b"\n"), "document.line-breaks"),
    ("one-lf", INVITE.replace(b"VERSION:2.0\r\n", b"VERSION:2.0\n"), "document.line-breaks"),
    ("no-last-break", INVITE[:-2], "document.line-breaks"),
    ("76-octets", INVITE.replace(b"SUMMARY;", b"X-A:" + b"x" * 72 + b"\r\nSUMMARY;"), "document.length"),
    ("mark", b"\xef\xbb\xbf" + INVITE, "document.mark"),
    ("latin-1", INVITE.replace(b"Leading early", b"Fr\xfche"), "document.utf-8"),
    ("cut-letter", INVITE.replace(b"Leading early", b"Fr\xc3\r\n \xbche"), "document.cut"),
    ("empty", write(Calendar(PRODID)), "calendar.content"),
]


def unfolded(data: bytes) -> str:
    return data.decode().replace("\r\n ", "").replace("\r\n", "\n")


@pytest.mark.parametrize("name", GOOD)
def test_the_good_ones_have_no_finding(name: str) -> None:
    assert check(GOOD[name]).findings == ()


@pytest.mark.parametrize(("name", "good", "old", "new", "rule"), TEXT_EDITS, ids=[edit[0] for edit in TEXT_EDITS])
def test_one_wrong_thing_is_found_by_its_rule(name: str, good: str, old: str, new: str, rule: str) -> None:
    text = unfolded(GOOD[good])
    assert old in text, "the edit finds what it changes"
    # The zone comes first: what is meant there is its first hit; names of zones change everywhere.
    edited = text.replace(old, new) if old == "America/New_York" else text.replace(old, new, 1)
    report = check(edited.replace("\n", "\r\n").encode())
    found = {finding.rule: finding for finding in report.findings}
    assert rule in found
    assert found[rule].level == RULES[rule].level
    assert found[rule].message.endswith(".")
    assert report.ok is all(finding.level == "should" for finding in report.findings)


@pytest.mark.parametrize(("name", "data", "rule"), BYTE_EDITS, ids=[edit[0] for edit in BYTE_EDITS])
def test_one_wrong_byte_is_found_by_its_rule(name: str, data: bytes, rule: str) -> None:
    assert [finding.rule for finding in check(data).findings] == [rule]


def test_every_rule_that_a_file_can_break_has_an_edit_that_breaks_it() -> None:
    broken = {edit[-1] for edit in (*TEXT_EDITS, *BYTE_EDITS)} | {"timezone.once"}
    assert {rule.id for rule in RULES.values() if not rule.unseen} == broken


def test_a_zone_defined_twice_is_found() -> None:
    text = INVITE.decode()
    block = text[text.index("BEGIN:VTIMEZONE") : text.index("BEGIN:VEVENT")]
    assert [one.rule for one in check(text.replace(block, block * 2).encode()).findings] == ["timezone.once"]


def test_what_a_file_does_not_show_is_said() -> None:
    unseen = {one.rule: one.why for one in check(INVITE).not_checked}
    assert {"mail.method", "mail.from", "feed.type", "feed.token", "event.same-uid"} <= set(unseen)
    assert all(why.endswith(".") for why in unseen.values())
