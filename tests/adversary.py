"""Messages made by somebody who knows that a filter reads them: spellings × separators × carriers × decoys.

And conversations in which one says a detail piece by piece: splits × spellings × what is said between.

The same seed gives the same messages, in the form of tests/data/README.md. What is written here was made up
for it; none of it is in the corpus.
"""

import random
from collections.abc import Iterator

Row = dict[str, object]

WORDS = {
    "en": "zero one two three four five six seven eight nine",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun",
    "pt": "zero um dois três quatro cinco seis sete oito nove",
    "it": "zero uno due tre quattro cinque sei sette otto nove",
    "nl": "nul een twee drie vier vijf zes zeven acht negen",
    "pl": "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć",
    "ru": "ноль один два три четыре пять шесть семь восемь девять",
    "tr": "sıfır bir iki üç dört beş altı yedi sekiz dokuz",
    "ar": "صفر واحد اثنان ثلاثة اربعة خمسة ستة سبعة ثمانية تسعة",
    "hi": "शून्य एक दो तीन चार पांच छह सात आठ नौ",
    "id": "nol satu dua tiga empat lima enam tujuh delapan sembilan",
}
SCRIPTS = {
    "arabic": "٠١٢٣٤٥٦٧٨٩",
    "persian": "۰۱۲۳۴۵۶۷۸۹",
    "devanagari": "०१२३४५६७८९",
    "bengali": "০১২৩৪৫৬৭৮৯",
    "thai": "๐๑๒๓๔๕๖๗๘๙",
    "khmer": "០១២៣៤៥៦៧៨៩",
    "burmese": "၀၁၂၃၄၅၆၇၈၉",
    "wide": "０１２３４５６７８９",
    "bold": "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
    "mono": "𝟶𝟷𝟸𝟹𝟺𝟻𝟼𝟽𝟾𝟿",
    "raised": "⁰¹²³⁴⁵⁶⁷⁸⁹",
    "lowered": "₀₁₂₃₄₅₆₇₈₉",
    "circled": "⓪①②③④⑤⑥⑦⑧⑨",
    "discs": "⓿❶❷❸❹❺❻❼❽❾",
    "chinese": "零一二三四五六七八九",
}
SEPARATORS = [
    " ",
    "-",
    ".",
    " - ",
    "/",
    " / ",
    "_",
    "*",
    "~",
    "|",
    "..",
    " . ",
    ", ",
    "•",
    "—",
    "\u00a0",
    "+",
    "=",
]
UNSEEN = ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f"]
MARKS = ["\u0301", "\u0336", "\u0332", "\u20dd"]
CARRIERS = [
    "my cell is {}",
    "reach me on {}",
    "{} is my number",
    "try {} tonight",
    "WhatsApp {}",
    "text {} pls",
    "{} call anytime",
    "save this: {}",
    "you can ring {}",
    "the garage phone, {}",
    "mobile {} thx",
    "better if you call {}",
    "hit me up {}",
    "my digits: {}",
    "tel. {}",
]
NAMES = ["pavel", "greta", "nadia", "oswin", "tariq", "bruna", "keiko", "leif"]
TRADES = ["wrench", "torque", "garage", "motorwerks", "autocare", "tuning"]
HOSTS = [
    "gmail.com",
    "proton.me",
    "gmx.de",
    "outlook.fr",
    "mail.ru",
    "zohomail.in",
    "fastmail.com",
    "kfz-dienst.de",
    "oficina.com.br",
]
LOOKALIKE = str.maketrans("aeopcxyi", "аеорсхуі")
ARMENIAN = str.maketrans("ouhn", "օսհո")

Made = tuple[str, list[str]]  # a body with its details, which are hidden


def number(dice: random.Random) -> str:
    """Ten digits as in North America."""
    return f"{dice.randint(2, 9)}{dice.randint(10, 99)}{dice.randint(2, 9)}{dice.randint(100000, 999999)}"


def grouped(digits: str, separator: str) -> str:
    return separator.join((digits[:3], digits[3:6], digits[6:]))


def phones(dice: random.Random) -> Iterator[tuple[str, str]]:
    """A technique and what it makes of a number."""
    for language, words in WORDS.items():
        joiner = dice.choice([" ", "-", ", ", ".", "  "])
        yield f"words-{language}", joiner.join(words.split()[int(d)] for d in number(dice))
    for script, digits in SCRIPTS.items():
        spelled = number(dice).translate(str.maketrans("0123456789", digits))
        yield f"script-{script}", grouped(spelled, dice.choice(["", " ", "-"]))
    for n, separator in enumerate(SEPARATORS):
        yield f"separator-{n}", grouped(number(dice), separator)
    for n, unseen in enumerate(UNSEEN):
        yield f"unseen-{n}", unseen.join(number(dice))
    for n, mark in enumerate(MARKS):
        yield f"marked-{n}", "".join(d + mark for d in number(dice))
    yield "keycaps", "".join(d + "\ufe0f\u20e3" for d in number(dice))
    yield "brackets", "".join(f"({d})" for d in number(dice))
    yield "square brackets", "".join(f"[{d}]" for d in number(dice))
    yield "emoji between", "🔧".join(number(dice))
    yield "dots between", "...".join(number(dice))
    yield "leet", grouped(number(dice).translate(str.maketrans("0158", "OlSB")), "-")
    english = WORDS["en"].split()
    yield "mixed", " ".join(english[int(d)] if dice.random() < 0.5 else d for d in number(dice))
    tens = dict(
        zip(
            "23456789",
            ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
            strict=True,
        )
    )
    pairs = "".join(str(dice.randint(2, 9)) + str(dice.randint(1, 9)) for _ in range(5))
    yield (
        "tens",
        " ".join(f"{tens[pairs[n]]} {english[int(pairs[n + 1])]}" for n in range(0, 10, 2)),
    )
    d = number(dice)
    yield (
        "double",
        f"{english[int(d[0])]} {english[int(d[1])]} {english[int(d[2])]} triple five {english[int(d[6])]} double {english[int(d[7])]} {english[int(d[9])]}",
    )
    for prefix, size in (
        ("+49 151 ", 8),
        ("+55 11 9", 8),
        ("+7 915 ", 7),
        ("+61 4", 8),
        ("+971 50 ", 7),
        ("+86 138 ", 8),
        ("+48 60", 7),
        ("+234 80", 8),
        ("0049 151 ", 8),
        ("+63 917 ", 7),
    ):
        yield (
            f"country {prefix.strip()}",
            prefix + "".join(str(dice.randint(1, 9)) for _ in range(size)),
        )
    yield "with country", "+1" + number(dice)
    yield "html", "".join(f"&#{ord(d)};" for d in number(dice))
    yield "line by line", "\n".join((d[:3], d[3:6], d[6:]))
    yield "word caps", " ".join(english[int(x)].upper() for x in number(dice))
    yield "glued words", "".join(english[int(x)].capitalize() for x in number(dice))
    yield "camel", "-".join(english[int(x)][:1].upper() + english[int(x)][1:] for x in number(dice))


def mails(dice: random.Random) -> Iterator[tuple[str, str]]:
    name, trade, host = dice.choice(NAMES), dice.choice(TRADES), dice.choice(HOSTS)
    box = f"{name}.{trade}{dice.randint(2, 99)}"
    left, _, right = host.rpartition(".")
    yield "plain", f"{box}@{host}"
    yield "at dot", f"{box} at {left} dot {right}"
    yield "(at)", f"{box} (at) {left} (dot) {right}"
    yield "[at]", f"{box}[at]{left}[dot]{right}"
    yield "AT DOT", f"{box} AT {left} DOT {right}"
    yield "{at}", f"{box} {{at}} {left} {{dot}} {right}"
    yield "-at-", f"{box}-at-{left}-dot-{right}"
    yield "es", f"{box} arroba {left} punto {right}"
    yield "fr", f"{box} arobase {left} point {right}"
    yield "de", f"{box} ät {left} punkt {right}"
    yield "it", f"{box} chiocciola {left} punto {right}"
    yield "ru", f"{box} собака {left} точка {right}"
    yield "pt", f"{box} arroba {left} ponto {right}"
    yield "spaces", f"{box} @ {left} . {right}"
    yield "spaced", " ".join(f"{name}@{host}")
    yield "lookalike", f"{name}@{host}".translate(LOOKALIKE)
    yield "unseen", dice.choice(UNSEEN).join(f"{box}@{host}")
    yield "wide", "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in f"{box}@{host}")
    yield "reversed", f"{name}@gmail.com"[::-1]
    yield "fullwidth at", f"{box}＠{host}"
    yield "comma for dot", f"{box}@{left},{right}"
    yield (
        "math",
        "".join(chr(0x1D41A + ord(c) - 97) if "a" <= c <= "z" else c for c in f"{name}@gmail.com"),
    )
    yield "a in circle", f"{box} ⓐ {left} dot {right}"


def links(dice: random.Random) -> Iterator[tuple[str, str]]:
    name, trade = dice.choice(NAMES), dice.choice(TRADES)
    yield "plain", f"https://{name}{trade}.com/book"
    yield "bare", f"{name}-{trade}.de"
    yield "hxxp", f"hxxps://{name}{trade}.net"
    yield "dot", f"{name}{trade} dot com"
    yield "[.]", f"{name}{trade}[.]com"
    yield "(dot)", f"{name}{trade}(dot)co(dot)uk"
    yield "punto", f"{name}{trade} punto mx"
    yield "spaces", f"{name}{trade} . com"
    yield "www spaces", f"www {name}{trade} com"
    yield "invite", f"discord.gg/{name}{dice.randint(10, 99)}"
    yield "wa", f"wa.me/1{number(dice)}"
    yield "telegram", f"t.me/{name}_{trade}"
    yield "linktree", f"linktr.ee/{name}{trade}"
    yield "calendly", f"calendly.com/{name}-{trade}"
    yield "maps", f"maps.app.goo.gl/{''.join(dice.choices('abcXYZ123', k=10))}"
    yield "paypal.me", f"paypal.me/{name}{trade}/25"
    yield "new tld", f"{name}.{dice.choice(['repair', 'garage', 'autos', 'shop', 'online', 'xyz'])}"
    yield "wide dot", f"{name}{trade}。com"
    yield "middle dot", f"{name}{trade}•com"
    yield "ip", "http://203.0.113.7:8080/me"


def handles(dice: random.Random) -> Iterator[tuple[str, str, str]]:
    """A technique, a carrier and an account's name."""
    coined = f"{dice.choice(NAMES)}_{dice.choice(TRADES)}{dice.randint(1, 99)}"
    plain = dice.choice(NAMES) + dice.choice(TRADES)
    yield "wechat", "my wechat id {}", coined
    yield "line", "LINE ID: {}", coined
    yield "viber", "viber: {}", plain
    yield "kik", "kik me {}", coined
    yield "snap", "sc: {}", coined
    yield "insta typo", "my instagrm {}", coined
    yield "ig dm", "dm {} on ig", coined
    yield "fb", "facebook.com/{}", coined
    yield "pix", "minha chave pix: {}", f"{plain}@pix"
    yield "upi", "upi {}", f"{plain}@okaxis"
    yield "cashtag", "cashapp ${}", plain
    yield "venmo", "venmo @{}", plain
    yield "zelle", "zelle to {}", f"{plain}@gmail.com"
    yield "discord tag", "discord {}", f"{plain}#{dice.randint(1000, 9999)}"
    yield "skype live", "skype live:{}", plain
    yield "tiktok", "follow me tiktok @{}", plain
    yield "same name", "same name on insta, {}", coined
    yield "telegram at", "tg @{}", plain
    yield "emoji", "📸 @{}", coined
    yield "signal", "signal: {}", f"{plain}.{dice.randint(10, 99)}"
    yield "youtube", "youtube channel {}", coined


ADDRESSES = [
    ("us", "come to {}", "482 Larkspur Street"), ("us unit", "drop it at {}", "77 Quarry Rd Apt 4"),
    ("us highway", "we are at {}", "9021 State Highway 9"), ("es", "estamos en {}", "calle Lirio 48"),
    ("es av", "ven a {}", "Avenida Robledo 1203"), ("fr", "passez au {}", "14 rue des Tilleuls"),
    ("de", "komm zu {}", "Lindenstraße 12"), ("it", "siamo in {}", "via Garofani 7"),
    ("pt", "fica na {}", "Rua das Acácias 210"), ("uk", "workshop: {}", "3 Bramble Lane, LS6 2QT"),
    ("plus code", "pin {}", "87G8P4XR+3F"), ("coordinates", "i'm at {}", "36.7468, -119.7726"),
    ("three words", "find me ///{}", "sedan.maple.quilt"), ("corner", "meet at the {}", "corner of Juniper and 8th"),
    ("po box", "mail it to {}", "P.O. Box 4417"), ("pl", "warsztat: {}", "ul. Brzozowa 15"),
    ("spelled", "come to {}", "four eighty two Larkspur Street"),
]  # fmt: skip

SOLICITING = {
    "call": ["give me a shout on the phone", "pick up your phone, I will dial you", "let's speak over the phone tonight",
             "can we do a quick voice call outside of this", "I prefer talking, ring me up", "could you call me back later"],
    "text": ["just drop me a text", "iMessage me the picture", "send me an sms when you are free", "can you text my wife instead"],
    "app": ["let's continue on Telegram", "you on Viber?", "I'm more active on WhatsApp", "ping me on Discord", "find me over on Signal",
            "can we chat on WeChat", "hop on Zoom with me", "use the green app with the phone icon, message me there", "add my Line"],
    "contact": ["what number can I reach you at", "mind sharing your email", "send your digits", "how can I get hold of you outside of here",
                "can I have your contact details", "got an Insta?", "what's the best way to reach you directly", "share your cell please"],
    "payment": ["I accept Zelle", "you can pay by Venmo, saves the fee", "just give me cash when you arrive", "send the money through PayPal friends and family",
                "we settle in cash and leave the platform out", "pay me on the side", "bank transfer works, no need for the app", "bitcoin is fine too",
                "cash only, off the books"],
    "meeting": ["I can swing by your driveway on Sunday", "let's meet at the parking lot behind the mall", "bring the car to my garage, no booking",
                "I could come over tonight and fix it", "stop by my place after work", "want to meet in person?", "I can visit you tomorrow with my tools"],
    "leaving": ["cancel here and book me privately", "we should take this offline", "no need to go through this website", "deal directly with me next time",
                "the platform takes too much, let's work around it", "let's keep this between us and skip the fees", "do it under the table"],
    "picture": ["my number is in the photo", "look at the sign in the background of the picture", "scan the QR on my van", "check my profile picture for the number"],
    "search": ["google my shop name", "look me up online", "search for my business, it comes up first", "my username is the same everywhere"],
    "es": ["dame tu número", "te paso mi celular", "escríbeme por WhatsApp", "págame por fuera", "nos vemos en mi taller"],
    "pt": ["me chama no zap", "me liga depois", "passa seu telefone", "paga por fora, sai mais barato"],
    "de": ["ruf mich an", "schreib mir auf WhatsApp", "gib mir deine Nummer", "lass uns das ohne die App machen", "zahl bar, dann wird es billiger"],
    "it": ["chiamami domani", "scrivimi su Telegram", "dammi il tuo numero", "paga in contanti fuori dall'app"],
    "fr": ["appelle-moi ce soir", "écris-moi sur WhatsApp", "tu peux me payer en espèces", "donne-moi ton numéro"],
    "ru": ["позвони мне вечером", "напиши мне в телеграм", "дай свой номер", "оплата наличными без приложения"],
    "tr": ["beni ara", "bana WhatsApp'tan yaz", "numaranı ver"],
    "pl": ["zadzwoń do mnie", "napisz na WhatsApp", "podaj swój numer"],
    "hi": ["mujhe phone karo", "apna WhatsApp do", "seedha paise bhej do", "mera number le lo"],
}  # fmt: skip

BENIGN = {
    "vin": ["VIN 1M8GDM9AXKP042788 please run it", "its 5YJ3E1EA7KF317482 on the dash"],
    "part": ["part 06H 905 110 G fits", "Bosch 0 280 158 827 injectors", "OEM 8K0-615-301-M or 4H0 615 301 AL", "Lemforder 2101402 is the same", "ordered 25192099 and 12672183"],
    "codes": ["P0171 P0174 and C0035 came back", "U0073 then P2187", "code 17-4 on blink"], "tyre": ["275/40ZR19 105Y front, 305/35R19 rear", "31x10.50R15LT on it"],
    "torque": ["torque to 18 ft-lb, then 90°, then 90°", "140 Nm lugs, 25 Nm caliper pins"], "fluid": ["5.5 qt of 0W-40, MB 229.5", "75W-140 LS in the diff, 2.1 l"],
    "bolts": ["bolt pattern 5x114.3, offset +38", "M10x1.25 by 45 mm, grade 10.9"], "mileage": ["128,440 mi now, last service 121,006", "odometer 98 771 km"],
    "price": ["they want $1,849.99 plus 8.25% tax", "parts 412, labour 560, total 972"], "readings": ["rail 4,350 psi, desired 4,400", "12.4 V, 13.9 V, 14.1 V at idle 750 2000 3000", "trims +7.8 -2.3 +11.7 -0.8"],
    "tsb": ["TSB 18-NA-355 covers it", "bulletin 2019-03-112"], "tracking": ["UPS 1Z999AA10123456784 says Monday", "USPS 9405 5036 9930 0123 4567 89", "DHL 4412 8841 2203"],
    "wires": ["pink/black to pin 14, tan/white to pin 58", "C2-47 to ground, 0.3 ohm"], "fuses": ["F23 10A, F47 15A and relay R12", "swap 30 and 87 on the relay"],
    "software": ["ECU 03L 906 018 JL software 9978", "module version 4.12.1107"], "dates": ["built 07/2014, sold 2015-02-11", "meet the 10:30 slot on 11/24?"],
    "firing": ["1-5-4-2-6-3-7-8 is the order", "one six five four three two, old straight six"], "timing": ["12 degrees BTDC at 650", "mark at 11 o'clock, cam at 2"],
    "tools": ["a T55 torx, a 36 mm socket and a 1/2 breaker", "use tool 303-1521"], "idiom": ["call it good at 30 thousandths", "the spec calls for moly grease", "that is your call", "close call on the highway", "meets the spec", "line pressure is fine", "signal wire is open", "my phone connects by cable only", "snap the clip back in", "it will not ring any bell but the chime works", "the text on the tag is faded"],
    "third party": ["call the dealer and ask for the recall", "my insurance will call the shop", "have the tow driver call roadside", "ask your dealer for the price"],
    "platform": ["send the picture here in the chat", "I will write you here after lunch", "please book another session in the app", "the app takes the payment, nothing for me to do", "I can't give my number, sorry, house rules", "pay through the app as always"],
    "apps": ["Android Auto drops WhatsApp calls", "the Spotify app shows no title", "my Instagram froze the head unit", "saw a reel about this on Facebook"],
    "area": ["I'm near Fresno, about 20 miles from I-5", "ZIP 97211, any partner shops?", "exit 14 on route 22"],
    "quantities": ["two coils, one plug and four clips", "bank one sensor two, bank two sensor one", "3 of 4 injectors at 14 ohms"],
    "general": ["does it crank slowly or not at all", "the hose behind the throttle body is split", "swap coil three with coil five and see if the misfire follows", "thanks, that fixed it", "is it safe to drive until Friday", "smells like coolant when the heater is on"],
}  # fmt: skip


def rows(seed: int, rounds: int = 1) -> list[Row]:
    """Leaks of each technique with and without a decoy, and as many benign messages as there are kinds."""
    dice = random.Random(seed)
    made: list[Row] = []

    def add(family: str, body: str, kinds: list[str], details: list[str], lang: str = "en") -> None:
        spans = [[body.index(detail), body.index(detail) + len(detail)] for detail in details]
        made.append(
            {
                "id": f"adv-{len(made)}", "body": body, "leak": bool(kinds), "kinds": kinds, "family": family, "spans": spans,
                "lang": lang, "severity": "contact" if details else "solicitation" if kinds else "none",
            }
        )  # fmt: skip

    def carried(carrier: str, detail: str) -> str:
        body = carrier.format(detail)
        if dice.random() < 0.4:
            decoy = dice.choice(BENIGN[dice.choice(list(BENIGN))])
            body = dice.choice(["{0}. {1}", "{1}. {0}", "{0}\n{1}"]).format(decoy, body)
        return body

    for _ in range(rounds):
        for technique, detail in phones(dice):
            add(f"phone {technique}", carried(dice.choice(CARRIERS), detail), ["phone"], [detail])
        for technique, detail in mails(dice):
            add(
                f"email {technique}",
                carried(
                    dice.choice(
                        ["mail me: {}", "{} works best", "send it to {}", "my address is {}"]
                    ),
                    detail,
                ),
                ["email"],
                [detail],
            )
        for technique, detail in links(dice):
            add(
                f"url {technique}",
                carried(
                    dice.choice(["see {}", "book at {}", "{} has my prices", "more on {}"]), detail
                ),
                ["url"],
                [detail],
            )
        for technique, carrier, detail in handles(dice):
            add(f"handle {technique}", carried(carrier, detail), ["handle"], [detail])
        for technique, carrier, detail in ADDRESSES:
            add(f"address {technique}", carried(carrier, detail), ["address"], [detail])
        for technique, phrases in SOLICITING.items():
            for phrase in phrases:
                add(f"solicit {technique}", phrase, ["solicitation"], [])
        for technique, phrases in BENIGN.items():
            for phrase in phrases:
                add(f"benign {technique}", phrase, [], [])
    return made


ASKED = ["Which engine is it?", "Since when?", "Does it do that cold?", "And with the heater on?"]
ANSWERED = ["One moment.", "I see.", "Go on.", "Let me look.", "Noted.", "Hm."]
CHATTER = ["ok", "wait", "sorry, typing", "one sec", "so", "got that?"]
STAYS = [
    "it idles rough when cold",
    "the belt squeals in rain",
    "I changed the plugs in spring",
    "no light on the dash",
]


def splits(dice: random.Random) -> Iterator[tuple[str, str, list[str]]]:
    """A technique, the kind of detail, and its pieces, each a message."""
    english = WORDS["en"].split()
    d = number(dice)
    yield "halves", "phone", [f"{d[:3]} {d[3:6]}", d[6:]]
    yield "thirds", "phone", [d[:3], d[3:6], d[6:]]
    yield "pairs", "phone", [d[n : n + 2] for n in range(0, 10, 2)]
    yield "digit by digit", "phone", list(d)
    yield "with the country", "phone", ["+1", d[:3], d[3:6], d[6:]]
    yield "labelled", "phone", [f"first three {d[:3]}", f"then {d[3:6]}", f"last four {d[6:]}"]
    yield "area code", "phone", [f"area code {d[:3]}", f"{d[3:6]}-{d[6:]}"]
    yield (
        "words",
        "phone",
        [" ".join(english[int(x)] for x in part) for part in (d[:3], d[3:6], d[6:])],
    )
    yield "words and digits", "phone", [" ".join(english[int(x)] for x in d[:3]), d[3:6], d[6:]]
    wide = d.translate(str.maketrans("0123456789", SCRIPTS[dice.choice(list(SCRIPTS))]))
    yield "script", "phone", [wide[:3], wide[3:6], wide[6:]]
    unseen = dice.choice(UNSEEN)
    yield "unseen", "phone", [unseen.join(part) for part in (d[:3], d[3:6], d[6:])]
    yield (
        "french tens",
        "phone",
        ["zéro six trente-neuf", "quatre-vingt-dix-huit", "quarante et un vingt-sept"],
    )
    yield "dots after", "phone", [f"{d[:3]}..", f"..{d[3:6]}..", f"..{d[6:]}"]
    yield (
        "in a sentence",
        "phone",
        [f"you can ring me on {d[:3]}", f"{d[3:6]} comes next", f"and {d[6:]}"],
    )
    name, trade, host = dice.choice(NAMES), dice.choice(TRADES), dice.choice(HOSTS[:4])
    left, _, right = host.rpartition(".")
    yield "mail at its sign", "email", [f"{name}{trade}", f"@{host}"]
    yield "mail in words", "email", [f"{name}{trade} at", f"{left} dot {right}"]
    yield "link at its dot", "url", [f"{name}{trade}", ".com"]
    yield "account", "handle", ["my insta is", f"{name}_{trade}"]
    yield "street", "address", [f"{dice.randint(100, 999)}", "Larkspur Street"]


TOLD_IN_PIECES = {
    "readings": ["bank 1 says 12.4", "bank 2 13.9", "and 14.1 at 2000"],
    "part number": ["the label says 06H", "905 110", "G at the end"],
    "codes": ["P0171", "P0174", "and C0035"],
    "torque": ["18", "then 90 degrees", "then 90 again"],
    "prices": ["they want 412 for parts", "560 labour", "972 in all"],
    "miles": ["128440 now", "121006 at the last service", "oil every 5000"],
    "fuses": ["F23", "F47 is 15 A", "relay 12"],
    "tyres": ["275 40 19 in front", "305 35 19 behind", "both 105 Y"],
    "firing order": ["1 5 4", "2 6 3", "7 8"],
    "years": ["it is a 2014", "bought in 2019", "belt done in 2023"],
    "vin": ["the VIN starts 1M8GDM9A", "then XKP", "and ends 042788"],
    "pressure": ["fuel 58 psi", "drops to 41", "after 10 minutes 30"],
}  # fmt: skip


def threads(seed: int, rounds: int = 1) -> list[Row]:
    """Conversations in which a detail, or what a car has said of it, comes in pieces with more or less between."""
    dice = random.Random(seed)
    made: list[Row] = []

    def add(family: str, kinds: list[str], pieces: list[str]) -> None:
        sender, other = dice.choice([("mechanic", "customer"), ("customer", "mechanic")])
        said = [(other, dice.choice(ASKED)), (sender, dice.choice(STAYS))]
        for place, piece in enumerate(pieces):
            if place and dice.random() < 0.5:
                said.append((other, dice.choice(ANSWERED)))
            if place and dice.random() < 0.25:
                said.append((sender, dice.choice(CHATTER)))
            said.append((sender, piece))
        last = len(said) - 1
        said.append((other, "Thanks, noted."))
        made.append(
            {
                "id": f"adv-t-{len(made)}", "messages": [{"sender": who, "body": body} for who, body in said],
                "leak": bool(kinds), "kinds": kinds, "leak_at": last if kinds else None, "family": family,
            }
        )  # fmt: skip

    for _ in range(rounds):
        for technique, kind, pieces in splits(dice):
            add(f"split {technique}", [kind], pieces)
        for technique, pieces in TOLD_IN_PIECES.items():
            add(f"benign {technique}", [], pieces)
    return made
