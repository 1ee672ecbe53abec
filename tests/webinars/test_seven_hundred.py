"""Seven hundred leaders in seventy countries: the first line of each one's reminder is their own date and time, as two
others reckon it: our own arithmetic from the bytes of the zone data, and Intl of Node where it is installed. Both sides of the date line are among them, and zones of half and quarter hours.

Two dates: one in December, and one in March in the weeks when America has set its clocks and Europe has not.
"""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from html import unescape
from typing import Any

import pytest
from babel.core import get_global
from invitation_checks import findings_of, html_of
from webinars.mailing_stage import Who, carry, register
from webinars.webinar_stage import a_series

from feeds.calendar import tzif
from publisher import clock
from publisher.house import House

STARTS = (datetime(2026, 12, 3, 12, 0, tzinfo=UTC), datetime(2027, 3, 18, 12, 30, tzinfo=UTC))
DAY = timedelta(days=1)
COUNTRIES, EACH = 70, 10
NEEDED = (
    "Pacific/Kiritimati", "Pacific/Apia", "Pacific/Pago_Pago", "America/St_Johns", "Asia/Kathmandu", "Asia/Kolkata",
    "Australia/Lord_Howe", "Pacific/Chatham", "America/New_York", "America/Sao_Paulo", "Africa/Nairobi", "Africa/Lagos",
    "Africa/Casablanca", "Africa/Cairo", "Europe/London", "Europe/Kyiv", "Asia/Tehran", "Asia/Gaza", "America/Havana",
    "America/Asuncion", "Pacific/Marquesas", "Asia/Dhaka", "America/Santiago", "Pacific/Norfolk",
)  # fmt: skip
LANGUAGES = ("en", "fr", "ar")
MONTHS = {"December": 12, "March": 3, "décembre": 12, "mars": 3, "ديسمبر": 12, "مارس": 3}
WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "ar": ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"),
}
PATTERNS = {
    "en": r"(?P<weekday>\w+) (?P<day>\d+) (?P<month>\w+) (?P<year>\d+), (?P<hour>\d+):(?P<minute>\d\d)(?P<half>) \(.+\)",
    "fr": r"(?P<weekday>\w+) (?P<day>\d+) (?P<month>\w+) (?P<year>\d+) à (?P<hour>\d+) h (?P<minute>\d\d)(?P<half>) \(.+\)",
    "ar": r"(?P<weekday>\w+)، (?P<day>\d+) (?P<month>\w+) (?P<year>\d+)، (?P<hour>\d+):(?P<minute>\d\d) (?P<half>[صم]) \(.+\)",
}


def people() -> list[Who]:
    """Ten in each of seventy countries, in the zones of that country, the needed ones first."""
    known = set(clock.zone_names())
    by_country: dict[str, list[str]] = {}
    for zone, country in sorted(
        get_global("zone_territories").items(), key=lambda pair: (pair[0] not in NEEDED, *pair)
    ):
        if zone in known:
            by_country.setdefault(country, []).append(zone)
    first = {next(country for country, zones in by_country.items() if zone in zones) for zone in NEEDED}
    chosen = [*sorted(first), *sorted(set(by_country) - first)][:COUNTRIES]
    return [
        Who(
            f"{country.lower()}{number}@leaders.example",
            zone=zones[number % len(zones)],
            language=LANGUAGES[number % 3],
        )
        for country in chosen
        for zones in [by_country[country]]
        for number in range(EACH)
    ]


def read(line: str, language: str) -> datetime:
    """A first line as wall time; its weekday must be that of its day."""
    found = re.fullmatch(PATTERNS[language], " ".join(line.split()))
    assert found, line
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] == "م" else 0)
    wall = datetime(int(found["year"]), MONTHS[found["month"]], int(found["day"]), hour, int(found["minute"]))
    assert WEEKDAYS[language][wall.weekday()] == found["weekday"], line
    return wall


def reckoned(start: datetime, zone: str) -> datetime:
    """By hand: the offset that the data's own bytes say, added."""
    utc = start.replace(tzinfo=None)
    return utc + tzif.zone(zone).at(utc).offset


def first_lines(mail: bytes) -> list[str]:
    """The two first lines of the text part. Parsed by the plain old policy, which is quick: there are many."""
    text = next(part for part in message_from_bytes(mail).walk() if part.get_content_type() == "text/plain")
    payload = text.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode("utf-8").splitlines()[:2]


def first_text(mail: bytes) -> str:
    """What a mail program shows of the HTML before everything else; the preview line of an inbox, too."""
    body = html_of(mail).partition("<body")[2].partition(">")[2]
    body = re.sub(r"<!--.*?-->|<style.*?</style>", "", body, flags=re.DOTALL)
    lines = (" ".join(line.split()) for line in unescape(re.sub(r"<[^>]+>", "\n", body)).splitlines())
    return next(line for line in lines if line.strip("\u200c\u200b\u034f\xa0 "))


@pytest.mark.parametrize("number", [0, 1])
def test_the_first_line_is_everybodys_own_date_and_time(house: House, now: datetime, number: int) -> None:
    cast = people()
    assert (len(cast), len({who.email[:2] for who in cast})) == (700, 70)
    assert set(NEEDED) <= {who.zone for who in cast}
    start = STARTS[number]
    with house.database.session() as session:
        wall = reckoned(start, "Africa/Nairobi")
        register(session, a_series(session, house, now, dates=1, first=wall), cast, now)
    mails = dict(carry(house, start - DAY))
    assert len(mails) == 700
    lines = {email: first_lines(mail) for email, mail in mails.items()}
    said = {who.email: read(lines[who.email][0], who.language) for who in cast}
    assert said == {who.email: reckoned(start, who.zone) for who in cast}
    assert said == {who.email: start.astimezone(clock.zone(who.zone)).replace(tzinfo=None) for who in cast}
    assert all("UTC" in second for _, second in lines.values())  # and the organiser's clock under it
    for who in cast[::35]:
        assert read(first_text(mails[who.email]).partition(" · ")[0], who.language) == said[who.email]
        assert findings_of(mails[who.email]) == []


def test_both_sides_of_the_date_line_read_their_own_day(house: House, now: datetime) -> None:
    """Noon in Greenwich: the same instant is two in the morning of Friday there, and one in the morning of Thursday here."""
    cast = [Who("k@x.example", zone="Pacific/Kiritimati"), Who("p@x.example", zone="Pacific/Pago_Pago")]
    with house.database.session() as session:
        register(session, a_series(session, house, now, dates=1), cast, now)
    assert {to: first_lines(mail)[0] for to, mail in carry(house, STARTS[0] - DAY)} == {
        "k@x.example": "Friday 4 December 2026, 2:00 (Kiritimati)",
        "p@x.example": "Thursday 3 December 2026, 1:00 (Pago Pago)",
    }


def test_node_reckons_the_same() -> None:
    """Intl has zone data of its own. Where it is older than ours, only zones that have changed since may differ."""
    if not shutil.which("node"):
        pytest.skip("Node is not installed here: its Intl is left out")
    zones = sorted({who.zone for who in people()})
    script = """
      const [zones, starts] = JSON.parse(require('fs').readFileSync(0, 'utf8'));
      const said = (zone, at) => Object.fromEntries(new Intl.DateTimeFormat('en-GB', {timeZone: zone, hourCycle: 'h23',
        year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric'})
        .formatToParts(new Date(at)).map(part => [part.type, part.value]));
      console.log(JSON.stringify([process.versions.tz, zones.map(zone => starts.map(at => said(zone, at)))]));
    """
    asked = json.dumps([zones, [start.isoformat() for start in STARTS]])
    run = subprocess.run(["node", "-e", script], input=asked, capture_output=True, text=True, check=True)
    version, answers = json.loads(run.stdout)
    different = {
        zone
        for zone, both in zip(zones, answers, strict=True)
        for start, parts in zip(STARTS, both, strict=True)
        if _wall(parts) != reckoned(start, zone)
    }
    assert different <= (set() if version == tzif.version() else CHANGED_SINCE_2025C), different


#: What newer data says otherwise than Node's of 2025.
CHANGED_SINCE_2025C = {"Africa/Casablanca", "Africa/El_Aaiun", "America/Havana", "America/Vancouver", "America/Edmonton", "America/Winnipeg", "Europe/Chisinau"}  # fmt: skip


def _wall(parts: dict[str, Any]) -> datetime:
    return datetime(*(int(parts[name]) for name in ("year", "month", "day", "hour", "minute")))
