"""Writes set.ndjson, the labelled free texts, and the counts in README.md; `--check` compares instead of writing.

A template is a line of templates.txt: shape, language, options, broken bar, text. Options: h35 (lines cut hard at 35), w35 (wrapped at
words), s35 (continued by //), h65, w65, q ([[a|b]] and <<c>> become subfields of 27 characters), nfd (decomposed letters), neg (a hard
negative), word (the context holds family names that the text uses as words). Placeholders, `{name}` or `{name:style,style}`:
  n1 n2 people of the context, c1 a company of the context, s1 a person who is not in the context: full caps ini inv fam short
  iban:CC bic pan phone email nid[:CC]: identifiers with right check digits; sp hy dot plain lc say how they are written
  a1:tail a2 a3:bban accounts, r1 r2 references, i1 i2 other identifiers of the context: plain, sp, hy, nosep
  amt date time month inv ord url ver xpan xbic xiban xnid: what is not to be masked
Every label is set where the value is put in; wraps and spellings move it along, so that no label is found by searching.
"""

import hashlib
import json
import re
import sys
import unicodedata
from pathlib import Path

from stdnum import iban as std_iban
from stdnum import luhn
from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pl import pesel
from stdnum.pt import nif
from stdnum.se import personnummer
from stdnum.us import ssn

sys.dont_write_bytecode = True

import words

HERE = Path(__file__).resolve().parent
COPIES = 3
# Of the ten starts of the rule for the held part, the one that shares languages and kinds most evenly.
HELD_FROM = 6
SAMPLE_SHAPES = ["mt70", "mt72", "mt77b", "mt86", "ustrd", "addtl"]
SHAPES = SAMPLE_SHAPES + ["json-note", "mail"]
MASKED = ["pan", "iban", "bic", "phone", "email", "national-id", "reference", "name", "account", "id"]
KINDS = MASKED + ["stranger"]
HOME = {"de": "DE", "en": "GB", "fr": "FR", "it": "IT", "es": "ES", "nl": "NL", "pl": "PL", "pt": "PT", "sv": "SE"}
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"


class Rng:
    """Numbers from SHA-256 of a seed and a counter: the same under every version of Python."""

    def __init__(self, seed):
        self.seed, self.count = seed, 0

    def below(self, n):
        self.count += 1
        return int.from_bytes(hashlib.sha256(f"{self.seed}/{self.count}".encode()).digest()[:8], "big") % n

    def pick(self, items):
        return items[self.below(len(items))]

    def digits(self, n):
        return "".join(self.pick(DIGITS) for _ in range(n))

    def letters(self, n):
        return "".join(self.pick("ABCDEFGHJKLMNPQRSTVWXYZ") for _ in range(n))

    def fill(self, pattern):
        """# a digit, @ a capital."""
        return re.sub("[#@]", lambda m: self.digits(1) if m[0] == "#" else self.letters(1), pattern)

    def shuffled(self, items):
        left, out = list(items), []
        while left:
            out.append(left.pop(self.below(len(left))))
        return out


# ---- identifiers with check digits ----


def luhn_digit(body):
    total = 0
    for at, ch in enumerate(reversed(body)):
        n = int(ch) * (2 if at % 2 == 0 else 1)
        total += n - 9 if n > 9 else n
    return str(-total % 10)


def mod97(text):
    return int("".join(str(int(ch, 36)) for ch in text)) % 97


def make_pan(rng):
    prefix, length = rng.pick([("4", 16), ("4", 16), ("52", 16), ("54", 16), ("2317", 16), ("37", 15), ("34", 15), ("36", 14), ("6011", 16), ("62", 19), ("6759", 18), ("4", 13)])
    body = prefix + rng.digits(length - 1 - len(prefix))
    return body + luhn_digit(body)


ODD = dict(zip(DIGITS + UPPER, [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]))


def italian_letter(text):
    even = {ch: i for i, ch in enumerate(DIGITS)} | {ch: i for i, ch in enumerate(UPPER)}
    return UPPER[sum(ODD[ch] if at % 2 == 0 else even[ch] for at, ch in enumerate(text)) % 26]


def spanish_digit(text):
    total = 11 - sum(int(ch) * w for ch, w in zip(text, [1, 2, 4, 8, 5, 10, 9, 7, 3, 6])) % 11
    return str({10: 1, 11: 0}.get(total, total))


def make_iban(rng, country):
    bank = rng.pick(["QUVZ", "BRNH", "TSLW", "OSTM"])
    if country == "FR":
        b, g, c = rng.digits(5), rng.digits(5), rng.digits(11)
        bban = b + g + c + "%02d" % (97 - (89 * int(b) + 15 * int(g) + 3 * int(c)) % 97)
    elif country == "ES":
        b, c = rng.digits(8), rng.digits(10)
        bban = b + spanish_digit("00" + b) + spanish_digit(c) + c
    elif country == "IT":
        body = rng.digits(22)
        bban = italian_letter(body) + body
    elif country == "PT":
        body = rng.digits(19)
        bban = body + "%02d" % (98 - int(body) * 100 % 97)
    elif country == "NL":
        while True:
            body = "0" + rng.digits(9)
            if sum(int(ch) * (10 - at) for at, ch in enumerate(body)) % 11 == 0:
                break
        bban = bank + body
    elif country in ("GB", "IE"):
        bban = bank + rng.digits(14)
    elif country == "LU":
        bban = rng.digits(16)
    else:
        bban = rng.digits({"DE": 18, "AT": 16, "PL": 24, "SE": 20}[country])
    out = country + "%02d" % (98 - mod97(bban + country + "00")) + bban
    std_iban.validate(out)
    return out


def make_bic(rng, language):
    country = rng.pick([HOME[language], HOME[language], "AT", "CH", "LU", "BE", "US"])
    bank = rng.pick(["QUVZ", "BRNH", "TSLW", "OSTM", "KLBR", "VNDK", "HXWO", "MZRA"])
    return bank + country + rng.pick(["FF", "PP", "2A", "22", "HH", "LL", "MM", "4W"]) + rng.pick(["", "", "XXX", "XXX", rng.fill("###"), rng.fill("@##")])


def make_lei(rng):
    body = rng.digits(4) + "00" + rng.fill("@#@##@###@##")
    return body + "%02d" % (98 - mod97(body + "00"))


def make_creditor(rng, country):
    body = rng.fill({"DE": "###########", "NL": "############", "FR": "######"}.get(country, "###########"))
    return country + "%02d" % (98 - mod97(body + country + "00")) + "ZZZ" + body


def make_rf(rng):
    body = rng.digits(12)
    return "RF" + "%02d" % (98 - mod97(body + "RF00")) + body


def birth(rng):
    return 40 + rng.below(59), 1 + rng.below(12), 1 + rng.below(28)


def make_nid(rng, country, style):
    """(type, as written)"""
    spaced = style == "sp" or (style is None and rng.below(2) == 0)
    year, month, day = birth(rng)
    if country == "DE":
        while True:
            ten = rng.shuffled(DIGITS)[:9]
            ten = rng.shuffled(ten + [rng.pick(ten)])
            if ten[0] != "0":
                break
        product = 10
        for ch in ten:
            total = (int(ch) + product) % 10 or 10
            product = total * 2 % 11
        v = "".join(ten) + str((11 - product) % 10)
        idnr.validate(v)
        return "idnr", f"{v[:2]} {v[2:5]} {v[5:8]} {v[8:]}" if spaced else v
    if country == "US":
        while True:
            v = rng.digits(9)
            if ssn.is_valid(f"{v[:3]}-{v[3:5]}-{v[5:]}"):
                break
        return "ssn", rng.pick([f"{v[:3]}-{v[3:5]}-{v[5:]}", f"{v[:3]} {v[3:5]} {v[5:]}"]) if spaced else v
    if country == "GB":
        v = rng.pick(["AB", "CE", "HK", "JM", "PR", "SW"]) + rng.digits(6) + rng.pick("ABCD")
        return "nino", f"{v[:2]} {v[2:4]} {v[4:6]} {v[6:8]} {v[8]}" if spaced else v
    if country == "PL":
        body = "%02d%02d%02d" % (year, month, day) + rng.digits(4)
        v = body + pesel.calc_check_digit(body)
        pesel.validate(v)
        return "pesel", f"{v[:6]} {v[6:]}" if spaced and rng.below(2) == 0 else v
    if country == "FR":
        body = rng.pick("12") + "%02d%02d%02d" % (year, month, 1 + rng.below(19)) + "%03d%03d" % (1 + rng.below(400), 1 + rng.below(700))
        v = body + "%02d" % (97 - int(body) % 97)
        nir.validate(v)
        return "nir", f"{v[0]} {v[1:3]} {v[3:5]} {v[5:7]} {v[7:10]} {v[10:13]} {v[13:]}" if spaced else v
    if country == "ES":
        if rng.below(4) == 0:
            body = rng.digits(7)
            head = rng.below(3)
            v = "XYZ"[head] + body + "TRWAGMYFPDXBNJZSQVHLCKE"[int(str(head) + body) % 23]
            nie.validate(v)
            return "nie", f"{v[0]}-{v[1:8]}-{v[8]}" if spaced else v
        body = rng.digits(8)
        v = body + "TRWAGMYFPDXBNJZSQVHLCKE"[int(body) % 23]
        dni.validate(v)
        return "dni", rng.pick([f"{v[:2]}.{v[2:5]}.{v[5:8]}-{v[8]}", f"{v[:8]}-{v[8]}"]) if spaced else v
    if country == "IT":
        body = rng.letters(6) + "%02d%s%02d" % (year, "ABCDEHLMPRST"[month - 1], day + rng.pick([0, 40])) + rng.pick("ABCDFGHL") + "%03d" % (100 + rng.below(700))
        v = body + italian_letter(body)
        codicefiscale.validate(v)
        return "codice-fiscale", f"{v[:6]} {v[6:11]} {v[11:]}" if spaced and rng.below(2) == 0 else v
    if country == "NL":
        while True:
            v = rng.pick("123456789") + rng.digits(8)
            if bsn.is_valid(v):
                break
        return "bsn", f"{v[:4]}.{v[4:6]}.{v[6:]}" if spaced else v
    if country == "PT":
        body = rng.pick("12") + rng.digits(7)
        check = 11 - sum(int(ch) * (9 - at) for at, ch in enumerate(body)) % 11
        v = body + str(0 if check > 9 else check)
        nif.validate(v)
        return "nif", f"{v[:3]} {v[3:6]} {v[6:]}" if spaced else v
    body = "%02d%02d%02d" % (year, month, day) + rng.digits(3)
    v = body + luhn_digit(body)
    out = f"{v[:6]}-{v[6:]}"
    personnummer.validate(out)
    return "personnummer", "19" + out if spaced else out


# ---- how a value is written ----


def grouped(text, size, sep):
    return sep.join(text[at : at + size] for at in range(0, len(text), size))


def card(text, sep):
    sizes = {15: [4, 6, 5], 14: [4, 6, 4]}.get(len(text), [4] * 5)
    parts, at = [], 0
    for size in sizes:
        parts.append(text[at : at + size])
        at += size
    return sep.join(part for part in parts if part)


SEPS = {"sp": " ", "hy": "-", "dot": "."}


def reseparated(rng, text, style):
    """A reference, account or identifier of the context as people retype it."""
    style = style or rng.pick(["plain"] * 5 + ["nosep", "sp", "hy", "slash"])
    if style == "plain":
        return text, None
    bare = re.sub(r"[^0-9A-Za-z]", "", text)
    if style == "nosep":
        return bare, "retyped" if bare != text else None
    sep = {"sp": " ", "hy": "-", "slash": "/"}[style]
    parts = re.split(r"[^0-9A-Za-z]+", text)
    if len(parts) == 1 and len(bare) > 7:
        parts = [bare[at : at + 4] for at in range(0, len(bare), 4)]
    out = sep.join(parts)
    return out, "retyped" if out != text else None


def person(rng, language):
    return rng.pick(words.GIVEN[language].split("|")), rng.pick(words.FAMILY[language].split("|"))


def spelled(rng, name, style, company):
    """(text, note) of a name; a person is (given, family), a company a string."""
    styles = style.split(",") if style else [rng.pick(["full"] * 3 + ["caps", "short", "cut"] if company else ["full"] * 4 + ["caps", "ini", "ini-behind", "inv", "reversed", "fam"])]
    if company:
        out, note = name, "full"
        if "short" in styles or "cut" in styles:
            for form in words.LEGAL:
                if out.endswith(" " + form):
                    out, note = out[: -len(form) - 1], "without-legal-form"
                    break
        if "cut" in styles and len(out) > 27:
            out, note = out[:27].rstrip(" &-"), "cut"
    else:
        given, family = name
        initials = " ".join(part[0] + "." for part in given.split(" ") if part[0].isupper())
        forms = {
            "ini": (f"{initials} {family}", "initial"),
            "ini-behind": (f"{family} {initials}", "initial"),
            "inv": (f"{family}, {given}", "comma"),
            "reversed": (f"{family} {given}", "reversed"),
            "fam": (family, "family"),
        }
        out, note = next((forms[style] for style in styles if style in forms), (f"{given} {family}", "full"))
    if "caps" in styles:
        out, note = out.upper(), note + "-capitals"
    return out, note


PHONES = {
    "de": ["+49 30 23125 {3}", "030 23125-{3}", "0049 171 {7}", "(0221) 4710 {3}", "0171/{7}", "+49(0)89 99998-{3}", "0151 {4} {4}"],
    "en": ["+44 20 7946 0{3}", "(020) 7946 0{3}", "07700 900{3}", "+1 212 555 01{2}", "(415) 555-01{2}", "+44 (0)161 496 0{3}"],
    "fr": ["+33 1 99 00 {2} {2}", "01 99 00 {2} {2}", "06.39.98.{2}.{2}", "0033 6 39 98 {2} {2}", "06 39 98 {2} {2}"],
    "it": ["+39 06 5550 {4}", "06 5550{4}", "+39 333 {3} {4}", "0039 02 5550 {4}", "347-{7}"],
    "es": ["+34 91 555 {2} {2}", "91 555 {2} {2}", "+34 600 {3} {3}", "0034 93 555 {2} {2}", "612.{3}.{3}"],
    "nl": ["+31 20 555 {2} {2}", "020-555{4}", "06-{8}", "0031 6 {8}", "06 {2} {2} {2} {2}"],
    "pl": ["+48 22 555 {2} {2}", "22 555-{2}-{2}", "+48 601 {3} {3}", "0048 12 555 {2} {2}", "512-{3}-{3}"],
    "pt": ["+351 21 555 {4}", "21 555 {4}", "+351 912 {3} {3}", "00351 22 555 {4}", "93 {3} {2} {2}"],
    "sv": ["+46 8 465 004 {2}", "08-465 004 {2}", "070-174 06 {2}", "0046 31 390 06 {2}", "+46 (0)70 174 06 {2}"],
}
REFERENCES = {
    "de": ["RG-2026-#####", "RE 2026/####", "2026-10-####", "AB#######", "KD.2026.####"],
    "en": ["INV/2026/######", "PO45########", "E2E-#@#@-#####", "CLM-26-#####", "@@@@2610######"],
    "fr": ["FA-2026-####", "F26/10/####", "DOS######A", "CMD 26-#####"],
    "it": ["FT/2026/####", "N. ####/A26", "PRAT-26-####", "ORD#######"],
    "es": ["FRA-26-#####", "A26/####", "EXP.2026.####", "PED#######"],
    "nl": ["F2026-#####", "26.10.####.#", "ORD-######-NL", "NOTA #######"],
    "pl": ["FV/####/10/2026", "FVS-26-####", "ZAM#######", "UM.####.2026"],
    "pt": ["FT 2026/####", "FAT-26-#####", "PROC.####.26", "ENC#######"],
    "sv": ["FAK-26-####", "2026-F-####", "AVT#######", "ORD/26/#####"],
}
IDENTIFIERS = ["KD-####-###", "C#######", "MND-2025-#####", "POL.##.###-#", "@@###### ", "V######-@", "P/####/##", "@@-#####"]
ACCOUNTS = ["###-######-#", "##########", "#### #### ##", "##-####-###", "########", "### ### ###", "####.##.###"]
INVOICES = ["INV-#####", "2026/####", "F#######", "R-##-####", "######", "26#####-@"]
MONTHS = {
    "de": "Januar|März|Juni|Oktober",
    "en": "January|March|June|October",
    "fr": "janvier|février|juin|octobre",
    "it": "gennaio|marzo|giugno|ottobre",
    "es": "enero|marzo|junio|octubre",
    "nl": "januari|maart|juni|oktober",
    "pl": "styczeń|marzec|czerwiec|październik",
    "pt": "janeiro|março|junho|outubro",
    "sv": "januari|mars|juni|oktober",
}
DOMAINS = ["example.org", "post.example", "mail.example.net", "kontor.example", "office-desk.example", "firma.test", "example.com"]


def plain_letters(text):
    text = text.translate(str.maketrans({"ß": "ss", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "æ": "ae", "€": "EUR", "→": "-", "’": "'"}))
    return "".join(ch for ch in unicodedata.normalize("NFD", text) if not unicodedata.combining(ch))


def digraph_letters(text):
    text = text.translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Å": "Aa"}))
    return plain_letters(text)


class Text:
    """One text on the way: characters, each with the mark (entity or trap) that it belongs to."""

    def __init__(self, template, copy, attempt):
        self.t = template
        self.rng = rng = Rng(f"bauta/{template['name']}/{copy}/{attempt}")
        self.language = template["language"]
        language = self.language
        self.marks = []
        people = []
        while len(people) < 3:
            one = person(rng, language if rng.below(5) else rng.pick(list(HOME)))
            if all(one[1] != other[1] for other in people):
                people.append(one)
        home = [name for name in words.COMPANY[language].split("|")]
        company = rng.pick(home)
        self.n1, self.n2, self.s1 = people
        self.c1 = company
        self.other_company = rng.pick([name for name in home if name != company])
        country = HOME[language]
        self.a1 = make_iban(rng, country)
        self.a2 = rng.fill(rng.pick(ACCOUNTS))
        self.a3 = make_iban(rng, country)
        first = rng.pick(REFERENCES[language] + ["RF"])
        self.r1 = make_rf(rng) if first == "RF" else rng.fill(first)
        self.r2 = rng.fill(rng.pick(REFERENCES[language]))
        self.i1 = rng.fill(rng.pick(IDENTIFIERS)).strip() if rng.below(8) else make_lei(rng)
        self.i2 = make_creditor(rng, country if country in ("DE", "NL", "FR") else "DE")
        shape = template["shape"]
        mt = shape in ("mt70", "mt72", "mt77b")
        if mt:
            self.upper, self.fold = rng.below(10) < 7, rng.pick(["plain", "digraph"])
        elif shape == "mt86":
            self.upper, self.fold = rng.below(2) == 0, rng.pick([None, "plain", "digraph"])
        elif shape in ("ustrd", "addtl"):
            self.upper, self.fold = rng.below(4) == 0, rng.pick([None, None, "plain", "digraph"])
        else:
            self.upper, self.fold = False, None
        self.at_spelled = (mt or shape == "mt86") and rng.below(3) == 0
        self.crlf = (mt or shape == "mt86") and rng.below(4) == 0
        self.hard = rng.below(3) == 0
        self.used = set()
        chars = self.parse(template["text"])
        self.chars = self.wrap(self.respell(chars))

    # -- putting values in --

    def mark(self, text, kind, note=None, trap=False):
        self.marks.append({"kind": kind, "note": note, "trap": trap})
        return [(ch, len(self.marks) - 1) for ch in text]

    def parse(self, text):
        out, at, counter = [], 0, 20
        for m in re.finditer(r"\?20\[\[(.*?)\]\]|<<(.*?)>>|\{(\w+)(?::([\w,]+))?\}", text):
            out += [(ch, None) for ch in text[at : m.start()]]
            at = m.end()
            if m[1] is not None:
                for part in m[1].split("|"):
                    chars = self.respell(self.parse(part))
                    for begin in range(0, len(chars), 27):
                        assert counter <= 29 or 60 <= counter <= 63, self.t["name"]
                        piece = chars[begin : begin + 27]
                        inside = chars[begin][1] if begin and chars[begin - 1][1] == chars[begin][1] else None
                        out += [(ch, inside) for ch in f"?{counter}"] + piece
                        counter = 60 if counter == 29 else counter + 1
            elif m[2] is not None:
                chars = self.respell(self.parse(m[2]))
                out += chars[:27]
                if chars[27:]:
                    inside = chars[27][1] if chars[26][1] == chars[27][1] else None
                    out += [(ch, inside) for ch in "?33"] + chars[27:54]
            else:
                out += self.value(m[3], m[4])
        return out + [(ch, None) for ch in text[at:]]

    def value(self, name, style):
        rng, language = self.rng, self.language
        if name in ("n1", "n2"):
            self.used.add(name)
            text, note = spelled(rng, getattr(self, name), style, False)
            return self.mark(text, "name", note)
        if name == "s1":
            text, note = spelled(rng, self.s1, style or rng.pick(["full", "full", "inv", "ini", "caps"]), False)
            return self.mark(text, "stranger", note)
        if name == "c1":
            text, note = spelled(rng, self.c1, style, True)
            return self.mark(text, "name", "company-" + note)
        if name in ("r1", "r2", "i1", "i2", "a2"):
            self.used.add(name)
            kind = {"r": "reference", "i": "id", "a": "account"}[name[0]]
            return self.mark(*self.retyped(getattr(self, name), kind, style))
        if name == "a1":
            tail = {"DE": 10, "NL": 10, "GB": 8, "IT": 12, "ES": 10, "FR": 13}.get(HOME[language], 12)
            self.used.add(name)
            return self.mark(self.a1[-tail:], "account", "end-of-iban")
        if name == "a3":
            self.used.add(name)
            return self.mark(self.a3[4:], "account", "end-of-iban")
        if name == "iban":
            country, _, how = style.partition(",")
            known = country == HOME[language] and "a1" not in self.used and rng.below(4) == 0
            if known:
                self.used.add("a1")
            iban = self.a1 if known else make_iban(rng, country)
            how = how or rng.pick(["plain"] * 3 + ["sp"])
            if how == "sp" and rng.below(8) == 0:
                how = "dot"
            out = grouped(iban, 4, SEPS[how]) if how in SEPS else iban.lower() if how == "lc" else iban
            return self.mark(out, "iban", "of-context" if known else None)
        if name == "bic":
            bic = make_bic(rng, language)
            if rng.below(10) == 0:
                bic = " ".join(part for part in (bic[:4], bic[4:6], bic[6:8], bic[8:]) if part)
            return self.mark(bic, "bic")
        if name == "pan":
            how = style or rng.pick(["plain", "sp"])
            pan = make_pan(rng)
            return self.mark(card(pan, SEPS[how]) if how in SEPS else pan, "pan")
        if name == "phone":
            return self.mark(re.sub(r"\{(\d)\}", lambda m: rng.digits(int(m[1])), rng.pick(PHONES[language])), "phone")
        if name == "email":
            given, family = rng.pick([self.n1, self.s1])
            local = re.sub(r"[^a-z.]", "", plain_letters(rng.pick([f"{given}.{family}", f"{given[0]}.{family}", family, f"{family}.{given[0]}"])).lower())
            local = rng.pick([local, local, local + rng.digits(2), rng.pick(["buchhaltung", "accounts", "info", "kontakt"]) + "-" + rng.digits(2)])
            at, note = ("(at)", "at-in-letters") if self.at_spelled else ("@", None)
            return self.mark(local + at + rng.pick(DOMAINS), "email", note)
        if name == "nid":
            country, _, how = (style or "").partition(",")
            kind, text = make_nid(rng, country if country in ("DE", "US", "GB", "FR") else HOME[language], how or None)
            return self.mark(text, "national-id", kind)
        return self.trap(name, style)

    def retyped(self, text, kind, style):
        out, note = reseparated(self.rng, text, style)
        return out, kind, note

    def trap(self, name, style):
        rng, language = self.rng, self.language
        if name == "month":
            return [(ch, None) for ch in rng.pick(MONTHS[language].split("|"))]
        if name == "amt":
            whole, cents = str(1 + rng.below(98765)), rng.digits(2)
            point, comma = (",", ".") if language == "en" else (".", ",")
            whole = whole if len(whole) < 4 or rng.below(2) else whole[:-3] + point + whole[-3:]
            return self.mark(whole + comma + cents, "amount", trap=True)
        if name == "date":
            y, m, d = rng.pick(["2025", "2026"]), "%02d" % (1 + rng.below(12)), "%02d" % (1 + rng.below(28))
            return self.mark(rng.pick([f"{d}.{m}.{y}", f"{y}-{m}-{d}", f"{d}/{m}/{y}", f"{y}{m}{d}", f"{d}.{m}.{y[2:]}"]), "date", trap=True)
        if name == "time":
            h, m, s = "%02d" % rng.below(24), "%02d" % rng.below(60), "%02d" % rng.below(60)
            return self.mark(rng.pick([f"{h}:{m}", f"{h}:{m}:{s}", f"{h}.{m}"]), "time", trap=True)
        if name == "ver":
            return self.mark(rng.fill(rng.pick(["#.##.#", "20##.#.#", "#.#.#-rc#", "##.#.####.##"])), "version", trap=True)
        if name == "inv":
            return self.mark(rng.fill(rng.pick(INVOICES)), "invoice", trap=True)
        if name == "ord":
            return self.mark(rng.fill(rng.pick(["0302-####-##", "0##/#####-#", "55-##-##-##", "800 ### ##", "(26) ####-###"])), "order", trap=True)
        if name == "url":
            return self.mark(rng.pick(["https://", "http://", "www."]) + rng.pick(["track", "status", "portal"]) + ".example/" + rng.fill(rng.pick(["p/#######", "q?no=######&v=#", "t/##/##"])), "url", trap=True)
        if name == "xbic":
            return self.mark(rng.pick([word for word in words.CAPITALS[language].split("|") if len(word) in (8, 11)]), "capitals", trap=True)
        if name == "xpan":
            while True:
                number = rng.pick(["4", "5", "37", "1", "9", "00"]) + rng.digits(11 + rng.below(7))
                if 13 <= len(number) <= 19 and not luhn.is_valid(number):
                    break
            how = style or "plain"
            return self.mark(grouped(number, 4, SEPS[how]) if how in SEPS else number, "number", trap=True)
        if name == "xiban":
            right = make_iban(rng, style)
            wrong = right[:2] + "%02d" % ((int(right[2:4]) + 1 + rng.below(90)) % 97 + 2)
            wrong = (wrong if wrong[:4] != right[:4] else right[:2] + "00") + right[4:]
            assert mod97(wrong[4:] + wrong[:4]) != 1
            return self.mark(rng.pick([wrong, grouped(wrong, 4, " ")]), "iban-check", trap=True)
        if name == "xnid":
            while True:
                number = rng.digits(11)
                if not pesel.is_valid(number) and not idnr.is_valid(number):
                    return self.mark(number, "id-check", trap=True)
        raise KeyError(name)

    # -- spelling and wrapping the whole --

    def respell(self, chars):
        def one(ch):
            if self.fold == "digraph" and self.language in ("de", "sv"):
                ch = digraph_letters(ch)
            elif self.fold:
                ch = plain_letters(ch)
            if self.upper and not ("nfd" in self.t["options"]):
                ch = ch.upper()
            return unicodedata.normalize("NFD", ch) if "nfd" in self.t["options"] else ch

        return [(new, mark) for ch, mark in chars for new in one(ch)]

    def wrap(self, chars):
        option = next((o for o in self.t["options"] if re.fullmatch(r"[hws]\d\d", o)), None)
        lines, line = [], []
        for ch in chars:
            if ch[0] == "\n":
                lines.append((line, ch[1]))
                line = []
            else:
                line.append(ch)
        lines.append((line, None))
        end = "\r\n" if self.crlf else "\n"
        out = []
        for index, (line, mark) in enumerate(lines):
            out += self.broken(line, option, end) if option else line
            if index < len(lines) - 1:
                out += [(ch, mark) for ch in end]
        return out

    def broken(self, line, option, end):
        width, how = int(option[1:]), option[0]
        more = end + ("//" if how == "s" else "")
        words_kept = how == "w" or (how == "s" and not self.hard)
        out, room = [], width
        while len(line) > room:
            cut = next((at for at in range(room, room // 2, -1) if line[at][0] == " "), None) if words_kept else None
            if cut is None:
                out += line[:room]
                line = line[room:]
                inside = line[0][1] if out[-1][1] == line[0][1] else None
            else:
                out += line[:cut]
                inside = line[cut][1]
                line = line[cut + 1 :]
            out += [(ch, inside) for ch in more]
            room = width - (2 if how == "s" else 0)
        return out + line

    # -- the record --

    def record(self):
        text = "".join(ch for ch, _ in self.chars)
        where = []
        at = 0
        for ch, _ in self.chars:
            where.append(at)
            at += len(ch.encode("utf-16-le")) // 2
        where.append(at)
        entities, traps = [], []
        for number, mark in enumerate(self.marks):
            spots = [i for i, (_, m) in enumerate(self.chars) if m == number]
            if not spots:
                return None
            if spots != list(range(spots[0], spots[-1] + 1)):
                raise AssertionError(f"{self.t['name']}: {mark} is torn")
            entry = {"start": where[spots[0]], "end": where[spots[-1] + 1], "kind": mark["kind"]}
            if mark["note"]:
                entry["note"] = mark["note"]
            (traps if mark["trap"] else entities).append(entry)
        if not self.sound(text):
            return None
        rng = self.rng
        names = [" ".join(self.n1), self.c1]
        if "n2" in self.used or rng.below(2):
            names.append(" ".join(self.n2))
        if rng.below(2):
            names.append(self.other_company)
        if "word" in self.t["options"]:
            names += ["Roswitha Lange", "Emmerich Kurz"]
        accounts = [self.a1, self.a2] + ([self.a3] if "a3" in self.used else [])
        references = [self.r1] + ([self.r2] if "r2" in self.used or rng.below(2) else [])
        ids = [getattr(self, i) for i in ("i1", "i2") if i in self.used]
        context = {"names": rng.shuffled(names), "accounts": rng.shuffled(accounts), "references": references, "ids": ids}
        return {"text": text, "context": context, "entities": sorted(entities, key=lambda e: e["start"]), "traps": sorted(traps, key=lambda e: e["start"])}

    def sound(self, text):
        """False when what is not labelled holds a value that a checker would take for one; then other values are drawn."""
        free = "".join(ch if m is None or self.marks[m]["trap"] else "\x00" for ch, m in self.chars)
        for run in re.findall(r"(?<!\d)\d(?:[ \-./]?\d)*(?!\d)", free):
            bare = re.sub(r"\D", "", run)
            if 13 <= len(bare) <= 19 and luhn.is_valid(bare):
                return False
        for run in re.findall(r"(?<!\d)\d+(?!\d)", free):
            if 13 <= len(run) <= 19 and luhn.is_valid(run):
                return False
            if len(run) == 11 and (pesel.is_valid(run) or idnr.is_valid(run)):
                return False
            if len(run) == 9 and (bsn.is_valid(run) or nif.is_valid(run)):
                return False
        if "word" not in self.t["options"]:
            loose = plain_letters(free).upper()
            for given, family in (self.n1, self.n2, self.s1):
                for part in re.findall(r"[A-Z]{4,}", plain_letters(family).upper()):
                    if re.search(rf"\b{part}\b", loose):
                        return False
        return True


def templates():
    out, numbers = [], {}
    for line in (HERE / "templates.txt").read_text(encoding="utf-8").split("\n"):
        if not line or line.startswith("#"):
            continue
        head, text = line.split(" ¦ ", 1)
        shape, language, options = head.split(" ")
        assert shape in SHAPES and language in HOME, head
        numbers[shape, language] = numbers.get((shape, language), 0) + 1
        out.append({"name": f"{shape}-{language}-{numbers[shape, language]:02d}", "shape": shape, "language": language, "options": options.split(","), "text": text.replace("\\n", "\n")})
    order = sorted(out, key=lambda t: (SHAPES.index(t["shape"]), "neg" in t["options"], list(HOME).index(t["language"]), hashlib.sha256(t["name"].encode()).hexdigest()))
    held = {t["name"] for at, t in enumerate(order) if (at * 3 + HELD_FROM) % 10 < 3}
    for t in out:
        t["part"] = "held" if t["name"] in held else "tune"
    return out


def build():
    records, seen = [], set()
    for template in templates():
        for copy in range(COPIES):
            for attempt in range(200):
                record = Text(template, copy, attempt).record()
                if record and record["text"] not in seen:
                    break
            else:
                raise AssertionError(f"no sound text for {template['name']}")
            seen.add(record["text"])
            head = {"id": f"t{len(records) + 1:04d}", "part": template["part"], "shape": template["shape"], "language": template["language"]}
            records.append(head | {"template": template["name"], "negative": "neg" in template["options"]} | record)
    return records


def table(title, rows, keys, columns):
    lines = [f"| {title} | " + " | ".join(columns) + " |", "|---|" + "---:|" * len(columns)]
    return "\n".join(lines + [f"| {key} | " + " | ".join(str(n) for n in rows(key)) + " |" for key in keys])


def counts(records):
    def texts(pick):
        chosen = [r for r in records if pick(r)]
        held = sum(r["part"] == "held" for r in chosen)
        return [len(chosen), len(chosen) - held, held, sum(r["negative"] for r in chosen), sum(len(r["entities"]) for r in chosen)]

    def marks(field):
        def row(kind):
            part = {p: sum(e["kind"] == kind for r in records if r["part"] == p for e in r[field]) for p in ("tune", "held")}
            return [sum(part.values()), part["tune"], part["held"]]

        return row

    columns = ["texts", "tune", "held", "hard negatives", "entities"]
    trap_kinds = sorted({e["kind"] for r in records for e in r["traps"]})
    total = texts(lambda r: True)
    return "\n\n".join(
        [
            f"{total[0]} texts from {len(templates())} templates, {total[4]} entities; {total[1]} texts to tune with, {total[2]} held, {total[3]} of all hard negatives.",
            table("shape", lambda s: texts(lambda r: r["shape"] == s), SHAPES, columns),
            table("language", lambda s: texts(lambda r: r["language"] == s), list(HOME), columns),
            table("kind", marks("entities"), KINDS, ["entities", "tune", "held"]),
            table("trap", marks("traps"), trap_kinds, ["marked", "tune", "held"]),
        ]
    )


def main():
    records = build()
    lines = "".join(json.dumps(r, ensure_ascii=False, separators=(",", ":")) + "\n" for r in records)
    readme = HERE / "README.md"
    before = readme.read_text(encoding="utf-8")
    begin, end = "<!-- counts, written by make.py -->", "<!-- end of counts -->"
    after = before[: before.index(begin)] + f"{begin}\n\n{counts(records)}\n\n{end}" + before[before.index(end) + len(end) :]
    target = HERE / "set.ndjson"
    if "--check" in sys.argv[1:]:
        same = target.read_bytes() == lines.encode()
        if not same or before != after:
            sys.exit("set.ndjson or the counts in README.md are not what make.py writes")
        return
    target.write_bytes(lines.encode())
    readme.write_text(after, encoding="utf-8")


if __name__ == "__main__":
    main()
