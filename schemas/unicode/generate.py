#!/usr/bin/env python3
"""Writes tables.bin: assigned ranges, canonical decompositions, combining classes and full case folding of one Unicode version.

    python3.11 schemas/unicode/generate.py            write (refused under a Python with another Unicode version)
    python3 schemas/unicode/generate.py --check       compare the committed tables with this Python's own (any version from 14.0.0 on)

Python 3.11 carries Unicode 14.0.0. A newer Python cannot write the same file, but it can prove it: what is assigned never changes
its decomposition, class or folding (Unicode stability policies), so `--check` looks at the code points that the tables know.
The layout is in README.md.
"""

import argparse
import random
import struct
import sys
import unicodedata
from bisect import bisect_left, bisect_right
from pathlib import Path

UNICODE = (14, 0, 0)
LAYOUT = 1
MAGIC = b"BUNI"
FILE = Path(__file__).resolve().parent / "tables.bin"

HANGUL = range(0xAC00, 0xAC00 + 11172)
SECTIONS = ("assigned", "decompositionKeys", "decompositionStarts", "decompositionPool", "classes", "foldKeys", "foldStarts", "foldPool")
HEADER_WORDS = 4 + 2 * len(SECTIONS)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--check", action="store_true", help="compare the committed tables with this Python's own")
    arguments.add_argument("--seed", type=int, default=14, help="seed of the random strings that --check normalises")
    options = arguments.parse_args()
    version = tuple(int(part) for part in unicodedata.unidata_version.split("."))
    if options.check:
        check(Tables(FILE.read_bytes()), version, options.seed)
    elif version != UNICODE:
        sys.exit(f"this Python has Unicode {unicodedata.unidata_version}; the tables are pinned to {'.'.join(map(str, UNICODE))}")
    else:
        FILE.write_bytes(build())
        check(Tables(FILE.read_bytes()), version, options.seed)


def build():
    assigned = [point for point in range(0x110000) if unicodedata.category(chr(point)) not in ("Cn", "Cs")]
    # Hangul syllables decompose by arithmetic (The Unicode Standard, section 3.12) and stay out of the table.
    decomposed = {
        point: unicodedata.normalize("NFD", chr(point))
        for point in assigned
        if point not in HANGUL and unicodedata.normalize("NFD", chr(point)) != chr(point)
    }
    # str.casefold is the full case folding: statuses C and F of CaseFolding.txt.
    folded = {point: chr(point).casefold() for point in assigned if chr(point).casefold() != chr(point)}
    sections = [
        [word for first, last, _ in runs((point, 0) for point in assigned) for word in (first, last)],
        *mapping(decomposed),
        [word for run in runs((point, combining(point)) for point in assigned if combining(point)) for word in run],
        *mapping(folded),
    ]
    words = [int.from_bytes(MAGIC, "little"), LAYOUT, UNICODE[0] << 16 | UNICODE[1] << 8 | UNICODE[2], len(SECTIONS)]
    offset = HEADER_WORDS
    for section in sections:
        words += [offset, len(section)]
        offset += len(section)
    for section in sections:
        words += section
    return struct.pack(f"<{len(words)}I", *words)


def combining(point):
    return unicodedata.combining(chr(point))


def runs(pairs):
    """Neighbouring code points of one value as (first, last, value)."""
    found = []
    for point, value in pairs:
        if found and found[-1][1] == point - 1 and found[-1][2] == value:
            found[-1][1] = point
        else:
            found.append([point, point, value])
    return found


def mapping(table):
    """Keys, starts in the pool (one more than keys), pool."""
    keys = sorted(table)
    starts, pool = [0], []
    for key in keys:
        pool += map(ord, table[key])
        starts.append(len(pool))
    return keys, starts, pool


class Tables:
    """The file as a reader sees it; the algorithms of README.md over it."""

    def __init__(self, data):
        words = struct.unpack(f"<{len(data) // 4}I", data)
        assert data[:4] == MAGIC and words[1] == LAYOUT and words[3] == len(SECTIONS)
        self.version = (words[2] >> 16, words[2] >> 8 & 255, words[2] & 255)
        for index, name in enumerate(SECTIONS):
            offset, count = words[4 + 2 * index], words[5 + 2 * index]
            setattr(self, name, words[offset : offset + count])
        self.assignedFirst, self.classFirst = self.assigned[::2], self.classes[::3]

    def is_assigned(self, point):
        index = bisect_right(self.assignedFirst, point) - 1
        return index >= 0 and point <= self.assigned[2 * index + 1]

    def combining(self, point):
        index = bisect_right(self.classFirst, point) - 1
        return self.classes[3 * index + 2] if index >= 0 and point <= self.classes[3 * index + 1] else 0

    def decomposition(self, point):
        if point in HANGUL:
            syllable = point - 0xAC00
            trail = syllable % 28
            return [0x1100 + syllable // 588, 0x1161 + syllable % 588 // 28] + ([0x11A7 + trail] if trail else [])
        return lookup(self.decompositionKeys, self.decompositionStarts, self.decompositionPool, point)

    def fold(self, point):
        return lookup(self.foldKeys, self.foldStarts, self.foldPool, point)

    def nfd(self, points):
        out = []
        for point in points:
            for part in self.decomposition(point):
                place = len(out)
                if self.combining(part):
                    while place and self.combining(out[place - 1]) > self.combining(part):
                        place -= 1
                out.insert(place, part)
        return out


def lookup(keys, starts, pool, point):
    index = bisect_left(keys, point)
    return list(pool[starts[index] : starts[index + 1]]) if index < len(keys) and keys[index] == point else [point]


def check(tables, version, seed):
    assert version >= tables.version == UNICODE, (version, tables.version)
    known = [point for point in range(0x110000) if tables.is_assigned(point)]
    for point in known:
        character = chr(point)
        assert unicodedata.category(character) not in ("Cn", "Cs"), hex(point)
        assert tables.nfd([point]) == list(map(ord, unicodedata.normalize("NFD", character))), hex(point)
        assert tables.combining(point) == unicodedata.combining(character), hex(point)
        assert tables.fold(point) == list(map(ord, character.casefold())), hex(point)
    if version == UNICODE:
        assert FILE.read_bytes() == build()
    require_strings(tables, known, seed)
    print(f"Unicode {'.'.join(map(str, tables.version))}: {len(known)} code points agree with Python's {unicodedata.unidata_version} (seed {seed})")


def require_strings(tables, known, seed):
    """Random strings rich in combining marks: their order is what single code points cannot show."""
    source = random.Random(seed)
    marks = [point for point in known if tables.combining(point)]
    composed = list(tables.decompositionKeys)
    for _ in range(20_000):
        points = [source.choice(source.choice((marks, composed, known))) for _ in range(source.randrange(1, 12))]
        text = "".join(map(chr, points))
        assert tables.nfd(points) == list(map(ord, unicodedata.normalize("NFD", text))), [hex(point) for point in points]


if __name__ == "__main__":
    main()
