"""Correcting an issue that was sent: a dated note on its page, a letter to those it has reached, and who they are."""

from typing import Any

from fastapi.responses import Response
from markupsafe import Markup

from publisher import markdown
from publisher.errors import BadInput
from publisher.languages import language_name
from publisher.library.shelf import shown
from publisher.newsletters import correcting
from publisher.newsletters.correcting import Mended
from publisher.newsletters.models import Correction, Issue, Newsletter
from publisher.newsletters.newsletters import languages_of
from publisher.web.studio import words
from publisher.web.studio.issues import opened, title_of_issue, url_of
from publisher.web.studio.library import title_of
from publisher.web.studio.visit import Desk

PER_PAGE = 100
TO = (
    ("none", "Nobody", "the page says it, and that is enough"),
    ("all", "Everybody whom the issue has reached", ""),
    ("item", "Only those who had the item", ""),
)


def show(desk: Desk, slug: str, key: str) -> Response:
    """GET …/correct?item=: what was wrong, what is right, and who should hear of it."""
    newsletter, issue = opened(desk.session, slug, key)
    url, spoken, asked = url_of(newsletter, issue), languages_of(newsletter), desk.asked("item")
    items = _items(desk, issue)
    values: dict[str, Any] = {"item": asked if asked in dict(items) else "", "to": "none"}
    values |= {f"{part}_{code}": "" for part in ("note", "title", "blurb", "opening") for code in spoken}
    numbers = correcting.reached(desk.session, issue, now=desk.now)
    return desk.show(
        "newsletters/correct.html",
        "newsletters",
        issue={"title": title_of_issue(newsletter, issue), "url": url},
        form=desk.filled(values, f"{url}/correct"),
        items=[("", "The issue as a whole"), *items],
        languages=[(code, language_name(code, "en")) for code in spoken],
        to=TO,
        reached={
            "text": f"{words.counted(numbers.people, 'reader').capitalize()}. Who has left since is not among them.",
            "suppressed": f"{words.figure(numbers.suppressed)} more are suppressed." if numbers.suppressed else "",
            "by_language": words.bars(numbers.by_language, {c: language_name(c, "en") for c in numbers.by_language}),
            "url": f"{url}/reached",
        },
        notes=[_note(desk, newsletter, one, dict(items)) for one in correcting.of(desk.session, [issue])],
    )


def save(desk: Desk, slug: str, key: str) -> Response:
    """POST …/correct: item, to (none|all|item), note_<code>, title_<code>, blurb_<code>, opening_<code>."""
    newsletter, issue = opened(desk.session, slug, key)
    form, spoken = desk.form, languages_of(newsletter)
    to, item = form.one("to", "none"), form.one("item")
    if to not in ("none", "all", "item"):
        raise BadInput("Say who should hear of it.", field="to")
    given = {
        part: {code: form.one(f"{part}_{code}") for code in spoken} for part in ("note", "title", "blurb", "opening")
    }
    given = {part: {code: text for code, text in texts.items() if text} for part, texts in given.items()}
    made = correcting.note(
        desk.session, issue, given["note"], now=desk.now, work_id=int(item) if item.isdecimal() and len(item) < 10 else None,
        mended=Mended(given["title"], given["blurb"], given["opening"]),
    )  # fmt: skip
    desk.note(f"issue:{issue.id}", "Corrected its page.")
    if to == "none":
        return desk.go(f"{url_of(newsletter, issue)}/correct", "The page says so now.")
    letter = correcting.begin_letter(desk.session, made, now=desk.now, to_item=to == "item")
    desk.note(f"issue:{issue.id}", "Began a letter about the correction.")
    said = "The page says so now. This is the letter: look at it, then send it."
    return desk.go(url_of(newsletter, letter), said, "info")


def who(desk: Desk, slug: str, key: str) -> Response:
    """GET …/reached?item=&after=: those whom a letter about this issue goes to, one by one."""
    newsletter, issue = opened(desk.session, slug, key)
    url, asked, after = f"{url_of(newsletter, issue)}/reached", desk.asked("item"), desk.asked("after")
    work_id = int(asked) if asked.isdecimal() and len(asked) < 10 else None
    start = int(after) if after.isdecimal() and len(after) < 12 else 0
    numbers = correcting.reached(desk.session, issue, now=desk.now, work_id=work_id)
    people = correcting.each(desk.session, issue, now=desk.now, work_id=work_id, after=start)
    rows = [found for found, _ in zip(people, range(PER_PAGE + 1), strict=False)]
    more = len(rows) > PER_PAGE
    query = f"item={work_id}&" if work_id is not None else ""
    return desk.show(
        "newsletters/reached.html",
        "newsletters",
        issue={"title": title_of_issue(newsletter, issue), "url": url_of(newsletter, issue)},
        sentence=f"{words.counted(numbers.people, 'person', 'people')}".capitalize(),
        item=dict(_items(desk, issue)).get(str(work_id), ""),
        by_language=words.bars(numbers.by_language, {c: language_name(c, "en") for c in numbers.by_language}),
        people=[
            {
                "name": one.name or one.email,
                "email": one.email if one.name else "",
                "url": f"/studio/people/{one.person_id}",
                "language": language_name(language, "en"),
            }
            for one, language in rows[:PER_PAGE]
        ],
        pages={
            "previous_url": f"{url}?{query}".rstrip("?&") if start else "",
            "next_url": f"{url}?{query}after={rows[PER_PAGE - 1][0].person_id}" if more else "",
            "text": "",
        },
    )


def _items(desk: Desk, issue: Issue) -> list[tuple[str, str]]:
    listings = correcting.items_of(desk.session, issue)
    works = {one.work.id: title_of(one)[0] for one in shown(desk.session, [listing.work_id for listing in listings])}
    return [(str(one.work_id), works[one.work_id]) for one in listings if one.work_id in works]


def _note(desk: Desk, newsletter: Newsletter, one: Correction, titles: dict[str, str]) -> dict[str, Any]:
    text, code = correcting.note_in(one, newsletter, languages_of(newsletter)[0])
    letter = desk.session.get(Issue, one.letter_issue_id) if one.letter_issue_id else None
    return {
        "moment": desk.moment(one.created_at, newsletter.zone),
        "about": titles.get(str(one.work_id), ""),
        "html": Markup(markdown.to_html(text)),  # noqa: S704 - sanitised there
        "language": code,
        "letter_url": url_of(newsletter, letter) if letter else "",
    }
