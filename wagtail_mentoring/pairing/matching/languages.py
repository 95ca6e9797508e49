"""Other languages, as people write them in English, Finnish or Swedish, brought to one code."""

import re
from collections.abc import Iterable

# Code: English, Finnish, Swedish, further names with commas between.
_TABLE = """
ar: Arabic, arabia, arabiska, العربية
bn: Bengali, bengali, bengali, bangla
bs: Bosnian, bosnia, bosniska, bosanski
bg: Bulgarian, bulgaria, bulgariska
my: Burmese, burma, burmesiska
zh: Chinese, kiina, kinesiska, mandarin, mandarin chinese, mandariini, 中文
yue: Cantonese, kantoninkiina, kantonesiska
hr: Croatian, kroaatti, kroatiska, hrvatski
cs: Czech, tšekki, tjeckiska
da: Danish, tanska, danska
prs: Dari, dari, dari
nl: Dutch, hollanti, nederländska, flemish
et: Estonian, viro, estniska, eesti
fr: French, ranska, franska, français
ka: Georgian, georgia, georgiska
de: German, saksa, tyska, deutsch
el: Greek, kreikka, grekiska
gu: Gujarati, gudžarati, gujarati
he: Hebrew, heprea, hebreiska
hi: Hindi, hindi, hindi
hu: Hungarian, unkari, ungerska, magyar
id: Indonesian, indonesia, indonesiska
it: Italian, italia, italienska, italiano
ja: Japanese, japani, japanska
ko: Korean, korea, koreanska
ku: Kurdish, kurdi, kurdiska
kmr: Kurmanji, kurmandži, kurmanji
ckb: Sorani, sorani, sorani
lv: Latvian, latvia, lettiska
lt: Lithuanian, liettua, litauiska
ml: Malayalam, malajalam, malayalam
mr: Marathi, marathi, marathi
ne: Nepali, nepali, nepali, nepalese
no: Norwegian, norja, norska, norsk
ps: Pashto, paštu, pashto, pastu
fa: Persian, persia, persiska, farsi
pl: Polish, puola, polska, polski
pt: Portuguese, portugali, portugisiska, português
pa: Punjabi, pandžabi, punjabi, panjabi
ro: Romanian, romania, rumänska, română
ru: Russian, venäjä, ryska, русский
sr: Serbian, serbia, serbiska, srpski
si: Sinhala, sinhala, singalesiska, sinhalese
sk: Slovak, slovakki, slovakiska
sl: Slovenian, sloveeni, slovenska, slovene
so: Somali, somali, somaliska, soomaali
es: Spanish, espanja, spanska, español, espanol, castellano
sw: Swahili, swahili, swahili, suahili
tl: Filipino, filipino, filippinska, tagalog
ta: Tamil, tamili, tamil
te: Telugu, telugu, telugu
th: Thai, thai, thailändska
ti: Tigrinya, tigrinja, tigrinska
tr: Turkish, turkki, turkiska, türkçe
uk: Ukrainian, ukraina, ukrainska, українська
ur: Urdu, urdu, urdu
uz: Uzbek, uzbekki, uzbekiska
vi: Vietnamese, vietnam, vietnamesiska
am: Amharic, amhara, amhariska
sq: Albanian, albania, albanska, shqip
hy: Armenian, armenia, armeniska
az: Azerbaijani, azeri, azerbajdzjanska
be: Belarusian, valkovenäjä, belarusiska, vitryska
is: Icelandic, islanti, isländska
kk: Kazakh, kazakki, kazakiska
rw: Kinyarwanda, ruanda, kinyarwanda
ln: Lingala, lingala, lingala
mk: Macedonian, makedonia, makedonska
mn: Mongolian, mongoli, mongoliska
om: Oromo, oromo, oromo
yo: Yoruba, joruba, yoruba
ha: Hausa, hausa, hausa
ig: Igbo, igbo, igbo
"""
#: Asked with their levels, so that naming them here too adds nothing.
_ASKED = frozenset("english englanti engelska finnish suomi finska swedish ruotsi svenska en fi sv".split())
_SEPARATOR = re.compile(r"[,;/&|\n·•]|\s(?:and|ja|och|sekä|samt)\s")
_BESIDE = re.compile(r"\([^)]*\)|\b[abc][12]\b|[:–—-].*$")
#: Words beside a name of a language: how well it is spoken.
_MANNER = frozenset(
    "native fluent basic good some little mother tongue äidinkieli sujuva hyvä vähän modersmål flytande lite i a the "
    "kieli language speak speaks spoken also".split()
)


def _read() -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    codes: dict[str, str] = {}
    names: dict[str, tuple[str, ...]] = {}
    for line in filter(None, map(str.strip, _TABLE.splitlines())):
        code, _, written = line.partition(": ")
        names[code] = tuple(part.strip() for part in written.split(","))
        for name in names[code]:
            codes.setdefault(name.casefold(), code)
    return codes, names


_CODES, _NAMES = _read()
#: Stands for a language whose name nobody reads: what a person wrote there is for nobody else.
UNREAD = "another"
_NAMES[UNREAD] = ("another language", "muu kieli", "ett annat språk")


def readable(codes: Iterable[str]) -> tuple[str, ...]:
    """Return ``codes`` with :data:`UNREAD`, once and last, in place of those that are a person's own words."""
    listed = tuple(codes)
    known = tuple(code for code in listed if code in _NAMES and code != UNREAD)
    return known if len(known) == len(listed) else (*known, UNREAD)


def codes_of(text: str) -> tuple[str, ...]:
    """Return the languages named in ``text``, sorted, each once: codes, or small letters for one that is not known.

    English, Finnish and Swedish are left out: their levels are asked apart.
    """
    found: set[str] = set()
    for part in _SEPARATOR.split(text.casefold()):
        words = [word for word in _BESIDE.sub(" ", part).replace(".", " ").split() if word not in _MANNER]
        name = " ".join(words)
        if name and name not in _ASKED:
            found.add(_CODES.get(name, name))
    return tuple(sorted(found))


def name_of(code: str, language: str) -> str:
    """Return the name of a language in ``language`` (``en``, ``fi`` or ``sv``; else English) as in a sentence."""
    names = _NAMES.get(code)
    if names is None:
        return code[:1].upper() + code[1:] if language[:2] not in ("fi", "sv") else code
    return names[{"fi": 1, "sv": 2}.get(language[:2], 0)]
