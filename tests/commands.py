"""What a command of the command line left behind, for tests that run some."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Done:
    """Exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on standard output."""
        return json.loads(self.out)


#: `publisher("issues", "list", "--json")`; with `ok=None` any exit code will do, else it must be 0.
Publisher = Callable[..., Done]
