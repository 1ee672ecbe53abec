"""The vocabulary an installation begins with. From then on staff edit it; nothing here is read again after the first day.

Topics, sectors and audiences are named in six languages; a language without a name falls back as every text does.
Kinds are fixed, because the code treats them differently; their labels are words of the interface.
"""

import re

from publisher.languages import N_, folded

Names = dict[str, str]
"""Language code → name."""

_LANGUAGES = ("en", "fr", "ar", "es", "pt", "sw")


def _named(*names: str) -> Names:
    return dict(zip(_LANGUAGES, names, strict=True))


TOPICS: dict[str, Names] = {
    "workforce-pay": _named(
        "Pay and working conditions",
        "Rémunération et conditions de travail",
        "الأجور وظروف العمل",
        "Salarios y condiciones de trabajo",
        "Remuneração e condições de trabalho",
        "Mishahara na mazingira ya kazi",
    ),
    "recruitment-and-retention": _named(
        "Recruitment and retention",
        "Recrutement et fidélisation",
        "التوظيف والاستبقاء",
        "Contratación y retención",
        "Recrutamento e retenção",
        "Kuajiri na kudumisha wafanyakazi",
    ),
    "qualifications": _named(
        "Competences and qualifications",
        "Compétences et qualifications",
        "الكفايات والمؤهلات",
        "Competencias y titulaciones",
        "Competências e qualificações",
        "Umahiri na sifa za kitaaluma",
    ),
    "initial-training": _named(
        "Initial training",
        "Formation initiale",
        "التدريب الأولي",
        "Formación inicial",
        "Formação inicial",
        "Mafunzo ya awali",
    ),
    "professional-development": _named(
        "Professional development",
        "Développement professionnel",
        "التطوير المهني",
        "Desarrollo profesional",
        "Desenvolvimento profissional",
        "Maendeleo ya kitaaluma",
    ),
    "supervision-and-mentoring": _named(
        "Supervision and mentoring",
        "Supervision et mentorat",
        "الإشراف والتوجيه",
        "Supervisión y mentoría",
        "Supervisão e mentoria",
        "Usimamizi na ulezi wa kitaaluma",
    ),
    "leadership": _named("Leadership", "Leadership", "القيادة", "Liderazgo", "Liderança", "Uongozi"),
    "wellbeing": _named(
        "Well-being of the workforce",
        "Bien-être des professionnels",
        "رفاه العاملين",
        "Bienestar del personal",
        "Bem-estar dos profissionais",
        "Ustawi wa wafanyakazi",
    ),
    "quality-and-standards": _named(
        "Quality and standards",
        "Qualité et normes",
        "الجودة والمعايير",
        "Calidad y estándares",
        "Qualidade e padrões",
        "Ubora na viwango",
    ),
    "inclusion": _named(
        "Inclusion and disability",
        "Inclusion et handicap",
        "الدمج والإعاقة",
        "Inclusión y discapacidad",
        "Inclusão e deficiência",
        "Ujumuishi na ulemavu",
    ),
    "gender": _named("Gender", "Genre", "النوع الاجتماعي", "Género", "Género", "Jinsia"),
    "financing": _named("Financing", "Financement", "التمويل", "Financiación", "Financiamento", "Ufadhili"),
    "policy": _named(
        "Policy and governance",
        "Politiques et gouvernance",
        "السياسات والحوكمة",
        "Políticas y gobernanza",
        "Políticas e governança",
        "Sera na utawala",
    ),
    "data-and-research": _named(
        "Data and research",
        "Données et recherche",
        "البيانات والبحوث",
        "Datos e investigación",
        "Dados e pesquisa",
        "Takwimu na utafiti",
    ),
    "play-and-learning": _named(
        "Play and learning",
        "Jeu et apprentissage",
        "اللعب والتعلّم",
        "Juego y aprendizaje",
        "Brincar e aprender",
        "Kucheza na kujifunza",
    ),
    "nutrition-and-health": _named(
        "Nutrition and health",
        "Nutrition et santé",
        "التغذية والصحة",
        "Nutrición y salud",
        "Nutrição e saúde",
        "Lishe na afya",
    ),
    "parenting": _named(
        "Parents and families",
        "Parents et familles",
        "الوالدان والأسر",
        "Crianza y familias",
        "Parentalidade e famílias",
        "Wazazi na familia",
    ),
    "emergencies": _named(
        "Emergencies and displacement",
        "Urgences et déplacement",
        "حالات الطوارئ والنزوح",
        "Emergencias y desplazamiento",
        "Emergências e deslocamento",
        "Dharura na ukimbizi",
    ),
}

SECTORS: dict[str, Names] = {
    "preschool": _named(
        "Preschool education",
        "Éducation préscolaire",
        "التعليم قبل المدرسي",
        "Educación preescolar",
        "Educação pré-escolar",
        "Elimu ya awali",
    ),
    "childcare": _named(
        "Childcare", "Accueil des jeunes enfants", "رعاية الأطفال", "Cuidado infantil", "Creches", "Malezo ya watoto"
    ),
    "home-visiting": _named(
        "Home visiting",
        "Visites à domicile",
        "الزيارات المنزلية",
        "Visitas domiciliarias",
        "Visitas domiciliárias",
        "Ziara za nyumbani",
    ),
    "community-health": _named(
        "Community health",
        "Santé communautaire",
        "صحة المجتمع",
        "Salud comunitaria",
        "Saúde comunitária",
        "Afya ya jamii",
    ),
    "primary-health": _named(
        "Primary health care",
        "Soins de santé primaires",
        "الرعاية الصحية الأولية",
        "Atención primaria de salud",
        "Cuidados de saúde primários",
        "Huduma za afya ya msingi",
    ),
    "early-intervention": _named(
        "Early intervention",
        "Intervention précoce",
        "التدخل المبكر",
        "Atención temprana",
        "Intervenção precoce",
        "Hatua za mapema",
    ),
    "social-protection": _named(
        "Social protection",
        "Protection sociale",
        "الحماية الاجتماعية",
        "Protección social",
        "Proteção social",
        "Hifadhi ya jamii",
    ),
    "child-protection": _named(
        "Child protection",
        "Protection de l’enfance",
        "حماية الطفل",
        "Protección de la infancia",
        "Proteção da criança",
        "Ulinzi wa mtoto",
    ),
    "teacher-education": _named(
        "Teacher education",
        "Formation des enseignants",
        "إعداد المعلمين",
        "Formación docente",
        "Formação de professores",
        "Mafunzo ya walimu",
    ),
}

AUDIENCES: dict[str, Names] = {
    "policymakers": _named(
        "Policymakers",
        "Décideurs publics",
        "صانعو السياسات",
        "Responsables de políticas",
        "Decisores políticos",
        "Watunga sera",
    ),
    "practitioners": _named(
        "Practitioners", "Professionnels de terrain", "الممارسون", "Profesionales", "Profissionais", "Watendaji"
    ),
    "trainers": _named(
        "Trainers and supervisors",
        "Formateurs et superviseurs",
        "المدربون والمشرفون",
        "Formadores y supervisores",
        "Formadores e supervisores",
        "Wakufunzi na wasimamizi",
    ),
    "researchers": _named("Researchers", "Chercheurs", "الباحثون", "Investigadores", "Investigadores", "Watafiti"),
    "funders": _named("Funders", "Bailleurs de fonds", "الجهات الممولة", "Financiadores", "Financiadores", "Wafadhili"),
}

FACETS: dict[str, dict[str, Names]] = {"topic": TOPICS, "sector": SECTORS, "audience": AUDIENCES}
"""Facet → key → names."""

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
