"""The vocabulary: topics, sectors and audiences, named in every language."""

from fastapi.responses import Response
from sqlalchemy import func
from sqlmodel import col, select

from publisher.errors import BadInput, NotFound
from publisher.languages import LANGUAGES
from publisher.library.models import Subject
from publisher.vocabulary import terms
from publisher.vocabulary.models import EDITABLE_FACETS, Term
from publisher.web.studio import words
from publisher.web.studio.visit import Desk

PATH = "/studio/library/vocabulary"
LABELS = {"topic": "Topics", "sector": "Sectors", "audience": "Audiences"}


def show(desk: Desk) -> Response:
    """GET /studio/library/vocabulary?facet=topic"""
    facet = desk.form.one("facet") or desk.asked("facet", "topic")
    facet = facet if facet in EDITABLE_FACETS else "topic"
    counts = _counts(desk, facet)
    rows = desk.session.exec(
        select(Term).where(col(Term.facet) == facet).order_by(col(Term.retired), col(Term.position), col(Term.id))
    )
    found = list(rows)
    spoken = dict.fromkeys((*LANGUAGES, *(code for term in found for code in term.names)))
    languages = [(code, name) for code, name in words.language_options(*spoken) if code in spoken]
    return desk.show(
        "library/vocabulary.html",
        "library",
        tabs=[
            {"label": label, "url": f"{PATH}?facet={key}", "current": key == facet, "count_text": ""}
            for key, label in LABELS.items()
        ],
        facet=facet,
        languages=languages,
        terms=[
            {
                "key": term.key,
                "name": terms.name_of(term, "en"),
                "retired": term.retired,
                "form": desk.filled(
                    {f"label_{code}": term.names.get(code, "") for code, _ in languages}, PATH, key=term.key
                ),
                "count_text": words.counted(counts.get(term.key, 0), "resource")
                + (", not offered" if term.retired else ""),
            }
            for term in found
        ],
        new_form=desk.filled({f"label_{code}": "" for code, _ in languages}, PATH, key=""),
    )


def save(desk: Desk) -> Response:
    """POST /studio/library/vocabulary: facet, key (empty for a new one), label_<code>…; verb save|retire|offer|up|down."""
    form = desk.form
    facet, key, verb = form.one("facet"), form.one("key"), form.one("verb")
    if facet not in EDITABLE_FACETS:
        raise BadInput("Choose topics, sectors or audiences.")
    labels = {name.removeprefix("label_"): form.one(name) for name in form.data if name.startswith("label_")}
    if not key:
        first = next((code for code, name in labels.items() if name), None)
        if first is None:
            raise BadInput("Give it a name in one language at least.", field="label_en")
        term = terms.add(desk.session, facet, labels[first], language=first)
        said = "Added it."
    else:
        term = _term(desk, facet, key)
        said = {"retire": "It is not offered any more; what has it keeps it.", "offer": "It is offered again."}.get(
            verb, "Saved."
        )
    match verb:
        case "retire":
            terms.retire(desk.session, term)
        case "offer":
            terms.bring_back(desk.session, term)
        case _:
            for code, name in labels.items():
                terms.rename(desk.session, term, code, name)
    desk.note(f"term:{facet}:{term.key}", said)
    return desk.go(f"{PATH}?facet={facet}", said)


def _term(desk: Desk, facet: str, key: str) -> Term:
    found = desk.session.exec(select(Term).where(col(Term.facet) == facet, col(Term.key) == key)).first()
    if found is None:
        raise NotFound("There is no such term.")
    return found


def _counts(desk: Desk, facet: str) -> dict[str, int]:
    rows = desk.session.exec(
        select(Subject.key, func.count()).where(col(Subject.facet) == facet).group_by(col(Subject.key))
    )
    return dict(iter(rows))
