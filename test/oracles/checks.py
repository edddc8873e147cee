"""Reads JSON lines {"kind", "value"}, answers JSON lines {"valid"}: python-stdnum and Python's uuid as independent judges."""
import json
import sys
import uuid

from stdnum import bic, iban, lei, luhn


def uetr(value):
    parsed = uuid.UUID(value)
    return str(parsed) == value and parsed.version == 4 and parsed.variant == uuid.RFC_4122


def pan(value):
    return 12 <= len(value) <= 19 and value.isascii() and value.isdigit() and luhn.is_valid(value)


CHECKS = {
    "pan": pan,
    "iban": lambda value: iban.is_valid(value),
    "bic": lambda value: bic.is_valid(value),
    "lei": lambda value: lei.is_valid(value),
    "uetr": uetr,
}

for line in sys.stdin:
    request = json.loads(line)
    try:
        valid = bool(CHECKS[request["kind"]](request["value"]))
    except ValueError:
        valid = False
    print(json.dumps({"valid": valid}))
