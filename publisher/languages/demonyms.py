"""What the people and things of a country are called in English, French, Spanish and Portuguese, folded.

One line a country. How a word is inflected stands at its end: `~` French and English (kenyan~: kenyan, kenyans, kenyane,
kenyanes; ethiopien~ also ethiopienne), a final `o` Spanish and Portuguese (o, a, os, as), `^` the same for words in -es
(japones^: japonesa, japoneses), otherwise with and without a plural s. A `_` is a blank. The words for English, French,
Spanish and Portuguese are left out on purpose: they mostly mean the language of a text.
"""

import re
from functools import cache

_WORDS = """
AF afghan~ afgano afegao
AL albanian albanais~ albanes^
DZ algerian algerien~ argelino
AO angolan angolais~ angoleno angolano
AR argentinian argentine argentin~ argentino
AM armenian armenien~ armenio
AU australian australien~ australiano
AT austrian autrichien~ austriaco
AZ azerbaijani azeri azerbaidjanais~ azerbaiyano azerbaijano
BD bangladeshi bangladais~ banglades^ bangladechi
BB barbadian barbadien~ barbadense
BY belarusian belarussian bielorusse bielorruso
BE belgian belge belga
BZ belizean belizien~ beliceno belizenho
BJ beninese beninois~ benines^ beninense
BT bhutanese bhoutanais~ butanes^
BO bolivian bolivien~ boliviano
BA bosnian bosnien~ bosnio
BW botswanan botswanais~ batswana botsuano
BR brazilian bresilien~ brasileno brasileiro
BG bulgarian bulgare bulgaro
BF burkinabe burkinabes
BI burundian burundais~ burundes^
KH cambodian cambodgien~ camboyano cambojano
CM cameroonian camerounais~ camerunes^ camaronense
CA canadian canadien~ canadiense canadense
CV cape_verdean capverdien~ caboverdiano cabo_verdiano
CF central_african_republic centrafricain~ centroafricano
TD chadian tchadien~ chadiano
CL chilean chilien~ chileno
CN chinese chinois~ chines^
CO colombian colombien~ colombiano
KM comorian comorien~ comorense
CD congolese congolais~ congoles^ congoleno
CR costa_rican costaricien~ costarricense costa_riquenho
CI ivorian ivoirien~ marfileno marfinense
HR croatian croate croata
CU cuban cubain~ cubano
CY cypriot chypriote chipriota cipriota
CZ czech tcheque checo tcheco
DK danish danois~ danes^ dinamarques^
DJ djiboutian djiboutien~ yibutiano
DO dominican dominicain~ dominicano
EC ecuadorian ecuadorean equatorien~ ecuatoriano equatoriano
EG egyptian egyptien~ egipcio
SV salvadoran salvadorean salvadorien~ salvadoreno salvadorenho
GQ equatoguinean equato_guineen~ ecuatoguineano
ER eritrean erythreen~ eritreo eritreu
EE estonian estonien~ estonio
SZ swazi
ET ethiopian ethiopien~ etiope
FJ fijian fidjien~ fiyiano fijiano
FI finnish finlandais~ finlandes^
GA gabonese gabonais~ gabones^
GM gambian gambien~ gambiano
GE georgian georgien~ georgiano
DE german allemand~ aleman alemana alemao alema
GH ghanaian ghaneen~ ghanes^ ganes^
GR greek grec grecque griego grego
GT guatemalan guatemalteque guatemalteco
GN guinean guineen~ guineano
GW bissau_guinean bissau_guineen~
GY guyanese guyanien~ guyanes^
HT haitian haitien~ haitiano
HN honduran hondurien~ hondureno hondurenho
HU hungarian hongrois~ hungaro
IS icelandic islandais~ islandes^
IN indian indien~ indiano
ID indonesian indonesien~ indonesio
IR iranian iranien~ irani iraniano
IQ iraqi irakien~ iraqui iraquiano
IE irish irlandais~ irlandes^
IL israeli israelien~ israelense
IT italian italien~ italiano
JM jamaican jamaicain~ jamaicano jamaiquino
JP japanese japonais~ japones^
JO jordanian jordanien~ jordano jordaniano
KZ kazakhstani kazakh kazajo cazaque
KE kenyan~ keniata keniano queniano
KI i_kiribati
XK kosovar kosovan
KW kuwaiti koweitien~ kuwaitiano
KG kyrgyz kirghize kirguis quirguiz
LA laotian laotien~ laosiano laociano
LV latvian letton~ leton letona letao
LB lebanese libanais~ libanes^
LS basotho lesothan
LR liberian liberien~ liberiano
LY libyan libyen~ libio
LT lithuanian lituanien~ lituano
MG malagasy malgache
MW malawian malawien~ malaui malauiano
MY malaysian malaisien~ malasio malaio
MV maldivian maldivien~ maldivo
ML malian malien~ maliense malines^
MT maltese maltais~ maltes^
MR mauritanian mauritanien~ mauritano
MU mauritian mauricien~ mauriciano
MX mexican mexicain~ mexicano
FM micronesian micronesien~ micronesio
MD moldovan moldave moldavo
MN mongolian mongol~ mongolo
ME montenegrin montenegrino
MA moroccan marocain~ marroqui marroquino
MZ mozambican mozambicain~ mozambiqueno mocambicano
MM burmese birman~ birmano birmanes^
NA namibian namibien~ namibio
NP nepali nepalese nepalais~ nepales^
NL dutch neerlandais~ neerlandes^ holandes^
NZ new_zealander neo_zelandais~ neozelandes^
NI nicaraguan nicaraguayen~ nicaraguense
NE nigerien~ nigerino
NG nigerian~ nigeriano
MK macedonian macedonien~ macedonio
NO norwegian norvegien~ noruego noruegues^
OM omani omanais~
PK pakistani pakistanais~ paquistani paquistanes^
PS palestinian palestinien~ palestino
PA panamanian panameen~ panameno panamenho
PG papua_new_guinean
PY paraguayan paraguayen~ paraguayo paraguaio
PE peruvian peruvien~ peruano
PH filipino philippine philippin~
PL polish polonais~ polaco polones^
QA qatari catari
RO romanian roumain~ rumano romeno
RU russian russe ruso russo
RW rwandan rwandais~ ruandes^
WS samoan samoano
SA saudi saoudien~ saudita
SN senegalese senegalais~ senegales^
RS serbian serbe serbio servio
SC seychellois~ seychellense
SL sierra_leonean sierraleones^ sierra_leonais~
SG singaporean singapourien~ singapurense
SK slovak slovaque eslovaco
SI slovenian slovene esloveno
SB solomon_islander
SO somali somalien~ somaliano
ZA south_african sud_africain~ sudafricano sul_africano
KR korean south_korean coreen~ sud_coreen~ surcoreano sul_coreano coreano
KP north_korean nord_coreen~ norcoreano
SS south_sudanese sud_soudanais~ sursudanes^ sul_sudanes^
LK sri_lankan sri_lankais~ srilanques^
SD sudanese soudanais~ sudanes^
SR surinamese surinamais~ surinames^
SE swedish suedois~ sueco
CH swiss suisse suizo suico
SY syrian syrien~ sirio
TW taiwanese taiwanais~ taiwanes^
TJ tajik tadjik~ tayiko tajique
TZ tanzanian tanzanien~ tanzano tanzaniano zanzibari
TH thai thailandais~ tailandes^
TL timorese timorais~ timorense east_timorese
TG togolese togolais~ togoles^
TO tongan tongien~ tongano
TT trinidadian trinidadien~
TN tunisian tunisien~ tunecino tunisino
TR turkish turc turque turco
TM turkmen turkmene turcomano
UG ugandan ougandais~ ugandes^
UA ukrainian ukrainien~ ucraniano
AE emirati
GB british britannique britanico scottish welsh ecossais~ gallois~
US american estadounidense estadunidense etats_unien~ americain~
UY uruguayan uruguayen~ uruguayo uruguaio
UZ uzbek ouzbek~ uzbeko usbeque
VU ni_vanuatu vanuatuan
VE venezuelan venezuelien~ venezolano venezuelano
VN vietnamese vietnamien~ vietnamita
YE yemeni yemenite
ZM zambian zambien~ zambiano
ZW zimbabwean zimbabween~ zimbabuense zimbabueano
"""


@cache
def demonyms() -> dict[str, str]:
    """Every form, folded, words joined by a blank → country code."""
    rows = (line.split() for line in _WORDS.strip().splitlines())
    return {form: code for code, *words in rows for word in words for form in _forms(word.replace("_", " "))}


def _forms(word: str) -> list[str]:
    stem = re.sub(r"[~^]$", "", word)
    if word.endswith("~"):
        return [stem + ending for ending in ("", "s", "e", "es", "ne", "nes")]
    if word.endswith("^"):
        return [stem, stem + "a", stem + "as", stem + "es"]
    if word.endswith("o"):
        return [stem[:-1] + ending for ending in ("o", "a", "os", "as")]
    return [stem, stem + "s"]
