"""What a look at one thing says: how it is, in a sentence, and what to do, in another."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Level = Literal["good", "warn", "bad"]

#: Domains that belong to nobody (RFC 2606, RFC 6761): nothing can be asked of them.
_NOBODYS = ("example.com", "example.net", "example.org", "example", "test", "invalid", "localhost")


@dataclass(frozen=True)
class Finding:
    """`check`: what was looked at; `message`: how it is; `advice`: what to do, empty where nothing is to be done."""

    check: str
    level: Level
    message: str
    advice: str = ""

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def from_json(data: dict[str, Any]) -> Finding:
    return Finding(str(data["check"]), data["level"], str(data["message"]), str(data.get("advice", "")))


def is_nobodys(domain: str) -> bool:
    """Whether a domain is one of those kept for examples, or no domain at all."""
    return "." not in domain or any(domain == one or domain.endswith(f".{one}") for one in _NOBODYS)
