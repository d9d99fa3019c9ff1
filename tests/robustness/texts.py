"""Values as nobody hopes for them: free text in any script, odd numbers, odd words."""

import random
import unicodedata

SCRIPTS = [
    "abcdefghijklmnopqrstuvwxyz", "ABCXYZ", "äöüßéèñçøåæ", "ÀÈÌÒÙ", "абвгдежзёЖЯ", "αβγσςΣΩ",
    "אבגדה", "ابتثجحخ", "कखगघङािी", "กขคงจ้็", "漢字東京都", "ひらがなカタカナ", "한국어조선",
    "😀👩‍👩‍👧🇩🇪👍🏽", "ﬀﬁﬂﬃ", "①②③", "１２３ＡＢ", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "İıŞşĞğ", "ẞßſ", "ǅǆ",
    "\u1e96\u0149\u01f0",
]  # fmt: skip
CONTROLS = [
    "\x1b[31m", "\x1b]0;title\x07", "\x1b]8;;http://x.example\x1b\\", "\x9b1m", "\x07",
    "\x08\x08", "\r", "\x0b", "\x0c", "\x7f", "\x85", "\u2028", "\u2029", "\u202e", "\u202d",
    "\u2066", "\u2069", "\u200b", "\u200d", "\u200e", "\ufeff", "\u00ad", "\x01", "\x1f",
    "\u061c", "\U000e0041",
]  # fmt: skip
BLANKS = ["", " ", "    ", "\t", "\n", "\n\n", " \n ", "\u3000", "\u00a0", "\u2003\u2003", "\r\n"]
GRAMMAR = [
    "a,b", "[1,2", "{a:1}", "a=b", "'", '"', "'a", 'a"b', "\\", "\\'", "a\\nb", "${oc.env:HOME}",
    "${seed}", "${", "$(id)", "`id`", "choice(1,2)", "range(1,3)", "interval(0,1)", "glob(*)",
    "null", "None", "true", "false", "???", "~", "~nobody/x", "!", "#c", ";", "&", "|", "<x>",
    "*", "?", "%s", "{0}", "{x}", "--help", "-h", "--", "-m", "--cfg", "=", "==", "a:b", "@",
    "a@b", "+a", "++a.b", ":", "=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0",
    "[red]x[/red]", "[/]", "<script>x</script>", "../..", "/", ".", "..", "/dev/null",
    "/proc/self/mem", "nul", "\\\\host\\x", "file://x", "C:\\x",
]  # fmt: skip
NUMBERS = [
    "0", "-0", "1", "2", "3", "-1", "1.5", "1e3", "1e400", "-1e400", "nan", "inf", "-inf",
    "1e-400", "10" * 9, "1" + "0" * 18, "9223372036854775807", "9223372036854775808",
    "1" + "0" * 400, "1" * 5000, "0x10", "0b1", "1_000", "１２", "٣", "²", "½", " 3 ", "3\n",
    "+3", "1,5", "1.", ".5", "", "null", "true", "one", "4294967296", "2147483648", "1e18", "1j",
    "--1", "00012",
]  # fmt: skip
# Numbers that are far too large for what they would be the size of.
BROKEN = ["0", "-1", "", "1.5", "many", "nan", "1e400", "１２", " 3", "null", "-inf", "1" * 5000]
HUGE = ["1" + "0" * 18, "9223372036854775808", "1" + "0" * 400, "4611686018427387904"]


def text(chance: random.Random, *, long: bool = True) -> str:
    """A value of free text; never a zero byte, which no command line can hold."""
    one, odd = word(chance), chance.choice(GRAMMAR)
    kinds = {
        one: 30,
        chance.choice(BLANKS): 12,
        odd: 18,
        one + chance.choice(CONTROLS) + word(chance): 15,
        chance.choice(NUMBERS): 5,
        unicodedata.normalize("NFKD", f"{one}éÅ한"): 6,
        chance.choice(["\udc80", "a\udcffb", "\ud83d", "\udcc3\udca9"]): 4,  # bytes of argv
        one * (chance.choice([300, 3000]) if long else 2): 2,
        f"{one}{odd} {chance.choice(BLANKS)}{word(chance)}": 4,
        "".join(chr(_code_point(chance)) for _ in range(chance.randint(1, 12))): 4,
    }
    return chance.choices(list(kinds), list(kinds.values()))[0].replace("\0", "0")


def readable(chance: random.Random) -> str:
    """A path to read from: odd, but not so wide that all of the machine would be read."""
    value = text(chance)
    wide = value.strip("/.~*?[] \n\t\r") == "" or ".." in value or "**" in value
    return "nofile" if wide and value.strip() else value


def writable(chance: random.Random) -> str:
    """A path to write to: odd, but always inside the folder that the command is given in."""
    value = readable(chance)
    return value.replace("/", "_").replace("~", "_")


def word(chance: random.Random) -> str:
    """A few letters of one script, or of two."""
    letters = chance.choice(SCRIPTS)
    if chance.random() < 0.2:
        letters += chance.choice(SCRIPTS)
    return "".join(chance.choices(letters, k=chance.randint(1, 8)))


def plain_word(chance: random.Random) -> str:
    """A word without anything odd but its script."""
    return "".join(chance.choices(chance.choice(SCRIPTS[:4]), k=chance.randint(2, 8)))


def number(chance: random.Random) -> str:
    """What stands where a number is meant."""
    return chance.choice(NUMBERS) if chance.random() < 0.85 else text(chance, long=False)


def misspelt(chance: random.Random, key: str) -> str:
    """A key with a slip in it."""
    place = chance.randrange(len(key))
    slips = ["", key[place] * 2, chance.choice("xyz._-"), key[place].upper()]
    return key[:place] + chance.choice(slips) + key[place + 1 :]


def _code_point(chance: random.Random) -> int:
    point = chance.choice([chance.randrange(1, 0x300), chance.randrange(1, 0x110000)])
    return 0x41 if 0xD800 <= point < 0xE000 else point
