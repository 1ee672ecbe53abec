"""What can go wrong while reading: one family, each with a plain sentence and the decision it implies."""


class FeedError(Exception):
    """The document cannot be read. `str(error)` may be shown to a person; `permanent`: the same bytes will fail again."""

    permanent = True

    def __init__(self, message: str, *, permanent: bool = True) -> None:
        super().__init__(message)
        self.permanent = permanent


class TooLarge(FeedError):
    """The document is larger, deeper or more intricate than we are willing to read."""


class Refused(FeedError):
    """The document uses something that only attacks use, such as entities it declares itself."""


class UnknownFormat(FeedError):
    """The bytes are none of the formats that `feeds.reading` knows."""
