"""What stands in lists of who was there: names of columns, lengths and moments, as meeting services write them in six languages.

Columns are known by words that must and must not stand in their names, since services name them differently from year to year.
Months are named as `feeds.dates` knows them.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from feeds.dates import BY_NAME
from publisher.languages import folded

#: Meaning → words of column names, folded; the first meaning that fits is it.
_COLUMNS = {
    "summary": "topic|meeting id|webinar id|thema|sujet|tema",
    "": "waiting room|salle d attente|sala de espera|warteraum|registration time|registered on|inscription|generated|talk|parole|webcam|speaking",
    "email": "e mail|email|mail|correo|courriel|upn|البريد",
    "attended": "attended|present|anwesend|asistio|a participe|compareceu|حضر",
    "length": "duration|time in session|time in meeting|minutes|minutos|minuten|duree|duracion|duracao|dauer|مده|المده|مدة|المدة|دقائق",
    "came_first": "first join|premiere participation|premiere arrivee|premiere connexion|primera entrada|primera union|primeira entrada|primeiro ingresso|erster beitritt|erste teilnahme|اول انضمام",
    "left_last": "last leave|dernier depart|derniere sortie|ultima salida|ultimo abandono|ultima saida|letztes verlassen|letzter austritt|اخر مغادرة",
    "came": "join|arrivee|connexion|debut|entrada|union|se unio|ingresso|beitritt|beitritts|beitrittszeit|beigetreten|teilnahmebeginn|came|start|انضمام|الانضمام|وقت الدخول",
    "left": "leave|left|depart|sortie|deconnexion|fin|salida|abandono|saida|verlassen|verlassens|austritt|austrittszeit|end|مغادرة|المغادرة|وقت الخروج",
    "first": "first name|given name|prenom|vorname|primeiro nome",
    "last": "last name|surname|family name|nachname|apellidos|apellido|sobrenome",
    "name": "name|full name|user|participant|participants|attendee|nom|nombre|nome|teilnehmer|participante|الاسم|اسم",
}  # fmt: skip
_FOLDED = tuple(
    (meaning, tuple(f" {folded(word)} " for word in words.split("|"))) for meaning, words in _COLUMNS.items()
)
#: Words that stand alone for a unit; longer ones first. `std` is German for hours, not a second.
_UNITS = (
    (3600, ("hours", "hour", "hrs", "hr", "heures", "heure", "horas", "hora", "stunden", "stunde", "std", "h", "ساعات", "ساعة", "ساعه", "س")),
    (60, ("minutes", "minute", "mins", "min", "minutos", "minuto", "minuten", "m", "دقائق", "دقيقة", "دقيقه", "د")),
    (1, ("seconds", "second", "secs", "sec", "secondes", "seconde", "segundos", "segundo", "seg", "sekunden", "sekunde", "sek", "s", "ثوان", "ثانية", "ثانيه", "ث")),
)  # fmt: skip
_SECONDS = {word: seconds for seconds, words in _UNITS for word in words}
_PART = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d_]+)\.?\s*")
_CLOCKED = re.compile(r"(\d{1,3}):([0-5]?\d)(?::([0-5]?\d))?")
_ISO = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})")
_NUMBERS = re.compile(r"(?P<one>\d{1,2})[-/.] ?(?P<two>\d{1,2})[-/.] ?(?P<year>\d{4}|\d{2})\b")
_NAMED = re.compile(
    r"(?P<day>\d{1,2})\.?(?: de)? (?P<name>[^\W\d_]{3,12})\.?,?(?: de)? (?P<year>\d{4})|(?P<name2>[^\W\d_]{3,12})\.? (?P<day2>\d{1,2}),? (?P<year2>\d{4})"
)
_CLOCK = re.compile(r"(?<!\d)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?:[.,]\d+)?")
_HALF = re.compile(r"(?<![^\W\d_])(?P<half>a|p|ص|م)\.?\s?m?\.?(?![^\W\d_])", re.I)
_OFFSET = re.compile(r"(?P<zulu>Z|UTC|GMT)?\s*(?:(?P<sign>[+\u2212-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?)?\)?$")
LONGEST = 60


@dataclass(frozen=True)
class Said:
    """A moment as it stands in a cell. Of `one` and `two` one is the month, unless `day` is known; without all of them it is a
    time of the day alone. `halves`: whether it counts twice to twelve. `offset`: what it says about its zone."""

    clock: time
    day: date | None = None
    one: int = 0
    two: int = 0
    year: int = 0
    halves: bool = False
    offset: timezone | None = None

    def on(self, *, day_first: bool) -> date | None:
        """Its day; None where it has none, or where it cannot be read that way round."""
        if self.day is not None or not self.year:
            return self.day
        day, month = (self.one, self.two) if day_first else (self.two, self.one)
        try:
            return date(self.year, month, day)
        except ValueError:
            return None


def column_of(name: str) -> str:
    """What a column means, or nothing."""
    words = f" {folded(name.replace('-', ' ').replace('(', ' ').replace(')', ' '))} "
    return next((meaning for meaning, known in _FOLDED if any(word in words for word in known)), "")


def seconds_in(text: str, *, counts: int = 60) -> float | None:
    """A length: `1h 2m 3s`, `01:02:03`, `62`, `1 Std. 2 Min.`, `١ س ٢ د`. A bare number counts minutes, or what `counts` says."""
    words = plain(text)
    if not words or len(words) > LONGEST:
        return None
    if re.fullmatch(r"\d{1,6}(?:[.,]\d+)?", words):
        return float(words.replace(",", ".")) * counts
    if match := _CLOCKED.fullmatch(words):
        first, second, third = int(match[1]), int(match[2]), match[3]
        if third is None and first > 23:  # nobody stays for so many hours
            return first * 60 + second
        return first * 3600 + second * 60 + int(third or 0)
    total, place = 0.0, 0
    while match := _PART.match(words, place):
        unit = _SECONDS.get(folded(match[2])) or _SECONDS.get(match[2])
        if unit is None:
            return None
        total += float(match[1].replace(",", ".")) * unit
        place = match.end()
    return total if place and place == len(words) else None


def moment_in(text: str) -> Said | None:
    """A moment as it stands; None for what is none."""
    words = plain(text)
    if not words or len(words) > LONGEST or (clock := _CLOCK.search(words)) is None:
        return None
    rest = words[clock.end() :].strip()
    half = _HALF.match(rest)
    hour = int(clock["hour"])
    if half is not None and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half["half"].lower() in ("p", "م") else 0)
    try:
        at = time(hour, int(clock["minute"]), int(clock["second"] or 0))
    except ValueError:
        return None
    offset = _offset(rest[half.end() :].strip() if half else rest)
    return _dated(words[: clock.start()].strip(" ,Tt"), at, halves=half is not None, offset=offset)


def plain(text: str) -> str:
    """Digits of ours, plain blanks, and no marks of direction."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    shown = (c for c in text if unicodedata.category(c) not in ("Cf", "Cc") or c == "\t")
    digits = (str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in shown)
    return " ".join("".join(digits).replace("،", ",").split())


def _dated(words: str, clock: time, *, halves: bool, offset: timezone | None) -> Said | None:
    if not words:
        return Said(clock, halves=halves, offset=offset)
    try:
        if found := _ISO.search(words):
            day = date(int(found["year"]), int(found["month"]), int(found["day"]))
            return Said(clock, day, halves=halves, offset=offset)
        if found := _NUMBERS.search(words):
            year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
            return Said(clock, None, int(found["one"]), int(found["two"]), year, halves, offset)
        if found := _NAMED.search(words):
            name = (found["name"] or found["name2"]).lower()
            month = BY_NAME.get(name[:4]) or BY_NAME.get(name[:3])
            day = date(int(found["year"] or found["year2"]), month or 0, int(found["day"] or found["day2"]))
            return Said(clock, day, halves=halves, offset=offset)
    except ValueError:
        return None
    return None


def _offset(rest: str) -> timezone | None:
    found = _OFFSET.match(rest.lstrip("("))
    if found is None or not (found["zulu"] or found["sign"]):
        return None
    length = timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0))
    if length > timedelta(hours=14):
        return None
    return timezone(-length if found["sign"] in ("-", "\u2212") else length)


def in_order(moments: list[Said], expected: date) -> bool:
    """Whether days come before months, judged by all the moments of a file: what can be read throughout, and lies next to the
    day it is about. Where both do, the twelve-hour clock decides: it goes with months that come first."""
    dated = [one for one in moments if one.year]
    best: list[tuple[int, int, bool]] = []
    for day_first in (True, False):
        days = [one.on(day_first=day_first) for one in dated]
        unread = sum(day is None for day in days)
        off = sum(abs((day - expected).days) for day in days if day is not None)
        likely = any(one.halves for one in dated) != day_first
        best.append((unread, off, not likely))
    return best[0] <= best[1]


def as_datetime(said: Said, day: date) -> datetime:
    """Naive, or with the offset that it says."""
    return datetime.combine(day, said.clock, said.offset)
