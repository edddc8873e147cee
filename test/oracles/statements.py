"""mt-940 as a judge of statements: for each path on a line, whether it reads the file, and how many statements and entries it finds."""

import json
import sys

import mt940


def judge(path: str) -> dict[str, object]:
    try:
        with open(path, "rb") as file:
            data = file.read()
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
        read = mt940.parse(text)
        entries = [entry for entry in read if entry.data.get("amount") is not None]
        balances = [name for name, value in read.data.items() if name.endswith("balance") and value is not None]
        whole = read.data.get("transaction_reference") is not None and (len(balances) > 0 or len(entries) > 0)
        return {"read": True, "whole": whole, "entries": len(entries), "sum": str(sum(entry.data["amount"].amount for entry in entries))}
    except Exception:  # Whatever it stumbles over; what it says may quote the file.
        return {"read": False, "whole": False, "entries": 0, "sum": "0"}


for line in sys.stdin:
    print(json.dumps(judge(line.rstrip("\n"))))
