"""DATAMIMIC CE: its own descriptor over a file of payments, run again and again in one process, by the protocol of bench/harness/peer.ts.

A run reads a file, masks and writes a file; it is given 2,048 payments at a time, so that starting it weighs little. What it writes is
deleted outside of what is measured.
"""

import json
import logging
import os
import shutil
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

RUN_RECORDS = 2048


def main():
    source, output = sys.argv[1:]
    messages = json.loads(Path(source).read_text(encoding="utf-8"))
    folder = Path(tempfile.mkdtemp(prefix="datamimic-", dir=Path(output).parent))
    try:
        descriptor = Path(shutil.copy(Path(__file__).resolve().parent / "payments.xml", folder))
        os.chdir(folder)
        serve(messages, Path(output), folder, descriptor)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def serve(messages, output, folder, descriptor):
    # It writes its progress to standard output, which is the protocol's.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    from datamimic_ce.datamimic import DataMimic

    logging.disable(logging.CRITICAL)

    def run():
        wall, cpu = time.perf_counter_ns(), cpu_ns()
        DataMimic(descriptor).parse_and_execute()
        return time.perf_counter_ns() - wall, cpu_ns() - cpu

    def clean():
        shutil.rmtree(folder / "output", ignore_errors=True)

    payments = [json.loads(message) for message in messages]
    (folder / "payments.json").write_text(json.dumps(payments), encoding="utf-8")
    run()
    written = next((folder / "output").rglob("payments*.json"))
    output.write_text(json.dumps([json.dumps(row) for row in json.loads(written.read_text(encoding="utf-8"))]), encoding="utf-8")
    clean()

    many = [payments[index % len(payments)] for index in range(RUN_RECORDS)]
    (folder / "payments.json").write_text(json.dumps(many), encoding="utf-8")
    run()
    clean()
    facts = {
        "peer": "DATAMIMIC CE",
        "version": version("datamimic-ce"),
        "leaves": 12,
        "less": "keyed hashes of 64 hex digits for every leaf: no FPE, no names, nothing valid or as long as its field; not reversible; 1845.50 becomes 1845.5; reads and writes files, for it has no other way",
    }
    print(json.dumps(facts), file=answers, flush=True)
    for line in sys.stdin:
        done, wall, cpu = 0, 0, 0
        while done == 0 or wall < float(line) * 1e6:
            longer, busy = run()
            clean()
            done, wall, cpu = done + RUN_RECORDS, wall + longer, cpu + busy
        print(json.dumps({"messages": done, "wall": wall, "cpu": cpu}), file=answers, flush=True)


def cpu_ns():
    """CPU time of this process and of those that it started and waited for."""
    return int(sum(os.times()[:4]) * 1e9)


if __name__ == "__main__":
    main()
