"""Which countries a sentence speaks of, as a suggestion for an editor. See `mentioned_countries`."""


def mentioned_countries(text: str) -> tuple[str, ...]:
    return ()
