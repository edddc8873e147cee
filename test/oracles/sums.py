"""A judge of what adds up in statements and payments: Python's decimals, ElementTree and regular expressions, and mt-940 for a second look at MT940.

A line of input is {"before": [record, …], "after": [record, …]}: records of one account, or of one file, in their order, and what they were masked
into; ISO 8859-1 where a record is no UTF-8. The answer for each line: what held before, what of that does not hold after, and how far amounts went.
"""

import base64
import json
import re
import sys
from decimal import Decimal
from xml.etree import ElementTree

import mt940

Checks = dict[str, bool]


class Record:
    """What is true of a record, and what it says of its place in a series."""

    def __init__(self) -> None:
        self.checks: Checks = {}
        self.amounts: list[Decimal] = []
        # Account and balances of each statement, for the next one.
        self.places: list[tuple[str, Decimal | None, Decimal | None]] = []

    def check(self, name: str, holds: bool) -> None:
        self.checks[name] = holds


def text(element: ElementTree.Element | None, path: str) -> str | None:
    found = None if element is None else element.find(path)
    return None if found is None or found.text is None else found.text.strip()


def amount(element: ElementTree.Element | None, path: str) -> Decimal | None:
    said = text(element, path)
    return None if said is None else Decimal(said)


def signed(element: ElementTree.Element, path: str, otherwise: str | None = None) -> Decimal | None:
    size = amount(element, path)
    mark = text(element, "CdtDbtInd") or otherwise
    if size is None or mark not in ("CRDT", "DBIT"):
        return None
    return -size if mark == "DBIT" else size


def currency_of(element: ElementTree.Element, path: str) -> str:
    found = element.find(path)
    return "" if found is None else found.get("Ccy", "")


# ISO 20022


def judge_xml(data: bytes) -> Record:
    record = Record()
    root = ElementTree.fromstring(data)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    for element in root.iter():
        if element.get("Ccy") is not None and re.fullmatch(r"\s*[0-9.]+\s*", element.text or ""):
            record.amounts.append(Decimal(element.text.strip()))
    for document in root.iter("Document"):
        for body in document:
            judge_payments(record, body)
            for name in ("Stmt", "Rpt", "Ntfctn"):
                for number, statement in enumerate(body.findall(name)):
                    judge_statement(record, f"{name}{number}", statement)
    return record


TRANSACTIONS = ("CdtTrfTxInf", "DrctDbtTxInf", "TxInf")
AMOUNTS = ("IntrBkSttlmAmt", "RtrdIntrBkSttlmAmt", "Amt/InstdAmt", "Amt/EqvtAmt/Amt", "InstdAmt")


def judge_payments(record: Record, body: ElementTree.Element) -> None:
    everything = []
    for number, block in enumerate([body, *body.findall("PmtInf")]):
        own = [each for name in TRANSACTIONS for each in block.findall(name)]
        everything.extend(own)
        if number > 0:
            judge_totals(record, f"PmtInf{number}", block, own)
    header = body.find("GrpHdr")
    if header is not None:
        judge_totals(record, "GrpHdr", header, everything)


def judge_totals(record: Record, place: str, header: ElementTree.Element, transactions: list[ElementTree.Element]) -> None:
    if not transactions:
        return
    count = text(header, "NbOfTxs")
    if count is not None:
        record.check(f"{place}/NbOfTxs", int(count) == len(transactions))
    each = [next((found for path in AMOUNTS if (found := amount(one, path)) is not None), None) for one in transactions]
    if None in each:
        return
    for name in ("CtrlSum", "TtlIntrBkSttlmAmt", "TtlRtrdIntrBkSttlmAmt"):
        said = amount(header, name)
        if said is not None:
            record.check(f"{place}/{name}", said == sum(each))


def judge_statement(record: Record, place: str, statement: ElementTree.Element) -> None:
    entries = []
    for number, entry in enumerate(statement.findall("Ntry")):
        size = signed(entry, "Amt")
        if size is None:
            return
        status = text(entry, "Sts/Cd") or text(entry, "Sts")
        entries.append((size, status in (None, "BOOK"), text(entry, "CdtDbtInd") == "CRDT"))
        judge_entry(record, f"{place}/Ntry{number}", entry, size)
    judge_summary(record, place, statement, entries)
    balances: dict[str, list[Decimal]] = {}
    for balance in statement.findall("Bal"):
        size = signed(balance, "Amt")
        kind = text(balance, "Tp/CdOrPrtry/Cd") or ""
        if size is not None:
            balances.setdefault(kind, []).append(size)
    booked = sum((size for size, is_booked, _ in entries if is_booked), Decimal(0))
    opening = next((balances[kind][0] for kind in ("OPBD", "PRCD", "ITBD") if kind in balances), None)
    closing = next((balances[kind][-1] for kind in ("CLBD", "ITBD") if kind in balances), None)
    if opening is not None and closing is not None:
        record.check(f"{place}/balance", opening + booked == closing)
    if closing is not None and "CLAV" in balances:
        record.check(f"{place}/available", balances["CLAV"][0] == closing)
    account = text(statement, "Acct/Id/IBAN") or text(statement, "Acct/Id/Othr/Id") or ""
    record.places.append((account, opening, closing))


def judge_entry(record: Record, place: str, entry: ElementTree.Element, size: Decimal) -> None:
    own = currency_of(entry, "Amt")
    mark = "DBIT" if size < 0 else "CRDT"
    parts = []
    for number, details in enumerate(entry.findall("NtryDtls/TxDtls")):
        path = next((path for path in ("Amt", "AmtDtls/TxAmt/Amt") if details.find(path) is not None), None)
        if path is None or currency_of(details, path) != own:
            return
        part = signed(details, path, mark)
        parts.append(part)
        if part is None:
            return
        charges = [amount(charge, "Amt") for charge in [*details.findall("Chrgs/Rcrd"), *details.findall("Chrgs")] if charge.find("Amt") is not None]
        instructed = amount(details, "AmtDtls/InstdAmt/Amt")
        if instructed is not None and currency_of(details, "AmtDtls/InstdAmt/Amt") == own and charges:
            record.check(f"{place}/TxDtls{number}/charges", instructed == abs(part) + sum(charges))
        inner = amount(details, "AmtDtls/TxAmt/Amt")
        if inner is not None:
            record.check(f"{place}/TxDtls{number}/TxAmt", inner == abs(part))
        exchange = details.find("AmtDtls/InstdAmt/CcyXchg")
        if exchange is not None and text(exchange, "SrcCcy") == own and instructed is not None:
            rate = amount(exchange, "XchgRate")
            slack = Decimal("0.01") + abs(part) * Decimal("0.00005")
            record.check(f"{place}/TxDtls{number}/rate", abs(abs(part) * rate - instructed) <= slack)
    if parts:
        record.check(f"{place}/TxDtls", sum(parts) == size)


def judge_summary(record: Record, place: str, statement: ElementTree.Element, entries: list[tuple[Decimal, bool, bool]]) -> None:
    kinds = {"TtlNtries": lambda entry: True, "TtlCdtNtries": lambda entry: entry[2], "TtlDbtNtries": lambda entry: not entry[2]}
    for name, belongs in kinds.items():
        totals = statement.find(f"TxsSummry/{name}")
        if totals is None:
            continue
        choices = [[entry for entry in entries if belongs(entry)], [entry for entry in entries if belongs(entry) and entry[1]]]
        count, whole = text(totals, "NbOfNtries"), amount(totals, "Sum")
        if count is not None:
            record.check(f"{place}/{name}/count", any(len(chosen) == int(count) for chosen in choices))
        if whole is not None:
            record.check(f"{place}/{name}/sum", any(sum((abs(entry[0]) for entry in chosen), Decimal(0)) == whole for chosen in choices))
        net = totals.find("TtlNetNtry")
        said = signed(totals, "TtlNetNtryAmt") if net is None else signed(net, "Amt")
        if said is not None:
            record.check(f"{place}/{name}/net", any(sum((entry[0] for entry in chosen), Decimal(0)) == said for chosen in choices))


# SWIFT MT

FIELD = re.compile(r"^:(\d\d[A-Z]?):((?:.*\n?(?!^:\d\d|^-))*.*)", re.MULTILINE)
ENTRY = re.compile(r"(\d{6})(\d{4})?(E?[CD]|R[CD])([A-Z])?(\d+,\d*)")
BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})(\d+,\d*)")
TOTAL = re.compile(r"(\d+)([A-Z]{3})(\d+,\d*)")
SIGNS = {"C": 1, "RD": 1, "D": -1, "RC": -1, "EC": 0, "ED": 0}
COUNTED = {
    "90C": [("C", "RD", "EC"), ("C", "RC", "EC"), ("C", "EC"), ("C", "RD"), ("C", "RC"), ("C",)],
    "90D": [("D", "RC", "ED"), ("D", "RD", "ED"), ("D", "ED"), ("D", "RC"), ("D", "RD"), ("D",)],
}


def number(said: str) -> Decimal:
    return Decimal(said.replace(",", "."))


def judge_mt(data: bytes) -> Record:
    record = Record()
    message = data.decode("latin-1").replace("\r\n", "\n")
    fields = [(tag, content.strip("\n")) for tag, content in FIELD.findall(message)]
    entries = []
    for tag, content in fields:
        entry = ENTRY.match(content) if tag == "61" else None
        if entry is not None:
            entries.append((entry[3], number(entry[5])))
    balances = {}
    for tag, content in fields:
        balance = BALANCE.match(content)
        if tag in ("60F", "60M", "62F", "62M", "64") and balance is not None:
            balances[tag] = (-1 if balance[1] == "D" else 1) * number(balance[4])
    record.amounts = [*balances.values(), *(size for _, size in entries)]
    opening = balances.get("60F", balances.get("60M"))
    closing = balances.get("62F", balances.get("62M"))
    if opening is not None and closing is not None:
        totals = [(tag, TOTAL.match(content)) for tag, content in fields if tag in COUNTED]
        changes = sum((SIGNS[mark] * size for mark, size in entries), Decimal(0))
        if not entries and totals:
            changes = sum((number(total[3]) * (1 if tag == "90C" else -1) for tag, total in totals if total is not None), Decimal(0))
        record.check("balance", opening + changes == closing)
    if closing is not None and "64" in balances:
        record.check("available", balances["64"] == closing)
    for tag, content in fields:
        total = TOTAL.match(content) if tag in COUNTED and entries else None
        if total is None:
            continue
        choices = [[size for mark, size in entries if mark in marks] for marks in COUNTED[tag]]
        record.check(f"{tag}/count", any(len(sizes) == int(total[1]) for sizes in choices))
        record.check(f"{tag}/sum", any(sum(sizes) == number(total[3]) for sizes in choices))
    orders = [number(content[3:]) for tag, content in fields if tag == "32B" and re.fullmatch(r"[A-Z]{3}\d+,\d*", content)]
    sums = [number(content) for tag, content in fields if tag == "19"]
    if orders and len(sums) == 1:
        record.check("19", sums[0] == sum(orders) or sums[0] == sum(orders[:-1]))
    account = next((content for tag, content in fields if tag in ("25", "25P")), "")
    if opening is not None or closing is not None:
        record.places.append((account, opening, closing))
    # mt-940 counts reversals its own way, and expected entries are none to it.
    if "{2:O940" in message and closing is not None and all(mark in ("C", "D") for mark, _ in entries):
        judge_again(record, message)
    return record


def judge_again(record: Record, message: str) -> None:
    """The same by mt-940, where it reads the message."""
    try:
        read = mt940.parse(message)
    except Exception:  # Whatever it stumbles over; of a masked message that is an answer too.
        return
    first = read.data.get("final_opening_balance") or read.data.get("intermediate_opening_balance")
    last = read.data.get("final_closing_balance") or read.data.get("intermediate_closing_balance")
    if first is None or last is None:
        return
    booked = [entry.data["amount"].amount for entry in read if "amount" in entry.data]
    record.check("mt-940", first.amount.amount + sum(booked, Decimal(0)) == last.amount.amount)


# Records of one line


def judge(records: list[bytes]) -> tuple[Checks, list[list[Decimal]]]:
    checks: Checks = {}
    closings: dict[str, Decimal | None] = {}
    amounts = []
    for at, data in enumerate(records):
        found = judge_mt(data) if not data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") else judge_xml(data)
        amounts.append(found.amounts)
        for name, holds in found.checks.items():
            checks[f"{at} {name}"] = holds
        for place, (account, opening, closing) in enumerate(found.places):
            before = closings.get(account)
            if before is not None and opening is not None:
                checks[f"{at} series{place}"] = opening == before
            closings[account] = closing
    return checks, amounts


def answer(line: str) -> dict[str, object]:
    request = json.loads(line)
    before, sizes = judge([base64.b64decode(data) for data in request["before"]])
    after, masked = judge([base64.b64decode(data) for data in request["after"]])
    held = [name for name, holds in before.items() if holds]
    # What no catalogue describes is dropped with its amounts.
    pairs = [pair for was, became in zip(sizes, masked, strict=True) if len(was) == len(became) for pair in zip(was, became, strict=True)]
    far = [abs(abs(became) - abs(was)) / abs(was) for was, became in pairs if abs(was) >= 1000]
    return {
        "held": len(held),
        "kinds": sorted({re.sub(r"\d+", "", name).strip() for name in held}),
        "broken": [name for name in held if not after.get(name, False)],
        "unsound": [name for name, holds in before.items() if not holds],
        "amounts": len(pairs),
        "changed": sum(1 for was, became in pairs if was != became),
        "farthest": float(max(far, default=Decimal(0))),
    }


for line in sys.stdin:
    print(json.dumps(answer(line)))
