"""Tables of the media room: a file is a row and a file in the data folder, named by its content."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column
from sqlmodel import Field, SQLModel

from publisher.database import no_entries


class MediaFile(SQLModel, table=True):
    """One file, unique by content. Its bytes are in the data folder under `media/<first two of digest>/<digest>.<extension>`.

    `type`: what its bytes are, whatever it was called. `length`: bytes. `duration`: seconds. `bit_rate`: bits per second.
    `audio_start`: bytes before the sound (the ID3v2 tag of an MP3), which is what a download's first minute is counted from.
    `details`: chapters and tags found inside, encoder, channels, sample rate, `loudness`.
    `shelved_at`: when it came into the library of pictures (`pictures`), empty where it is not in it. `alt` is what it shows,
    `alts` the same in other languages; `decorative`: somebody said that it shows nothing that words would miss.
    """

    __tablename__ = "media_file"
    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True)  # SHA-256, hexadecimal
    kind: str  # audio | video | image | document
    type: str  # audio/mpeg, image/png, …
    extension: str  # mp3, without a dot
    length: int = Field(sa_type=BigInteger)  # up to four gigabytes
    name: str = ""  # what it was called
    duration: float | None = None
    bit_rate: int | None = None
    audio_start: int = 0
    width: int | None = None
    height: int | None = None
    alt: str = ""
    credit: str = ""
    licence: str = ""
    alts: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    decorative: bool | None = None
    source_url: str | None = None  # where it was fetched from
    shelved_at: datetime | None = Field(default=None, index=True)
    details: dict[str, Any] = Field(default_factory=no_entries, sa_column=Column(JSON, nullable=False))
    created_at: datetime


class Upload(SQLModel, table=True):
    """A file on its way in, piece by piece. The pieces are in the data folder under `uploads/<key>`; `received` follows them."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)  # random; names it in addresses
    name: str
    length: int = Field(sa_type=BigInteger)  # bytes, as announced
    received: int = Field(default=0, sa_type=BigInteger)
    by: str = ""  # who: `staff:<id>`
    created_at: datetime
    changed_at: datetime = Field(index=True)
    media_id: int | None = Field(default=None, foreign_key="media_file.id")  # once it is complete
