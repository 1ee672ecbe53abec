"""JSON from strangers, with the limits a parser of ours would have."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from feeds.errors import FeedError, TooLarge
from feeds.xml import ILLEGAL

MOST_DEPTH = 100
# An open string runs to the end, so that a thousand of them are not each looked for to the end.
STRING = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.S)
BRACKETS = re.compile(r"[\[\]{}]")


def load(text: str) -> Any:
    """The value; `FeedError` for what is not JSON, nests more than a hundred deep, or holds a number nobody can mean."""
    depth = deepest = 0
    for match in BRACKETS.finditer(STRING.sub("", text)):
        depth += 1 if match[0] in "[{" else -1
        deepest = max(deepest, depth)
    if deepest > MOST_DEPTH:
        raise TooLarge("The JSON is nested more deeply than we read.")
    try:
        return json.loads(text, strict=False)
    except RecursionError as problem:
        raise TooLarge("The JSON is nested more deeply than we read.") from problem
    except ValueError as problem:
        raise FeedError("The document looks like JSON and is not: " + _where(problem)) from problem


def words(value: Any) -> str | None:
    """A single text out of a value: of a list its first that says something, of an object its name or value."""
    if value is None:
        return None
    if isinstance(value, str):
        return ILLEGAL.sub("", value).strip() or None
    return next(texts(value), None)


def texts(value: Any, depth: int = 0) -> Iterator[str]:
    """All texts of a value, in order. Objects tell their name; people may have a given and a family name."""
    if isinstance(value, str):
        if cleaned := ILLEGAL.sub("", value).strip():
            yield cleaned
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int | float):
        yield str(value)
    elif isinstance(value, list) and depth < 4:
        for part in value:
            yield from texts(part, depth + 1)
    elif isinstance(value, Mapping) and depth < 4:
        yield from texts(_telling(value), depth + 1)


def _telling(value: Mapping[str, Any]) -> Any:
    if value.get("family"):
        return " ".join(str(part) for part in (value.get("given"), value["family"]) if part)
    keys = ("name", "title", "label", "@value", "value", "term", "url", "URL", "@id", "id", "contentUrl")
    return next((value[key] for key in keys if value.get(key)), None)


def _where(problem: ValueError) -> str:
    line = getattr(problem, "lineno", None)
    return f"it goes wrong in line {line}." if line else "it holds a value nobody can mean."
