"""What can go wrong, as a family. An error carries the decision it implies, and one place acts on it.

PublisherError            a sentence for a person; exit code 2 on the command line, 4xx on a page
├── BadInput              what was typed or uploaded cannot be used; nothing was changed
│   └── BadAddress        what was typed as an e-mail address is none
├── NotFound              no such thing
├── Conflict              it exists already, or its state does not allow this
├── Forbidden             this person may not do that
├── TooMany               a budget is used up (`retry_after`: seconds)
├── BadToken              a link that is forged, expired, or made for another purpose
├── FetchError            the web did not give us the document (`permanent`, `retry_after`: seconds)
├── FeedError             a document came, and cannot be read as what it claims to be
├── TemplateError         a template does not compile; says which file and where
└── TransportError        a relay or its connection failed (`permanent`, `retry_after`: seconds)
"""


class PublisherError(Exception):
    """Base of all. `str(error)` is one plain sentence that may be shown to the person who asked."""

    permanent = True
    retry_after: float | None = None


class BadInput(PublisherError):
    """What came in cannot be used; `field` names the part of a form it belongs to."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class BadAddress(BadInput):
    """What was typed as an e-mail address is none. `str(error)` quotes it, so pages for readers say it in words of their own."""

    def __init__(self, message: str) -> None:
        super().__init__(message, field="email")


class NotFound(PublisherError):
    """No such thing."""


class Conflict(PublisherError):
    """It exists already, or its state does not allow this; `field` names the part of a form it is about, if one is."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Forbidden(PublisherError):
    """This person may not do that."""


class TooMany(PublisherError):
    """A budget is used up. `retry_after`: seconds until it is worth another try."""

    permanent = False

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class BadToken(PublisherError):
    """A link that is forged, expired, or made for another purpose. The sentence never says which of the first two."""


class FetchError(PublisherError):
    """The web did not give us the document. `permanent`: trying again will not help; `retry_after`: seconds."""

    def __init__(
        self, message: str, *, permanent: bool = False, retry_after: float | None = None, status: int | None = None
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after
        self.status = status


class TemplateError(PublisherError):
    """A template does not compile. The sentence names the file and the place."""


class TransportError(PublisherError):
    """A relay or its connection failed. `permanent`: configuration must change first; `retry_after`: seconds."""

    def __init__(self, message: str, *, permanent: bool = False, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after
