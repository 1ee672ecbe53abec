"""The kinds of works, and how a source's own word for one is understood.

Kinds are fixed, because the code treats them differently; their labels are words of the interface.
"""

import re

from publisher.languages import N_, folded

KIND_LABELS: dict[str, str] = {
    "landscape-analysis": N_("Landscape analysis"),
    "country-study": N_("Country study"),
    "country-brief": N_("Country brief"),
    "report": N_("Report"),
    "tool": N_("Tool"),
    "article": N_("Article"),
    "news": N_("News"),
    "event": N_("Event"),
    "call": N_("Call"),
    "webinar": N_("Webinar"),
    "recording": N_("Recording"),
    "episode": N_("Podcast episode"),
}
"""Kind → its English label, which is the msgid: `translator(language).gettext(KIND_LABELS[kind])`."""

KINDS: tuple[str, ...] = tuple(KIND_LABELS)

_KIND_WORDS: dict[str, str] = {
    "landscape-analysis": r"landscape|mapping|state of the field|etat des lieux|panorama|cartographie|situation analysis",
    "country-brief": r"(country|policy|research|issue|evidence|information|advocacy|learning) ?brief|briefing|factsheet|"
    r"fact sheet|country profile|brief|note d orientation|note de politique|nota de politica|policy note",
    "country-study": r"country (case )?study|case study|country (report|diagnostic|assessment)|etude de (cas|pays)|"
    r"etude pays|estudio de (caso|pais)|estudo de (caso|pais)",
    "webinar": r"webinar|webinaire|seminario web|online seminar",
    "recording": r"recording|video|moving ?image|film|enregistrement|grabacion|gravacao|presentation recording",
    "episode": r"podcast|episode|audio|sound|sound ?recording|radio|episodio",
    "tool": r"tool ?kit|tool|guide|guideline|guidance|manual|handbook|checklist|training (material|package)|curriculum|"
    r"learning ?object|lesson|course|module|software|template|guia|outil|manuel|boite a outils|herramienta|ferramenta|"
    r"interactive ?resource|teaching resource",
    "call": r"call|call for .*|appel|appel a .*|convocatoria|chamada|request for proposals|rfp|funding opportunity|job|"
    r"vacancy|grant",
    "event": r"event|conference|workshop|meeting|symposium|evenement|evento|conferencia|atelier",
    "news": r"news|news ?item|news ?article|press release|announcement|newsletter|actualite|noticia|noticias|"
    r"communique|communique de presse|story|news story|blog ?posting|newspaper ?article",
    "article": r"article|journal ?article|magazine ?article|scholarly ?article|research article|blog|blog ?post|commentary|"
    r"opinion|review|preprint|posted ?content|peer reviewed|articulo|artigo|editorial|essay|article de revue|"
    r"post ?print|conference ?paper|proceedings ?article|paper conference",
    "report": r"report|working ?paper|technical ?report|policy ?(research )?(working )?paper|discussion paper|white ?paper|"
    r"paper|publication|book|book ?chapter|chapter|section|monograph|thesis|dissertation|study|evaluation|assessment|"
    r"annual report|rapport|informe|relatorio|document|grey literature|survey|strategy|policy|these|etude|"
    r"electronic thesis|yuksek lisans|doktora|memoire|estudio|estudo|master thesis|doctoral thesis|bachelor thesis|report ?document|edited ?book",
}
_KIND_PATTERNS = [(kind, re.compile(rf"(?:{words})s?")) for kind, words in _KIND_WORDS.items()]


def kind_from(text: str) -> str | None:
    """The kind a raw type means: `journalArticle`, `Working Paper`, `info:eu-repo/semantics/report`, `policy brief`.

    Understands camel case, plurals, URLs of type vocabularies and English, French, Spanish and Portuguese words; a phrase
    that is not known is tried by its last words ("impact evaluation report"), then by its first. None when it says nothing.
    """
    parts = [part for part in re.split(r" / |[;,|]", text[:200]) if part.strip()]
    return next((kind for part in parts if (kind := _of_phrase(part))), None)


def _of_phrase(text: str) -> str | None:
    last = re.split(r"[/#:]", text.strip().rstrip("/"))[-1]
    words = re.sub(r"[\[\]()]", " ", folded(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", last))).split()
    tails = [words[start:] for start in range(len(words))]
    heads = [words[:end] for end in range(len(words) - 1, 0, -1)]
    return next((kind for phrase in tails + heads if (kind := _exactly(" ".join(phrase)))), None)


def _exactly(phrase: str) -> str | None:
    if phrase.replace(" ", "-") in KIND_LABELS:
        return phrase.replace(" ", "-")
    return next((kind for kind, pattern in _KIND_PATTERNS if pattern.fullmatch(phrase)), None)
