"""The protocol of bench/harness/peer.ts, and the draws that both programs of this folder use."""

import hmac
import json
import sys
import time

KEY = bytes([0x2B]) * 32
WARM_UP_SECONDS = 2.0

GIVEN = ["Alma", "Bruno", "Carla", "Dario", "Edda", "Fabian", "Greta", "Hanno", "Ilka", "Jonas", "Katrin", "Lennart", "Maren", "Nils", "Olga", "Paul"]
FAMILY = ["Adler", "Berger", "Conradi", "Dahl", "Ebert", "Falk", "Gruber", "Heller", "Imhof", "Jung", "Koch", "Lange", "Maurer", "Neumann", "Ott", "Peters"]
STREETS = ["Birkenweg", "Eichenallee", "Feldstrasse", "Gartenweg", "Hauptstrasse", "Kirchgasse", "Marktplatz", "Parkweg"]
TOWNS = ["Aachen", "Bremen", "Coburg", "Dessau", "Erfurt", "Fulda", "Gera", "Hameln"]
WORDS = ["account", "balance", "charge", "delivery", "entry", "fee", "goods", "invoice", "january", "order", "payment", "service"]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def drawn(kind, value):
    """A number from HMAC-SHA-256 of a value under the key of its kind."""
    return int.from_bytes(hmac.digest(KEY + kind, value.encode(), "sha256")[:16], "big")


def name(value):
    number = drawn(b"name", value)
    return f"{GIVEN[number % 16]} {FAMILY[number // 16 % 16]}"


def iban(value):
    """A token: country, digits that fit nothing, as long as before."""
    number = drawn(b"iban", value)
    return value[:2] + str(number).zfill(39)[-(len(value) - 2) :]


def bic(value):
    number = drawn(b"bic", value[:8])
    bank = "".join(LETTERS[number // 26**place % 26] for place in range(4))
    place = "".join(LETTERS[number // 26 ** (4 + place) % 26] for place in range(2))
    return bank + value[4:6] + place + value[8:]


def uetr(value):
    digits = f"{drawn(b'uetr', value):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


def reference(value):
    return f"{drawn(b'reference', value):032X}"[:16]


def street(value):
    return STREETS[drawn(b"street", value) % 8]


def town(value):
    return TOWNS[drawn(b"town", value) % 8]


def postcode(value):
    return str(drawn(b"postcode", value)).zfill(39)[-len(value) :]


def text(value):
    number = drawn(b"text", value)
    return " ".join(WORDS[number // 12**place % 12] for place in range(len(value) // 8 + 1))


def as_text(output):
    return output.decode() if isinstance(output, bytes) else output


def serve(facts, work, messages, output):
    """Masks every message once, warms up, and works for as many milliseconds as each line on standard input says."""
    with open(output, "w", encoding="utf-8") as file:
        json.dump([as_text(work(message)) for message in messages], file)

    def timed(seconds):
        wall, cpu, done = time.perf_counter_ns(), time.process_time_ns(), 0
        end = wall + int(seconds * 1e9)
        while time.perf_counter_ns() < end:
            for message in messages:
                work(message)
            done += len(messages)
        return {"messages": done, "wall": time.perf_counter_ns() - wall, "cpu": time.process_time_ns() - cpu}

    timed(WARM_UP_SECONDS)
    print(json.dumps(facts), flush=True)
    for line in sys.stdin:
        print(json.dumps(timed(float(line) / 1000)), flush=True)
