"""What forms of webinars say in lines of text: an agenda, questions, and the words in other languages."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from publisher.errors import BadInput
from publisher.languages import LANGUAGES, language_name
from publisher.web.forms import Posted

AGENDA_LINE = re.compile(r"(?:(\d{1,2}):)?(\d{1,4})\s+(\S.*)")
SCALE = "1-5"
PARTS = ("title", "summary", "description")


def agenda_text(agenda: Sequence[Mapping[str, Any]]) -> str:
    """“0 Welcome — Ines”: minutes from the start, what, who."""
    return "\n".join(" — ".join(filter(None, [f"{one['minute']} {one['title']}", one.get("by", "")])) for one in agenda)


def agenda_of(text: str) -> list[dict[str, Any]]:
    """The lines as entries; `0:30` is thirty minutes after the start too."""
    kept = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        found = AGENDA_LINE.fullmatch(line.strip())
        if found is None:
            raise BadInput(
                f"Line {number} of the agenda has no minute. Write it like this: 10 What play does — Amara Diallo",
                field="agenda",
            )
        title, _, by = (part.strip() for part in re.sub(r"\s+[–-]\s+", " — ", found[3]).rpartition(" — "))
        minute = int(found[1] or 0) * 60 + int(found[2])
        kept.append({"minute": minute, "title": title or by, "by": by if title else ""})
    return kept


def questions_text(questions: Sequence[Mapping[str, Any]]) -> str:
    """“What do you do? * | I teach | I lead”: a star where an answer is needed, then the answers to choose from."""
    lines = []
    for one in questions:
        label = f"{one['label']} *" if one.get("required") else str(one["label"])
        options = [SCALE] if one.get("kind") == "scale" else list(one.get("options") or ())
        lines.append(" | ".join([label, *options]))
    return "\n".join(lines)


def questions_of(text: str, before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The lines as questions. One whose words stay keeps its key, and so its answers; one that was reworded in its place too."""
    lines = [line for line in text.splitlines() if line.strip()]
    known = {str(one["label"]): str(one["key"]) for one in before}
    read = [_question(line) for line in lines]
    kept = {known[one["label"]] for one in read if one["label"] in known}
    in_place = len(lines) == len(before)
    for place, one in enumerate(read):
        key = known.get(one["label"], "")
        if not key and in_place and str(before[place]["key"]) not in kept:
            key = str(before[place]["key"])
        one["key"] = key
    return read


def tongues_of(language: str, texts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Languages that words can be written in beside the own one: (code, name)."""
    codes = dict.fromkeys((*texts, *LANGUAGES))
    return [(code, language_name(code, "en")) for code in codes if code != language]


def texts_values(texts: Mapping[str, Any], codes: Iterable[str]) -> dict[str, str]:
    """Words in other languages as fields: `title_fr`, `summary_fr`, `description_fr`."""
    return {f"{part}_{code}": str((texts.get(code) or {}).get(part, "")) for code in codes for part in PARTS}


def texts_typed(form: Posted, codes: Iterable[str]) -> dict[str, dict[str, str]]:
    """The same, as it is kept. A language without a word falls away; `BadInput` where one has no title."""
    found = {}
    for code in codes:
        said = {part: form.whole(f"{part}_{code}") for part in PARTS}
        if any(said.values()) and not said["title"]:
            raise BadInput(f"The words in {language_name(code, 'en')} need a title.", field=f"title_{code}")
        if said["title"]:
            found[code] = said
    return found


def _question(line: str) -> dict[str, Any]:
    label, *options = (part.strip() for part in line.split("|"))
    required, options = label.endswith("*"), [one for one in options if one]
    scale = [one.replace("–", "-").replace(" ", "") for one in options] == [SCALE]
    kind = "scale" if scale else "choice" if options else "text"
    said = {"label": label.rstrip("* "), "kind": kind, "options": [] if scale else options, "required": required}
    return {"key": "", **said}
