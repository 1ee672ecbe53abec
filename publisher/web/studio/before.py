"""Looking at an issue before it goes out: as any reader gets it, who would get what and why, and what to know first."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from publisher import clock
from publisher.audience import people
from publisher.audience.models import Person
from publisher.desk import doctor
from publisher.errors import NotFound, PublisherError
from publisher.languages import country_name, join_list, language_name
from publisher.mail.lint import CLIPPED, sentences
from publisher.newsletters import rehearsal
from publisher.newsletters.letter import entries, may_be_sent
from publisher.newsletters.models import Issue, IssueState, Newsletter
from publisher.newsletters.newsletters import languages_of
from publisher.newsletters.planning import identity_of
from publisher.newsletters.rehearsal import Preview, Rehearsal
from publisher.web.protection import MAIL_POLICY
from publisher.web.studio import words
from publisher.web.studio.issues import opened, summary, title_of_issue, url_of, without_text
from publisher.web.studio.visit import Desk


def choose_reader(desk: Desk, slug: str, key: str) -> Response:
    """POST …/reader: email. By POST, so that nobody's address stands in an address of ours."""
    newsletter, issue = opened(desk.session, slug, key)
    url, email = url_of(newsletter, issue), desk.form.one("email")
    if not email:
        return desk.go(f"{url}/read")
    person = rehearsal.reader_by_email(desk.session, desk.house, email)
    where = "why" if desk.form.one("for") == "why" else "read"
    return desk.go(f"{url}/{where}?reader={person.id}")


def read(desk: Desk, slug: str, key: str) -> Response:
    """GET …/read?reader=&in=&as=html|text|source: the mail of one reader, or everything in it."""
    newsletter, issue = opened(desk.session, slug, key)
    url, shown, person = url_of(newsletter, issue), _preview(desk, newsletter, issue), _reader(desk)
    kind = desk.asked("as", "html")
    language = shown.edition.language
    query = f"reader={person.id}" if person else f"in={language}"
    html = shown.html()
    return desk.show(
        "newsletters/read.html",
        "newsletters",
        issue={"url": url, "title": title_of_issue(newsletter, issue)},
        who=_called(desk, person) if person else "Everything in it, as it stands in the archive",
        why_url=f"{url}/why?reader={person.id}" if person else "",
        reader_form=desk.filled({"email": ""}, f"{url}/reader"),
        tabs=[
            {"label": label, "url": f"{url}/read?{query}&as={name}", "current": kind == name, "count_text": ""}
            for name, label in (("html", "As a mail"), ("text", "As text"), ("source", "Source"))
        ],
        tongues=[] if person else [
            {"label": language_name(code, "en"), "url": f"{url}/read?in={code}&as={kind}", "current": code == language}
            for code in languages_of(newsletter)
        ],
        subject=shown.edition.subject,
        preheader=issue.preheaders.get(language, ""),
        tongue=language,
        preview_url=f"{url}/preview?{query}",
        kind=kind,
        text="" if kind == "html" else _text(desk, newsletter, shown, kind),
        size_text=f"{_kilobytes(len(html.encode()))} of HTML; Gmail shows the first {_kilobytes(CLIPPED)}.",
        warnings=[*_nothing(shown, person), *sentences(html, shown.text())],
    )  # fmt: skip


def preview(desk: Desk, slug: str, key: str) -> Response:
    """GET …/preview?reader=&in=: the HTML alone, for a frame; nothing in it runs."""
    newsletter, issue = opened(desk.session, slug, key)
    head = {"Content-Security-Policy": MAIL_POLICY, "Cache-Control": "no-store"}
    return HTMLResponse(_preview(desk, newsletter, issue).html(), headers=head)


def source(desk: Desk, slug: str, key: str) -> Response:
    """GET …/preview.eml: the whole mail, as a file."""
    newsletter, issue = opened(desk.session, slug, key)
    body = _text(desk, newsletter, _preview(desk, newsletter, issue), "source")
    head = {"Content-Disposition": f'attachment; filename="{issue.slug}.eml"'}
    return PlainTextResponse(body, headers=head, media_type="message/rfc822")


def rehearse(desk: Desk, slug: str, key: str) -> Response:
    """GET …/rehearse: who would get it at this moment, in numbers."""
    newsletter, issue = opened(desk.session, slug, key)
    numbers, contents = rehearsal.rehearse(desk.session, desk.house, issue, now=issue.planned_from or desk.now)
    url = url_of(newsletter, issue)
    items = sorted(contents, key=lambda entry: -numbers.readers_of_item[entry.item.work_id])
    countries = {code: country_name(code, "en") for code in numbers.by_country if code != "unknown"}
    return desk.show(
        "newsletters/rehearse.html",
        "newsletters",
        issue={"title": title_of_issue(newsletter, issue), "url": url},
        rehearsal={
            "sentence": summary(numbers),
            "moment": desk.moment(desk.now),
            "by_language": words.bars(numbers.by_language, {c: language_name(c, "en") for c in numbers.by_language}),
            "by_country": words.bars(numbers.by_country, {**countries, "unknown": "not known"}),
            "by_zone": words.bars(numbers.by_time_zone, {z: z.replace("_", " ") for z in numbers.by_time_zone}),
            "countries_note": words.beyond(numbers.by_country, "further country", "further countries"),
            "zones_note": words.beyond(numbers.by_time_zone, "further zone", "further zones"),
            "without_text": without_text(numbers),
            "items": [
                (rehearsal.title_of_entry(entry), words.figure(numbers.readers_of_item[entry.item.work_id])) for entry in items
            ],
            "editions_text": f"{words.counted(numbers.editions, 'different selection')}".capitalize(),
            "suppressed_text": f"{words.figure(numbers.suppressed)} suppressed",
        },
        reader_form=desk.filled({"email": ""}, f"{url}/reader"),
    )  # fmt: skip


def why(desk: Desk, slug: str, key: str) -> Response:
    """GET …/why?reader=: each item for one reader, in or out, and the reason."""
    newsletter, issue = opened(desk.session, slug, key)
    url, person = url_of(newsletter, issue), _reader(desk)
    if person is None:
        raise NotFound("There is no such reader.")
    email = people.address_of(desk.session, person).email
    answers = rehearsal.why(desk.session, desk.house, issue, email, now=desk.now)
    rows = [
        {"title": a["title"], "url": f"/studio/library/{a['id']}", "reason": a["reason"], "in": a["included"]}
        for a in answers
    ]
    return desk.show(
        "newsletters/why.html",
        "newsletters",
        issue={"title": title_of_issue(newsletter, issue), "url": url},
        who=_called(desk, person),
        person_url=f"/studio/people/{person.id}",
        read_url=f"{url}/read?reader={person.id}",
        summary=tastes(desk, person),
        included=[row for row in rows if row["in"]],
        excluded=[row for row in rows if not row["in"]],
        reader_form=desk.filled({"email": ""}, f"{url}/reader"),
    )


def send(desk: Desk, slug: str, key: str) -> Response:
    """GET …/send: everything to know before it goes out, with numbers; a test, a time, or now."""
    newsletter, issue = opened(desk.session, slug, key)
    url = url_of(newsletter, issue)
    numbers, contents = rehearsal.rehearse(desk.session, desk.house, issue, now=desk.now)
    letters, fault = _largest(desk, newsletter, issue, numbers)
    size, language = max(((len(letter.html().encode()), code) for code, letter in letters.items()), default=(0, ""))
    at = issue.send_at or issue.occurrence
    at = at if at and at > desk.now else None
    return desk.show(
        "newsletters/send.html",
        "newsletters",
        issue={"title": title_of_issue(newsletter, issue), "url": url, "state": issue.state},
        sentence=summary(numbers),
        facts=[
            ("Items", words.figure(len(contents)) if issue.kind == "regular" else ""),
            ("Different selections", words.figure(numbers.editions)),
            ("Largest letter", f"{_kilobytes(size)}, {language_name(language, 'en')}" if size else ""),
            ("Without mail", without_text(numbers) if numbers.without_items else ""),
        ],
        by_language=words.bars(numbers.by_language, {c: language_name(c, "en") for c in numbers.by_language}),
        warnings=[
            *_warnings(newsletter, issue, letters, numbers, len(contents)),
            *doctor.before_sending(desk.session, desk.house, desk.now),
        ],
        blocked=_blocked(desk, newsletter, issue, numbers) or fault,
        at_form=desk.filled({"at": _local(at, newsletter.zone)}, f"{url}/schedule"),
        zone_text=f"The time in {newsletter.zone.replace('_', ' ')}.",
        test_form=desk.filled({"to": desk.staff.email}, f"{url}/test"),
        button_text=f"Send to {words.counted(numbers.recipients, 'person', 'people')} now",
    )  # fmt: skip


def tastes(desk: Desk, person: Person) -> str:
    """“Reads French, then English; follows Kenya and nutrition.”"""
    reads = ", then ".join(language_name(code, "en") for code in person.languages.split(","))
    wanted = sorted(people.interests(desk.session, person))
    names = rehearsal.term_names(desk.session, "en")
    follows = [
        words.place_name(f, k) if f in ("country", "region") else names.get((f, k), k.replace("-", " "))
        for f, k in wanted
    ]
    more = [f"{len(follows) - 12} more"] if len(follows) > 12 else []
    return f"Reads {reads}; follows {join_list([*follows[:12], *more], 'en') if follows else 'everything'}."


def _reader(desk: Desk) -> Person | None:
    asked = desk.asked("reader")
    person = desk.session.get(Person, int(asked)) if asked.isdecimal() and len(asked) < 12 else None
    if asked and person is None:
        raise NotFound("There is no such reader.")
    return person


def _called(desk: Desk, person: Person) -> str:
    return person.name or people.address_of(desk.session, person).email or "Somebody who was erased"


def _preview(desk: Desk, newsletter: Newsletter, issue: Issue) -> Preview:
    person = _reader(desk)
    wanted = desk.asked("in")
    email = people.address_of(desk.session, person).email if person else None
    spoken = wanted if wanted in languages_of(newsletter) else None
    return rehearsal.preview(desk.session, desk.house, issue, now=desk.now, email=email, language=spoken)


def _text(desk: Desk, newsletter: Newsletter, shown: Preview, kind: str) -> str:
    if kind == "text":
        return shown.text()
    identity = identity_of(desk.session, newsletter)
    return shown.eml(domain=identity.domain, now=desk.now).decode("utf-8", "replace")


def _nothing(shown: Preview, person: Person | None) -> list[str]:
    if person is not None and shown.selection == []:
        return ["Nothing in it fits this reader, so no mail goes to them."]
    return []


def _largest(desk: Desk, newsletter: Newsletter, issue: Issue, numbers: Rehearsal) -> tuple[dict[str, Preview], str]:
    """The longest letter anybody would get, by language; or the fault that stops it, in words."""
    longest: dict[str, list[tuple[str, str]]] = {}
    for language, blocks in numbers.selections:
        chosen = [(block, "") for block in blocks.split()]
        if len(chosen) >= len(longest.get(language, [])):
            longest[language] = chosen
    found: dict[str, Preview] = {}
    try:
        for code in languages_of(newsletter):
            if code in longest:
                whole = rehearsal.preview(desk.session, desk.house, issue, now=desk.now, language=code)
                found[code] = replace(whole, selection=longest[code] if whole.selection is not None else None)
    except PublisherError as problem:
        return {}, str(problem)
    return found, ""


def _warnings(
    newsletter: Newsletter, issue: Issue, letters: Mapping[str, Preview], numbers: Rehearsal, items: int
) -> list[str]:
    found: list[str] = []
    unnamed = [language_name(code, "en") for code in languages_of(newsletter) if not issue.subjects.get(code)]
    if unnamed and issue.kind != "correction":
        found.append(
            f"No subject of its own in {join_list(unnamed, 'en')}: readers see the first language’s, or the newsletter’s name."
        )
    if issue.kind == "regular" and items < newsletter.minimum_items:
        usual = words.figure(newsletter.minimum_items)
        found.append(
            f"It has {words.counted(items, 'item')}; an issue of {newsletter.name} usually has {usual} or more."
        )
    if numbers.without_items > numbers.recipients:
        found.append("More readers get nothing than something. Look at the rehearsal.")
    said: dict[str, list[str]] = {}
    for code, letter in letters.items():
        for sentence in sentences(letter.html(), letter.text()):
            said.setdefault(sentence, []).append(language_name(code, "en"))
    return found + [s if len(where) == len(letters) else f"{join_list(where, 'en')}: {s}" for s, where in said.items()]


def _blocked(desk: Desk, newsletter: Newsletter, issue: Issue, numbers: Rehearsal) -> str:
    """Why it cannot go out yet; empty where it can."""
    if issue.state not in (IssueState.DRAFT, IssueState.HELD, IssueState.SCHEDULED):
        return f"This issue is {issue.state}."
    try:
        may_be_sent(identity_of(desk.session, newsletter))
    except PublisherError as problem:
        return str(problem)
    if issue.kind == "regular" and not entries(desk.session, issue, now=desk.now):
        return "It has no items. Approve or add something first, or write a special issue instead."
    if issue.kind != "regular" and not any(str(text).strip() for text in issue.openings.values()):
        return "It says nothing yet. Write its opening first."
    return (
        "" if numbers.recipients else "Nobody would get it: nothing in it fits anybody on the list, or nobody is on it."
    )


def _kilobytes(octets: int) -> str:
    return f"{words.figure(-(-octets // 1024))} kB"


def _local(instant: datetime | None, zone: str) -> str:
    return instant.astimezone(clock.zone(zone)).strftime("%Y-%m-%dT%H:%M") if instant else ""
