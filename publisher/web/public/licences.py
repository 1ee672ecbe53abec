"""Licences by name and address: those of Creative Commons have a page each."""

import re

CHOICES = (
    "CC BY 4.0",
    "CC BY-SA 4.0",
    "CC BY-NC 4.0",
    "CC BY-NC-SA 4.0",
    "CC BY-ND 4.0",
    "CC BY-NC-ND 4.0",
    "CC0 1.0",
)
"""What a partner may choose from; other words are taken as they are."""

_COMMONS = re.compile(r"cc[ -]by((?:-(?:nc|sa|nd))*)(?:[ -](\d\.\d)(?:[ -]([a-z]{2,3}))?)?", re.IGNORECASE)


def licence_link(text: str) -> dict[str, str] | None:
    """A licence with the address of its text, empty where we know of none; None where nothing is said."""
    said = text.strip()
    if said.startswith(("https://", "http://")):
        return {"text": said.removeprefix("https://").removeprefix("http://").rstrip("/"), "url": said}
    if said.upper().startswith(("CC0", "CC-0")):
        return {"text": "CC0 1.0", "url": "https://creativecommons.org/publicdomain/zero/1.0/"}
    if found := _COMMONS.fullmatch(said):
        kind, number = f"by{found[1].lower()}", found[2] or "4.0"
        return {"text": f"CC {kind.upper()} {number}", "url": f"https://creativecommons.org/licenses/{kind}/{number}/"}
    return {"text": said, "url": ""} if said else None
