"""The vocabulary an installation begins with. From then on staff edit it; nothing here is read again after the first day.

Topics, sectors and audiences are named in six languages; a language without a name falls back as every text does.
"""

from publisher.vocabulary.kinds import KIND_LABELS, KINDS, kind_from

__all__ = ["AUDIENCES", "FACETS", "KINDS", "KIND_LABELS", "SECTORS", "TOPICS", "Names", "kind_from"]

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
    "gender": _named("Gender", "Genre", "النوع الاجتماعي", "Género", "Gênero", "Jinsia"),
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
