"""What the forms of podcasts say in lines of text: people, places, ways to give, tags as JSON."""

import json
import re
from collections.abc import Mapping
from typing import Any

from feeds.errors import FeedError
from feeds.podcast.chapters import Chapter, from_lines, to_lines
from feeds.podcast.times import as_clock, seconds_of
from publisher.errors import BadInput
from publisher.web.forms import Posted


def people_text(persons: Any) -> str:
    """People as lines: “Amina Otieno, host, https://…”."""
    return "\n".join(", ".join(filter(None, [one["name"], one["role"], one["link"]])) for one in persons)


def people_of(text: str, before: Any) -> list[dict[str, Any]]:
    """The lines as people; what the lines cannot say (a picture, the group) stays as it was for the same name."""
    if text.strip() == people_text(before).strip():
        return list(before)
    known = {one["name"]: one for one in before}
    kept = []
    for line in text.splitlines():
        name, *rest = (part.strip() for part in line.split(","))
        links = [part for part in rest if part.startswith(("http://", "https://"))]
        roles = [part for part in rest if part and part not in links]
        if name:
            said = {"name": name, "role": roles[0] if roles else "host", "link": links[0] if links else None}
            kept.append({**known.get(name, {}), **said})
    return kept


def places_text(places: Any) -> str:
    """Places as lines: “Kisumu, KE”."""
    return "\n".join(", ".join(filter(None, [one["name"], one["country"]])) for one in places)


def places_of(text: str, before: Any) -> list[dict[str, Any]]:
    """The lines as places; a map's marks stay as they were for the same name."""
    if text.strip() == places_text(before).strip():
        return list(before)
    known = {one["name"]: one for one in before}
    kept = []
    for line in text.splitlines():
        name, _, country = (part.strip() for part in line.rpartition(",")) if re.search(r",\s*[A-Za-z]{2}\s*$", line) else (line.strip(), "", "")  # fmt: skip
        if name:
            kept.append({**known.get(name, {}), "name": name, "country": country.upper() or None})
    return kept


def subjects_of(form: Posted, before: Any) -> list[list[str]]:
    """Topics and countries that were ticked, and what the form has no boxes for."""
    kept = [list(pair) for pair in before if pair[0] not in ("topic", "country")]
    return kept + [["topic", key] for key in form.all("topic")] + [["country", key] for key in form.all("country")]


def giving_of(line: str) -> dict[str, str]:
    """“https://… a few words”."""
    url, _, text = line.strip().partition(" ")
    return {"url": url, "text": text.strip()}


def tags_of(text: str) -> list[Any]:
    """Tags as JSON; `BadInput` where it is none."""
    if not text:
        return []
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise BadInput(f"This is not JSON: {problem}.", field="tags") from problem
    if not isinstance(found, list):
        raise BadInput("Write a list of tags, within [ and ].", field="tags")
    return found


def name_of(tag: Any) -> str:
    return str(tag.get("name", "")) if isinstance(tag, Mapping) else ""


def soundbites_text(soundbites: Any) -> str:
    """Soundbites as lines: “1:05 30 What parents told us” (where, how many seconds, in words)."""
    return "\n".join(
        " ".join(filter(None, [as_clock(one["start"]), f"{one['duration']:g}", one.get("title", "")]))
        for one in soundbites
    )


def soundbites_of(text: str, before: Any) -> list[dict[str, Any]]:
    """The lines as soundbites."""
    if text.strip() == soundbites_text(before).strip():
        return list(before)
    kept = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        start, lasting, *title = (*line.split(None, 2), "", "")[:3]
        begins, seconds = seconds_of(start), seconds_of(lasting)
        if begins is None or not seconds:
            raise BadInput(
                f"Line {number} is no soundbite. Write it like this: 1:05 30 What parents told us", field="soundbites"
            )
        kept.append({"start": begins, "duration": seconds, "title": " ".join(title)})
    return kept


def chapters_text(chapters: Any) -> str:
    """Chapters as lines: “4:30 What parents told us”."""
    return to_lines(Chapter.from_data(one) for one in chapters)


def chapters_of(text: str) -> list[dict[str, Any]]:
    """The lines as chapters."""
    try:
        return [one.as_data() for one in from_lines(text)]
    except FeedError as problem:
        raise BadInput(str(problem), field="chapters") from problem
