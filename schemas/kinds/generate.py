#!/usr/bin/env python3
"""Writes iban.json and iban-examples.json: the countries of the IBAN registry, and made-up numbers that obey them.

    python3 schemas/kinds/generate.py [--check]

Structures come from the registry copy inside python-stdnum (pinned in ../requirements.txt), the Belgian bank codes from its
copy of the National Bank's list; the national checks are the table NATIONAL below. Every example is accepted (or, where its
national check is wrong on purpose, refused) by python-stdnum before it is written. `--check` writes nothing and fails when a
committed file differs.
"""

import argparse
import hashlib
import json
import re
import sys
from importlib import resources
from itertools import count, islice
from pathlib import Path

from stdnum import iban as oracle

HERE = Path(__file__).resolve().parent
EXAMPLES_PER_COUNTRY = 3

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALPHABETS = {"n": DIGITS, "a": LETTERS, "c": DIGITS + LETTERS}

# Values of characters at odd places (1st, 3rd, …) of an Italian CIN; a digit d and the letter of rank d share a value.
CIN_ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]


def mod97(position, over, multiplier, minuend, letters="iso"):
    return {"algorithm": "mod97", "at": [position, 2], "over": over, "multiplier": multiplier, "minuend": minuend, "letters": letters}


def weighted(position, over, modulus, weights, ten=-1):
    assert len(weights) == over[1]
    return {"algorithm": "weighted", "at": [position, 1], "over": over, "modulus": modulus, "weights": weights, "ten": ten}


def simple(algorithm, position, over):
    return {"algorithm": algorithm, "at": [position, 1], "over": over}


def key_of_98(length):
    """ISO 7064 MOD 97-10 in the last two places of a BBAN of `length`."""
    return [mod97(length - 2, [0, length - 2], 100, 98)]


def key_of_97(length, letters="iso"):
    """The French family: 97 minus the remainder, in the last two places."""
    return [mod97(length - 2, [0, length - 2], 100, 97, letters)]


CZECH = [weighted(9, [4, 5], 11, [10, 5, 8, 4, 2]), weighted(19, [10, 9], 11, [6, 3, 7, 9, 10, 5, 8, 4, 2])]
CIN = [simple("cin", 0, [1, 22])]

# Country → national checks (README.md says how each is computed). Only algorithms that the banking body of the country
# publishes for *every* account are here: the Dutch eleven test, German, British, Swedish and Danish account checks depend on
# the bank or have been given up, and a rule that holds for some banks only would turn real numbers into strange ones.
NATIONAL = {
    "AL": [weighted(7, [0, 7], 10, [9, 7, 3, 1, 9, 7, 3])],
    "BA": key_of_98(16),
    "BE": [mod97(10, [0, 10], 96, 97)],
    "BI": key_of_97(23),
    "CZ": CZECH,
    "DJ": key_of_97(23),
    "EE": [weighted(15, [2, 13], 10, [7, 1, 3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7])],
    "ES": [
        weighted(8, [0, 8], 11, [4, 8, 5, 10, 9, 7, 3, 6], ten=1),
        weighted(9, [10, 10], 11, [1, 2, 4, 8, 5, 10, 9, 7, 3, 6], ten=1),
    ],
    "FI": [simple("luhn", 13, [0, 13])],
    "FR": key_of_97(23, "rib"),
    "HR": [simple("mod11-10", 6, [0, 6]), simple("mod11-10", 16, [7, 9])],
    "HU": [weighted(7, [0, 7], 10, [9, 7, 3, 1, 9, 7, 3]), weighted(23, [8, 15], 10, [9, 7, 3, 1, 9, 7, 3, 1, 9, 7, 3, 1, 9, 7, 3])],
    "IS": [weighted(20, [12, 8], 11, [3, 2, 7, 6, 5, 4, 3, 2])],
    "IT": CIN,
    "MC": key_of_97(23, "rib"),
    "ME": key_of_98(18),
    "MK": key_of_98(15),
    "MR": key_of_97(23),
    "NO": [
        # Numbers of the former postal giro: six digits and a Luhn digit behind 0000.
        {**simple("luhn", 10, [4, 6]), "prefix": "0000"},
        weighted(10, [0, 10], 11, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]),
    ],
    "PL": [weighted(7, [0, 7], 10, [3, 9, 7, 1, 3, 9, 7])],
    "PT": key_of_98(21),
    "RS": key_of_98(18),
    "SI": key_of_98(15),
    "SK": CZECH,
    "SM": CIN,
    "ST": key_of_98(21),
    "TL": key_of_98(19),
    "TN": key_of_97(20),
    "XK": key_of_98(16),
}

# Bank identifier where it is not exactly the first segment of the BBAN (registry, "bank identifier position").
BANK_SPANS = {"AL": [0, 3], "IT": [1, 5], "SM": [1, 5], "XK": [0, 2], "MU": [0, 6], "SC": [0, 6]}

# Countries whose accounts are recognised by an assigned bank code too (so does python-stdnum).
BANK_CODE_LISTS = {"BE": "be/banks.dat"}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--check", action="store_true", help="compare with the committed files instead of writing them")
    check = arguments.parse_args().check
    countries = registry_countries()
    require_agreement_at_large(countries)
    examples = [example for country in countries for example in examples_of(country)]
    texts = {"iban.json": registry_text(countries), "iban-examples.json": examples_text(examples)}
    stale = [name for name, text in texts.items() if check and (HERE / name).read_text(encoding="utf-8") != text]
    if stale:
        sys.exit("stale: " + ", ".join(stale))
    if not check:
        for name, text in texts.items():
            (HERE / name).write_text(text, encoding="utf-8")
    print(f"{len(countries)} countries, {sum(1 for c in countries if c['checks'])} with national checks, {len(examples)} examples")


def registry_countries():
    found = []
    for line in stdnum_lines("iban.dat"):
        code, structure = re.fullmatch(r'([A-Z]{2}) country="[^"]*" bban="([^"]*)"', line).groups()
        segments = [[int(length), kind] for length, kind in re.findall(r"([0-9]+)!([nac])", structure)]
        length = 4 + sum(segment[0] for segment in segments)
        country = {
            "code": code,
            "length": length,
            "bban": segments,
            "bank": BANK_SPANS.get(code, [0, segments[0][0]]),
            "checks": NATIONAL.get(code, []),
        }
        if code in BANK_CODE_LISTS:
            country["bankCodes"] = bank_code_ranges(BANK_CODE_LISTS[code])
        require_inside(country)
        found.append(country)
    unknown = set(NATIONAL) - {country["code"] for country in found}
    if unknown:
        sys.exit(f"national checks for countries outside the registry: {sorted(unknown)}")
    return found


def bank_code_ranges(path):
    """Inclusive ranges of assigned bank codes, neighbours joined."""
    ranges = []
    for line in stdnum_lines(path):
        first, last = re.match(r"([0-9]+)-([0-9]+) ", line).groups()
        if ranges and int(first) == int(ranges[-1][1]) + 1:
            ranges[-1][1] = last
        else:
            ranges.append([first, last])
    return ranges


def stdnum_lines(path):
    text = resources.files("stdnum").joinpath(path).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def require_inside(country):
    """A check's places are inside the BBAN, its digits are numeric (the CIN alphabetic), and no check reads a place that it writes."""
    places = "".join(kind * length for length, kind in country["bban"])
    for check in country["checks"]:
        written = range(check["at"][0], sum(check["at"]))
        read = range(check["over"][0], sum(check["over"]))
        wanted = "a" if check["algorithm"] == "cin" else "n"
        assert max(written) < len(places) and all(places[index] == wanted for index in written), country["code"]
        assert max(read) < len(places) and not set(read) & set(written), country["code"]
        if check["algorithm"] in ("weighted", "luhn", "mod11-10"):
            assert all(places[index] == "n" for index in read), country["code"]


# The reference implementation of README.md, "National checks". None: no character fits, so the number does not exist.

def check_characters(check, bban):
    text = bban[check["over"][0] : sum(check["over"])]
    match check["algorithm"]:
        case "mod97":
            return f"{check['minuend'] - check['multiplier'] * numeral(text, check['letters']) % 97:02d}"
        case "weighted":
            total = sum(weight * int(digit) for weight, digit in zip(check["weights"], text, strict=True))
            digit = -total % check["modulus"]
            return str(digit) if digit < 10 else None if check["ten"] < 0 else str(check["ten"])
        case "luhn":
            doubled = [int(digit) * (2 - index % 2) for index, digit in enumerate(reversed(text))]
            return str(-sum(value // 10 + value % 10 for value in doubled) % 10)
        case "mod11-10":
            product = 10
            for digit in text:
                total = (product + int(digit)) % 10 or 10
                product = total * 2 % 11
            return str((11 - product) % 10)
        case "cin":
            ranks = [int(c) if c in DIGITS else ord(c) - 65 for c in text]
            return LETTERS[sum(CIN_ODD[rank] if index % 2 == 0 else rank for index, rank in enumerate(ranks)) % 26]
    raise ValueError(check["algorithm"])


def numeral(text, letters):
    value = 0
    for character in text:
        rank = ord(character) - 65
        if character in DIGITS:
            value = value * 10 + int(character)
        elif letters == "iso":
            value = value * 100 + 10 + rank
        else:
            value = value * 10 + (rank + 1 if rank < 9 else rank - 8 if rank < 18 else rank - 16)
    return value


def applicable(checks, bban):
    """The checks in force: for each place the first whose prefix the BBAN has."""
    taken = {}
    for check in checks:
        if bban.startswith(check.get("prefix", "")):
            taken.setdefault(check["at"][0], check)
    return taken.values()


def nationally_valid(country, bban):
    return all(bban[check["at"][0] : sum(check["at"])] == check_characters(check, bban) for check in applicable(country["checks"], bban))


def bank_listed(country, bban):
    start, length = country["bank"]
    return any(first <= bban[start : start + length] <= last for first, last in country["bankCodes"])


def with_checks(country, bban):
    for check in applicable(country["checks"], bban):
        characters = check_characters(check, bban)
        if characters is None:
            return None
        bban = bban[: check["at"][0]] + characters + bban[sum(check["at"]) :]
    return bban


def with_check_digits(code, bban):
    return f"{code}{98 - numeral(bban + code, 'iso') * 100 % 97:02d}{bban}"


def examples_of(country):
    code = country["code"]
    if not country["checks"]:
        return [agreed(country, bban, "none") for bban in islice(drawn_bbans(country), EXAMPLES_PER_COUNTRY)]
    checked = [bban for bban in (with_checks(country, bban) for bban in islice(drawn_bbans(country), 50)) if bban is not None]
    chosen = checked[:EXAMPLES_PER_COUNTRY]
    if "bankCodes" in country:
        listed = [bban for bban in checked if bank_listed(country, bban)]
        chosen = listed[:EXAMPLES_PER_COUNTRY] + [next(bban for bban in checked if not bank_listed(country, bban))]
    if code == "NO":
        chosen.append(with_checks(country, "0000" + chosen[0][4:]))
    wrong = next(bban for bban in drawn_bbans(country) if not nationally_valid(country, bban))
    return [agreed(country, bban, "valid") for bban in chosen] + [agreed(country, wrong, "invalid")]


def agreed(country, bban, national):
    """An example, once python-stdnum has said the same of it as we do."""
    require_agreement(country, bban)
    example = {"iban": with_check_digits(country["code"], bban), "national": national}
    if "bankCodes" in country:
        example["bank"] = "listed" if bank_listed(country, bban) else "unlisted"
    return example


# Countries for which python-stdnum itself looks below the check digits of the IBAN.
ORACLE_NATIONAL = {"BE", "ES", "ME", "NO"}


def require_agreement(country, bban):
    number = with_check_digits(country["code"], bban)
    if not oracle.is_valid(number, check_country=False):
        sys.exit(f"python-stdnum refuses {number}")
    ours = nationally_valid(country, bban) and ("bankCodes" not in country or bank_listed(country, bban))
    if country["code"] in ORACLE_NATIONAL and oracle.is_valid(number) != ours:
        sys.exit(f"python-stdnum and the national check disagree about {number}")


def require_agreement_at_large(countries):
    """Many numbers more than the examples, right and wrong, and in Norway behind 0000 too."""
    for country in countries:
        for attempt, bban in enumerate(islice(drawn_bbans(country), 100, 200)):
            if country["code"] == "NO" and attempt % 4 == 0:
                bban = "0000" + bban[4:]
            require_agreement(country, bban)
            require_agreement(country, with_checks(country, bban) or bban)


def drawn_bbans(country):
    """Made-up BBANs without end: characters drawn from SHA-256 of the country and a counter, so that a rerun gives the same."""
    for attempt in count():
        digest = hashlib.sha256(f"bauta iban example {country['code']} {attempt}".encode()).digest()
        number = int.from_bytes(digest, "big")
        out = ""
        for length, kind in country["bban"]:
            for _ in range(length):
                number, rank = divmod(number, len(ALPHABETS[kind]))
                out += ALPHABETS[kind][rank]
        yield out


def registry_text(countries):
    version = re.search(r"iban-registry-v([0-9]+)", resources.files("stdnum").joinpath("iban.dat").read_text(encoding="utf-8")).group(1)
    lines = ",\n".join("  " + compact(country) for country in countries)
    return (
        "{\n"
        ' "$comment": "Countries of the IBAN registry and their national checks; written by generate.py, explained in README.md.",\n'
        f' "registry": {version},\n'
        f' "cinOdd": {compact(CIN_ODD)},\n'
        f' "countries": [\n{lines}\n ]\n'
        "}\n"
    )


def examples_text(examples):
    lines = ",\n".join("  " + compact(example) for example in examples)
    return (
        "{\n"
        ' "$comment": "Made-up account numbers, written by generate.py. All pass mod 97; `national` says whether the national check passes.",\n'
        f' "examples": [\n{lines}\n ]\n'
        "}\n"
    )


def compact(value):
    return json.dumps(value, separators=(",", ":"))


if __name__ == "__main__":
    main()
