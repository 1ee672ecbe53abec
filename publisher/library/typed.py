"""What people type into the search box, as a query of FTS5 or PostgreSQL. Nothing typed reaches either as syntax."""

import re
from dataclasses import dataclass

from publisher.library.folding import words

MAX_TYPED = 500
MAX_GROUPS = 12
_TYPED = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')

Group = tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """Groups of words that must occur and that must not; words of a group follow each other. `open_end`: the last word
    may be the beginning of a longer one, as it is while somebody types."""

    wanted: tuple[Group, ...]
    unwanted: tuple[Group, ...] = ()
    open_end: bool = False

    def for_sqlite(self) -> str:
        """FTS5 §3.1-3.3: phrases as strings in double quotes, `*` after one for a beginning."""
        wanted = [f'"{" ".join(group)}"' for group in self.wanted]
        wanted[-1] += " *" if self.open_end else ""
        return f"({' AND '.join(wanted)})" + "".join(f' NOT "{" ".join(group)}"' for group in self.unwanted)

    def for_postgres(self) -> str:
        """As `to_tsquery` reads it; words are letters and digits only, so quotes around them suffice."""
        wanted = [" <-> ".join(f"'{word}'" for word in group) for group in self.wanted]
        wanted[-1] += ":*" if self.open_end else ""
        unwanted = ["!(" + " <-> ".join(f"'{word}'" for word in group) + ")" for group in self.unwanted]
        return " & ".join([*(f"({group})" for group in wanted), *unwanted])


def match_of(typed: str) -> Match | None:
    """Words (all must occur, the last as a beginning), "phrases", -without. None where there is no word to look for."""
    wanted: list[Group] = []
    unwanted: list[Group] = []
    open_end = False
    for minus, quoted, bare in _TYPED.findall(typed[:MAX_TYPED]):
        group = tuple(words(quoted or bare)[:MAX_GROUPS])
        if group and minus:
            unwanted.append(group)
        elif group:
            wanted.append(group)
            open_end = bool(bare)
    if not wanted:
        return None
    whole = len(wanted) <= MAX_GROUPS
    return Match(tuple(wanted[:MAX_GROUPS]), tuple(unwanted[:MAX_GROUPS]), open_end and whole)
