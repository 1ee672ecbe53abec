"""What comes in with a form, and what goes back into it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.datastructures import FormData

from publisher.errors import BadInput

LONGEST = 20_000
"""Characters of one field; the door limits the whole."""


@dataclass(frozen=True)
class Posted:
    """The fields of a form that was sent, as text."""

    data: FormData

    def one(self, name: str, default: str = "") -> str:
        """The first value of a field, trimmed. Control characters but line ends are dropped: no text of ours has any."""
        value = self.data.get(name, default)
        return _clean(value)[:LONGEST].strip() if isinstance(value, str) else default

    def whole(self, name: str, default: str = "") -> str:
        """A long text, such as notes or a transcript, whatever its length: the door limits the whole form."""
        value = self.data.get(name, default)
        return _clean(value).strip() if isinstance(value, str) else default

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field that may come several times."""
        return tuple(_clean(v).strip() for v in self.data.getlist(name)[:1000] if isinstance(v, str) and v.strip())

    def ticked(self, name: str) -> bool:
        return self.one(name) == "yes"


@dataclass(frozen=True)
class Filled:
    """A form as the components draw it: values, and a sentence for each field that is wrong (`""`: the whole form)."""

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        return {"values": self.values, "errors": self.errors}[name]

    def wrong(self, error: BadInput, sentence: str, fields: Mapping[str, str]) -> "Filled":
        """This form with what is wrong said beside a field, or above them all. `fields`: the error's name for it → ours."""
        return Filled(self.values, {fields.get(error.field or "", ""): sentence})


async def posted(request: Request) -> Posted:
    return Posted(await request.form(max_files=0, max_fields=2000))


Sent = Annotated[Posted, Depends(posted)]
"""Type of the parameter by which a handler asks for the form."""


def _clean(text: str) -> str:
    return "".join(c for c in text if c >= " " or c in "\n\t")
