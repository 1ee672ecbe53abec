"""What a domain says about who may send in its name (SPF, RFC 7208): is it there, can it be read, does it decide anything."""

import re
from dataclasses import dataclass

from publisher.mail.domains import Names

MOST_LOOKUPS = 10
"""RFC 7208 §4.6.4: receivers give up on a record that makes them ask oftener."""
_TERM = re.compile(r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?=[:/]|$)(.*)", re.I)
_MODIFIER = re.compile(r"([a-z][a-z0-9_.-]*)=(.*)", re.I)


@dataclass(frozen=True)
class Spf:
    """`record`: None where there is none. `fault`: why receivers cannot use it. `ending`: `-`, `~`, `?`, `+` of its `all`;
    empty where it has none. `lookups`: how many questions it makes receivers ask."""

    record: str | None
    fault: str = ""
    ending: str = ""
    lookups: int = 0


def look(names: Names, domain: str) -> Spf:
    """`NoAnswer` where DNS says nothing."""
    found = _records(names, domain)
    if not found:
        return Spf(None)
    if len(found) > 1:
        return Spf(found[0], f"there are {len(found)} SPF records, and receivers then use none")
    count = _Count(names)
    count.read(domain, found[0])
    return Spf(found[0], count.fault, count.ending, count.lookups)


class _Count:
    """Reads a record with those it includes, until it is over the limit."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.lookups = 0
        self.fault = self.ending = ""

    def read(self, domain: str, record: str, *, included: bool = False) -> None:
        redirect = ""
        decided = False
        for term in record.split()[1:]:
            if found := _TERM.fullmatch(term):
                decided = decided or found[2].lower() == "all"
                self._mechanism(found[1] or "+", found[2].lower(), found[3], included=included)
            elif modifier := _MODIFIER.fullmatch(term):
                redirect = modifier[2] if modifier[1].lower() == "redirect" else redirect
            else:
                self._fails(f"“{term[:40]}” in the record of {domain} is nothing that SPF knows")
            if self.fault:
                return
        if redirect and not decided:
            self._follow(redirect, included=included)

    def _mechanism(self, sign: str, name: str, rest: str, *, included: bool) -> None:
        if name == "all" and not included:
            self.ending = self.ending or sign
        elif name == "include":
            self._follow(rest.removeprefix(":"), included=True)
        elif name in ("a", "mx", "ptr", "exists"):
            self._another()

    def _follow(self, domain: str, *, included: bool) -> None:
        self._another()
        if self.fault or "%" in domain:  # a macro differs with each mail
            return
        found = _records(self._names, domain.rstrip(".")) if domain else ()
        if len(found) != 1:
            self._fails(f"it refers to {domain or 'nobody'}, which has no SPF record of its own")
            return
        self.read(domain, found[0], included=included)

    def _another(self) -> None:
        self.lookups += 1
        if self.lookups > MOST_LOOKUPS:
            self._fails(f"it makes receivers ask DNS more than {MOST_LOOKUPS} times, and they then give up")

    def _fails(self, why: str) -> None:
        self.fault = self.fault or why


def _records(names: Names, domain: str) -> tuple[str, ...]:
    return tuple(text for text in names.texts(domain) if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 "))
