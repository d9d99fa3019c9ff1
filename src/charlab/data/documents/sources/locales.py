"""Which of Faker's locales make up which language of the embedded names.

A label says what a user of names by language expects: the language whose names these are, in the
script that it is written in. Lists in Latin letters (`ROMANIZED`) are asked for apart; those in
kana repeat the same names and are left out.
"""

# Lists of given and of family names as a locale's class calls them: first_names_female,
# last_names, unisex_last_names. Titles, suffixes, middle names and patronymics are none of these.
GIVEN_AND_FAMILY_NAMES = r"(?:\w+_)?(?:first|last)_names(?:_\w+)?"

# Locales of which only some lists are the language's own.
LISTS = {
    "en_KE": r"last_names",  # its given names are English
    "et_EE": r"(?:first|last)_names_(?:\w+_)?est",  # the others are of Estonia's Russians
    "is_IS": r"first_names\w*",  # the family names are stems, to which -son or -dóttir is added
}

LANGUAGES: dict[str, tuple[str, ...]] = {
    "Arabic": ("ar_AA", "ar_DZ", "ar_PS", "ar_SA"),
    "Armenian": ("hy_AM",),
    "Azerbaijani": ("az_AZ",),
    "Bengali": ("bn_BD",),
    "Bulgarian": ("bg_BG",),
    "Catalan": ("es_CA",),  # es_CA is Catalonia: Aleix, Mercè; its family names are Spain's
    "Chinese": ("zh_CN", "zh_TW"),  # simplified and traditional characters
    "Croatian": ("hr_HR",),
    "Czech": ("cs_CZ",),
    "Danish": ("da_DK",),
    "Dutch": ("nl_NL", "nl_BE"),
    "English": ("en", "en_US", "en_GB", "en_NZ"),
    "Estonian": ("et_EE",),
    "Finnish": ("fi_FI",),
    "French": ("fr_FR", "fr_BE", "fr_CA", "fr_CH"),
    "Georgian": ("ka_GE",),
    "German": ("de_DE", "de_AT", "de_CH", "de_LI"),
    "Greek": ("el_GR",),
    "Gujarati": ("gu_IN",),
    "Hausa": ("ha_NG",),
    "Hebrew": ("he_IL",),
    "Hindi": ("hi_IN",),
    "Hungarian": ("hu_HU",),
    "Icelandic": ("is_IS",),
    "Igbo": ("ig_NG",),
    # India, Kenya and Pakistan name their people in dozens of languages, and write the names in
    # Latin letters when they write English. The label is then the country's: an English name they
    # are not.
    "Indian": ("en_IN",),
    "Indonesian": ("id_ID",),
    # O'Brien and Ó Briain: Irish names, in English spelling and in their own.
    "Irish": ("ga_IE", "en_IE"),
    "Italian": ("it_IT",),
    "Japanese": ("ja_JP",),
    "Kenyan": ("en_KE",),
    "Korean": ("ko_KR",),
    "Latvian": ("lv_LV",),
    "Lithuanian": ("lt_LT",),
    "Luxembourgish": ("de_LU",),  # Schmit, Muller: spelt neither as in German nor as in French
    "Macedonian": ("mk_MK",),
    "Marathi": ("mr_IN",),
    "Nepali": ("ne_NP",),
    "Norwegian": ("no_NO",),
    "Odia": ("or_IN",),
    "Pakistani": ("en_PK",),
    "Persian": ("fa_IR",),
    "Polish": ("pl_PL",),
    "Portuguese": ("pt_PT", "pt_BR"),
    "Romanian": ("ro_RO",),
    "Russian": ("ru_RU",),
    "Sinhala": ("si_LK",),
    "Slovak": ("sk_SK",),
    "Slovenian": ("sl_SI",),
    "Spanish": ("es_ES", "es_AR", "es_CL", "es_CO", "es_MX"),
    "Swahili": ("sw",),
    "Swedish": ("sv_SE",),
    "Tamil": ("ta_IN",),
    "Thai": ("th_TH",),
    "Turkish": ("tr_TR",),
    "Twi": ("tw_GH",),  # with the English given names that are usual in Ghana
    "Ukrainian": ("uk_UA",),
    "Uzbek": ("uz_UZ",),
    "Vietnamese": ("vi_VN",),
    "Yoruba": ("yo_NG",),
    "Zulu": ("zu_ZA",),
}

# Locales that list a language's names in Latin letters, some beside its own script.
ROMANIZED: dict[str, tuple[str, ...]] = {
    "Arabic": ("fr_DZ",),  # Algeria: Arabic and Berber names in French spelling
    "Chinese": ("zh_CN", "zh_TW"),  # pinyin and Wade-Giles
    "Japanese": ("ja_JP",),
    "Thai": ("en_TH",),
}

# Languages whose people are called by the whole name, "Park Ji-sung"; Japanese abroad by the
# given name first.
FAMILY_FIRST = ("Chinese", "Korean", "Vietnamese")
GIVEN_FIRST = ("Japanese",)

# Locales that are no language's, and why.
LEFT_OUT = {
    "en_NG": "Nigeria: English given names with Hausa, Igbo and Yoruba family names",
    "es": "defines no names of its own",
    "fr_QC": "defines no names of its own; fr_CA has Quebec's",
}
