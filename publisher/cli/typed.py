"""What is typed into the options of shows and episodes, as the values of their shapes."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from publisher.cli.options import octets
from publisher.errors import BadInput

MOST = 2_000_000


def changes(typed: Mapping[str, Any], names: Sequence[str] | frozenset[str], extra: Path | None) -> dict[str, Any]:
    """What was said of these fields, over what the JSON file `extra` says of them. `BadInput` for a field that is none."""
    said = json_of(extra) if extra is not None else {}
    if unknown := sorted(said.keys() - set(names)):
        raise BadInput(f"{extra} says “{unknown[0]}”, and there is no such field. Fields: {', '.join(sorted(names))}.")
    return said | {name: value for name, value in typed.items() if name in names and value is not None}


def words_of(given: str | None) -> str | None:
    """The text itself, or that of the file it names; `-` reads standard input."""
    if given is None:
        return None
    path = Path(given)
    try:
        is_file = given == "-" or ("\n" not in given and path.is_file())
    except OSError:  # a text that is too long to be a name
        is_file = False
    return octets(path, MOST).decode("utf-8", "replace") if is_file else given


def persons(given: Sequence[str] | None) -> list[dict[str, str]] | None:
    """`Amina Diop:guest`; without a role a host."""
    if given is None:
        return None
    parts = [one.rpartition(":") if ":" in one else (one, "", "") for one in given]
    return [{"name": name, "role": role} if role else {"name": name} for name, _, role in parts]


def funding(given: Sequence[str] | None) -> list[dict[str, str]] | None:
    """`https://example.org/give Support us`."""
    if given is None:
        return None
    parts = [one.strip().partition(" ") for one in given]
    return [{"url": url, "text": text.strip()} for url, _, text in parts]


def by_language(given: Sequence[str], option: str) -> dict[str, str]:
    """`fr=Une correction` as a language and a text. `BadInput` for what is neither."""
    from publisher.languages import normalise

    said: dict[str, str] = {}
    for one in given:
        code, sign, text = one.partition("=")
        language = normalise(code.strip()) if sign else None
        if language is None:
            raise BadInput(f"{option} is written as a language and a text, such as en=… or fr=….")
        said[language] = text.strip()
    return said


def json_of(file: Path) -> dict[str, Any]:
    """The JSON object in a file; `BadInput` where there is none."""
    try:
        said = json.loads(octets(file, MOST))
    except (ValueError, RecursionError) as problem:
        raise BadInput(f"{file} is not JSON.") from problem
    if not isinstance(said, dict):
        raise BadInput(f"{file} is not one JSON object of fields and their values.")
    return said
