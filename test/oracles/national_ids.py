"""National identifiers, SEPA creditor identifiers and RF references by python-stdnum: makes valid ones, and says what one is.

  national_ids.py make COUNT SEED   JSON lines {"class", "value"}, COUNT of each class, some with separators or in small letters
  national_ids.py name              reads one value a line, writes the first class that it is valid for, or -
  national_ids.py national          the same, but for creditor identifiers and RF references

The order of the classes, and what a class asks beyond python-stdnum (a real day, a month), are those of docs/internals/engine.md.
"""

import json
import random
import re
import string
import sys
from datetime import date

from stdnum import iso11649
from stdnum.be import nn
from stdnum.br import cnpj, cpf
from stdnum.ch import ssn as ahv
from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.eu import at_02
from stdnum.exceptions import ValidationError
from stdnum.fr import nir
from stdnum.gb import nhs, utr
from stdnum.iso7064 import mod_11_10, mod_97_10
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pl import nip, pesel
from stdnum.us import ssn


def real_day(year, month, day):
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def is_valid(module, value):
    try:
        module.validate(value)
    except (ValidationError, ValueError, IndexError):
        return False
    return True


def is_nino(value):
    return (
        re.fullmatch(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]", value) is not None
        and value[:2] not in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}
    )


def is_belgian(value):
    number = int(value[:9])
    days = int(value[2:4]), int(value[4:6])
    old = 97 - number % 97 == int(value[9:]) and real_day(1900 + int(value[:2]), *days)
    new = 97 - (2_000_000_000 + number) % 97 == int(value[9:]) and real_day(2000 + int(value[:2]), *days)
    # python-stdnum refuses who is not born yet, which a masked number may say.
    unborn = not old and int(value[:2]) >= date.today().year % 100
    return (old or new) and value[6:9] not in ("000", "999") and (unborn or is_valid(nn, value))


def digits(count):
    return re.compile(rf"[0-9]{{{count}}}")


# In the order in which a value is tried: form, and what must hold.
CLASSES = [
    ("it-cf", re.compile(r"[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{3}[A-Z]"), lambda v: is_valid(codicefiscale, v)),
    ("fr-nir", re.compile(r"[12][0-9]{4}([0-9]{2}|2[AB])[0-9]{8}"), lambda v: "01" <= v[3:5] <= "12" and is_valid(nir, v)),
    ("es-dni", re.compile(r"[0-9]{8}[A-Z]"), lambda v: is_valid(dni, v)),
    ("es-nie", re.compile(r"[XYZ][0-9]{7}[A-Z]"), lambda v: is_valid(nie, v)),
    ("gb-nino", re.compile(r"[A-Z]{2}[0-9]{6}[A-D]"), is_nino),
    ("ch-ahv", digits(13), lambda v: is_valid(ahv, v)),
    ("br-cnpj", digits(14), lambda v: len(set(v)) > 1 and is_valid(cnpj, v)),
    ("pl-pesel", digits(11), lambda v: is_valid(pesel, v)),
    ("be-nn", digits(11), is_belgian),
    ("de-idnr", digits(11), lambda v: is_valid(idnr, v)),
    ("br-cpf", digits(11), lambda v: len(set(v)) > 1 and is_valid(cpf, v)),
    ("pl-nip", digits(10), lambda v: v[0] != "0" and is_valid(nip, v)),
    ("gb-nhs", digits(10), lambda v: is_valid(nhs, v)),
    ("gb-utr", digits(10), lambda v: is_valid(utr, v)),
    ("us-ssn", re.compile(r"[0-9]{3}-[0-9]{2}-[0-9]{4}"), lambda v: is_valid(ssn, v)),
    ("nl-bsn", digits(9), lambda v: is_valid(bsn, v)),
    ("us-ssn", digits(9), lambda v: is_valid(ssn, f"{v[:3]}-{v[3:5]}-{v[5:]}")),
]


def name_of(written, national=False):
    """The class of a value as it is written, separators and all; creditor identifiers and RF references in front."""
    upper = written.upper()
    if national:
        return national_of(upper)
    if re.fullmatch(r"RF[0-9]{2}[A-Z0-9]{1,21}", upper.replace(" ", "")) and is_valid(iso11649, upper):
        return "rf"
    if re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{4,31}", upper.replace(" ", "")) and is_valid(at_02, upper):
        return "ci"
    return national_of(upper)


def national_of(upper):
    bare = re.sub(r"[ ./-]", "", upper)
    for name, form, holds in CLASSES:
        value = upper if "-" in form.pattern and "{3}-" in form.pattern else bare
        if form.fullmatch(value) and holds(value):
            return name
    return "-"


def number(source, count):
    return "".join(source.choice(string.digits) for _ in range(count))


def day(source):
    return date.fromordinal(source.randint(date(1920, 1, 1).toordinal(), date(2010, 12, 31).toordinal()))


def italian(source):
    born = day(source)
    letters = "".join(source.choice(string.ascii_uppercase) for _ in range(6))
    added = source.choice([0, 40])
    body = f"{letters}{born.year % 100:02}{'ABCDEHLMPRST'[born.month - 1]}{born.day + added:02}{source.choice('ABCDEFGHIL')}{number(source, 3)}"
    return body + codicefiscale.calc_check_digit(body)


def french(source):
    born = day(source)
    department = source.choice(["2A", "2B"]) if source.random() < 0.1 else f"{source.randint(1, 95):02}"
    body = f"{source.choice('12')}{born.year % 100:02}{born.month:02}{department}{number(source, 6)}"
    return body + nir.calc_check_digits(body)


def belgian(source):
    born = day(source)
    body = f"{born:%y%m%d}{source.randint(1, 998):03}"
    prefix = "2" if born.year >= 2000 else ""
    return f"{body}{97 - int(prefix + body) % 97:02}"


def polish(source):
    born = day(source)
    body = f"{born.year % 100:02}{born.month + (20 if born.year >= 2000 else 0):02}{born.day:02}{number(source, 4)}"
    return body + pesel.calc_check_digit(body)


def german(source):
    while True:
        chosen = source.sample(string.digits, 9)
        body = chosen + [source.choice(chosen)]
        source.shuffle(body)
        if body[0] != "0":
            text = "".join(body)
            return text + mod_11_10.calc_check_digit(text)


def creditor(source):
    country = source.choice(["DE", "FR", "NL", "ES", "IT", "AT"])
    business = source.choice(["ZZZ", "ZZZ", "001", "A1B"])
    national = number(source, source.randint(8, 14)) if country != "NL" else f"{number(source, 8)}0000"
    return f"{country}{mod_97_10.calc_check_digits(national + country)}{business}{national}"


def reference(source):
    body = "".join(source.choice(string.digits + string.ascii_uppercase) for _ in range(source.randint(6, 21)))
    return f"RF{mod_97_10.calc_check_digits(body + 'RF')}{body}"


MAKERS = {
    "it-cf": italian,
    "fr-nir": french,
    "es-dni": lambda s: (lambda n: n + dni.calc_check_digit(n))(number(s, 8)),
    "es-nie": lambda s: (lambda n: n + nie.calc_check_digit(n))(s.choice("XYZ") + number(s, 7)),
    "gb-nino": lambda s: s.choice("ABCEGHJKLMNOPRSTWXYZ") + s.choice("ABCEGHJKLMNPRSTWXYZ") + number(s, 6) + s.choice("ABCD"),
    "ch-ahv": lambda s: (lambda n: n + ahv.ean.calc_check_digit(n))("756" + number(s, 9)),
    "br-cnpj": lambda s: (lambda n: n + cnpj.calc_check_digits(n))(number(s, 12)),
    "pl-pesel": polish,
    "be-nn": belgian,
    "de-idnr": german,
    "br-cpf": lambda s: (lambda n: n + cpf._calc_check_digits(n))(number(s, 9)),
    "pl-nip": lambda s: completed(number(s, 9), lambda n: weighted(n, (6, 5, 7, 2, 3, 4, 5, 6, 7))),
    "gb-nhs": lambda s: completed(number(s, 9), lambda n: -weighted(n, range(10, 1, -1)) % 11),
    "gb-utr": lambda s: (lambda n: utr.calc_check_digit(n) + n)(number(s, 9)),
    "us-ssn": lambda s: f"{s.choice([*range(1, 666), *range(667, 900)]):03}-{s.randint(1, 99):02}-{s.randint(1, 9999):04}",
    "nl-bsn": lambda s: completed(number(s, 8), lambda n: weighted(n, range(9, 1, -1))),
    "ci": creditor,
    "rf": reference,
}


def weighted(body, weights):
    return sum(weight * int(digit) for weight, digit in zip(weights, body)) % 11


def completed(body, check):
    """With its check digit; one of ten makes a number that is none."""
    return body + str(check(body))


def spelled(source, name, value):
    """As people write it: grouped by one separator, or in small letters; what has its own separators stays."""
    if name == "us-ssn" or source.random() < 0.5:
        return value
    if source.random() < 0.3:
        return value.lower()
    separator = " " if name in ("ci", "rf") else source.choice(" .-/")
    return separator.join(value[at : at + 4] for at in range(0, len(value), 4))


def make(count, seed):
    source = random.Random(seed)
    for name, maker in MAKERS.items():
        made = 0
        while made < count:
            value = maker(source)
            # A number may be valid under a class that is tried before; a check digit of ten is none.
            if name_of(value) == name:
                print(json.dumps({"class": name, "value": spelled(source, name, value)}))
                made += 1


def main():
    if sys.argv[1] == "make":
        make(int(sys.argv[2]), int(sys.argv[3]))
    else:
        for line in sys.stdin:
            print(name_of(line.rstrip("\n"), sys.argv[1] == "national"))


if __name__ == "__main__":
    main()
