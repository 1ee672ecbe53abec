"""What the API takes and gives, as typed models: they are its description as well."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Refusal(BaseModel):
    """Every refusal: one plain sentence."""

    error: str = Field(description="What is wrong, and what to do, in one sentence.")


class TextOut(BaseModel):
    """A resource in one language."""

    title: str
    blurb: str
    link: str


class ResourceOut(BaseModel):
    """One resource of the library."""

    id: int
    url: str = Field(description="Its page here.")
    kind: str
    title: str = Field(description="In the language asked for, else the original's.")
    blurb: str
    link: str = Field(description="Where it can be read.")
    language: str = Field(description="BCP 47 code of title and blurb.")
    link_language: str = Field(description="BCP 47 code of what is behind the link.")
    languages: list[str] = Field(description="Every language it is described in.")
    authors: list[str]
    publisher: str
    licence: str
    doi: str | None
    published_on: date | None
    added_at: datetime
    updated_at: datetime
    starts_at: datetime | None
    ends_at: datetime | None
    pages: int | None
    seconds: int | None = Field(description="How long it lasts, where it is heard or seen.")
    file_bytes: int | None
    topics: list[str] = Field(description="Keys; see /topics.")
    sectors: list[str]
    audiences: list[str]
    countries: list[str] = Field(description="ISO 3166-1 codes; none: it concerns everyone.")
    regions: list[str] = Field(description="UN M49 codes.")


class ResourceWithTexts(ResourceOut):
    """One resource with its text in every language."""

    texts: dict[str, TextOut]


class ResourceList(BaseModel):
    """One part of the resources that fit. Follow `next` until there is none."""

    total: int
    items: list[ResourceOut]
    next: str | None


class NewsletterOut(BaseModel):
    slug: str
    title: str
    tagline: str
    mailing_list: str = Field(alias="list", description="Short name of its list, for POST /subscriptions.")
    languages: list[str]
    cadence: str
    url: str
    feed: str
    model_config = ConfigDict(populate_by_name=True)


class IssueOut(BaseModel):
    slug: str
    number: int | None
    title: str
    preheader: str
    published_at: datetime
    languages: list[str]
    url: str


class IssueItemOut(BaseModel):
    resource: int = Field(description="Id of the resource.")
    title: str
    blurb: str
    link: str
    kind: str
    language: str
    publisher: str


class IssueSectionOut(BaseModel):
    title: str
    items: list[IssueItemOut]


class IssueWithItems(IssueOut):
    """The generic edition in one language."""

    language: str
    opening_html: str
    signed_by: str
    sections: list[IssueSectionOut]


class IssueList(BaseModel):
    items: list[IssueOut]
    next: str | None


class TermOut(BaseModel):
    key: str
    name: str


class ProposalIn(BaseModel):
    """A resource to propose. An editor reads it, and writes to `email` what came of it."""

    model_config = ConfigDict(extra="forbid")
    title: str = Field(min_length=1, max_length=500)
    link: str = Field(max_length=2000, description="https:// or http://")
    blurb: str = Field("", max_length=5000)
    language: str = Field("en", max_length=40)
    kind: str = Field("", max_length=40)
    doi: str = Field("", max_length=300)
    licence: str = Field("", max_length=300)
    countries: list[str] = Field(default_factory=list, max_length=250)
    topics: list[str] = Field(default_factory=list, max_length=50)
    may_share: bool = Field(description="True: I made it, or those who made it agree that it is shared.")
    name: str = Field(min_length=1, max_length=200)
    organisation: str = Field("", max_length=200)
    may_name: bool = Field(False, description="True: the organisation may stand on the page of partners.")
    email: str = Field(max_length=320)


class ProposalOut(BaseModel):
    message: str
    state: str = Field(description="Always `received`.")


class SubscriptionIn(BaseModel):
    """An address that wants a newsletter. It gets one mail that asks; nothing comes until its owner says yes there."""

    model_config = ConfigDict(extra="forbid")
    email: str = Field(max_length=320)
    lists: list[str] = Field(min_length=1, max_length=20, description="Short names; see /newsletters.")
    wording: str = Field(
        min_length=1, max_length=2000, description="The sentence beside your button, exactly as it was agreed to."
    )
    language: str = Field("en", max_length=40)
    name: str = Field("", max_length=200)
    country: str | None = Field(None, max_length=60)
    zone: str = Field("UTC", max_length=60)
    interests: list[str] = Field(
        default_factory=list, max_length=200, description="`topic:…`, `country:KE`, `region:014`"
    )
    page: str = Field("", max_length=500, description="Where they signed up.")


class SubscriptionOut(BaseModel):
    message: str


class ShowOut(BaseModel):
    """A podcast that anybody may hear."""

    show: str = Field(description="Its short name.")
    title: str
    description: str = Field(description="Plain text.")
    language: str
    author: str
    url: str = Field(description="Its page here.")
    feed: str
    picture: str | None
    guid: str = Field(description="podcast:guid")
    explicit: bool
    editions: list[str] = Field(description="Short names of the same show in other languages.")
    episodes: int = Field(description="How many have appeared, without trailers.")
    newest_at: datetime | None


class EpisodeOut(BaseModel):
    """An episode that has appeared."""

    episode: int = Field(description="Its number, for /episodes/{number}.")
    show: str
    title: str
    summary: str = Field(description="Plain text.")
    language: str
    type: str = Field(description="`full`, `trailer` or `bonus`.")
    season: int | None
    number: int | None
    published_at: datetime | None
    seconds: int | None
    url: str = Field(description="Its page here.")
    sound: str | None
    sound_type: str | None
    sound_bytes: int | None
    guid: str
    state: str = Field(description="Always `published`.")


class EpisodeWithNotes(EpisodeOut):
    """One episode with what stands beside its sound."""

    notes_html: str
    licence: str
    persons: list[dict[str, str | None]] = Field(description="name, role, group, image, link")
    chapters: str | None = Field(description="Address of its JSON chapters.")
    transcripts: dict[str, str] = Field(description="Language → address, WebVTT or text.")
    resource: int | None = Field(description="Its resource in the library; see /resources/{number}.")


class EpisodeList(BaseModel):
    items: list[EpisodeOut]
    next: str | None


class WebinarOut(BaseModel):
    """One date of a webinar that anybody may find."""

    webinar: str = Field(description="Its short name.")
    series: str | None = Field(description="Short name of the series it belongs to.")
    title: str
    summary: str = Field(description="Plain text.")
    text_language: str = Field(description="Of title and summary.")
    state: str = Field(description="`announced`, `live`, `held` or `cancelled`.")
    starts: datetime = Field(description="With the offset of its zone at that moment.")
    ends: datetime
    zone: str = Field(description="IANA name of the zone it was agreed in.")
    spoken: list[str]
    captions: list[str]
    interpreted: list[str]
    recorded: bool
    url: str = Field(description="Its page here, where people register.")
    calendar: str = Field(description="This date as an iCalendar file.")
    recording: str | None = Field(description="Page of its recording, where there is one.")
    resource: int | None = Field(description="Its resource in the library; see /resources/{number}.")
    updated_at: datetime


class WebinarWithDates(BaseModel):
    """A webinar, or a series with every date."""

    webinar: str = Field(description="Its short name, for /webinars/{webinar}/registrations.")
    title: str
    summary: str
    description: str = Field(description="Markdown.")
    text_language: str
    url: str
    access: str
    questions: list[dict[str, Any]] = Field(description="Asked at registration: key, label, kind, options, required.")
    speakers: list[dict[str, str]] = Field(description="name, role, organisation")
    dates: list[WebinarOut]


class WebinarList(BaseModel):
    items: list[WebinarOut]
    next: str | None


class RegistrationIn(BaseModel):
    """Somebody who wants to come. They get one mail, with the invitation or with the question whether it was them."""

    model_config = ConfigDict(extra="forbid")
    email: str = Field(max_length=320)
    name: str = Field("", max_length=200)
    organisation: str = Field("", max_length=200)
    country: str | None = Field(None, max_length=60)
    language: str = Field("", max_length=40, description="Of the letters; BCP 47.")
    zone: str = Field("", max_length=60, description="IANA name of where they are: letters tell the time there.")
    answers: dict[str, str] = Field(default_factory=dict, max_length=50, description="Key of a question → answer.")
    recording_notice: str = Field(
        "", max_length=2000, description="The sentence about being recorded as it stood beside your button."
    )
    recording_only: bool = Field(False, description="They cannot come, and want what is recorded.")
    reminders: bool = Field(True, description="By mail; else their calendar reminds them.")


class RegistrationOut(BaseModel):
    message: str
