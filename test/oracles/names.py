"""The name form of docs/internals/people.md, written from that page alone: an independent judge of which spellings are one party.

Reads one JSON string a line, writes its name form a line. Options: --truncated, --initials.
"""

import argparse
import json
import sys
import unicodedata
from pathlib import Path

FORMS = Path(__file__).parents[2] / "schemas" / "people" / "forms.txt"
NOTHING = set("'`\u02bc\u2018\u2019\u201b\u00ad\u2060\ufeff") | {chr(point) for point in range(0x200B, 0x2010)}
SPACES = {"\u1680", "\u202f", "\u205f", "\u2212", "\u3000"} | {chr(point) for point in [*range(0x2000, 0x200B), *range(0x2010, 0x2016)]}
LETTERS = {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "ŧ": "t", "þ": "th"}
WHITE = " \t\n\r\u00a0"


def text_form(value):
    """TEXT: decomposed, runs of white space to one space, trimmed."""
    decomposed = unicodedata.normalize("NFD", value)
    out = []
    for character in decomposed:
        if character in WHITE:
            if out and out[-1] != " ":
                out.append(" ")
        else:
            out.append(character)
    return "".join(out).rstrip(" ")


def shorten(word):
    out = []
    at = 0
    while at < len(word):
        out.append(word[at])
        at += 2 if word[at] in "aou" and word[at + 1 : at + 2] == "e" else 1
    return "".join(out)


def sides_of(folded):
    """The words on each side of the commas (step 1 done)."""
    sides = [[]]
    word = []

    def end():
        if word:
            sides[-1].append(shorten("".join(word)))
            word.clear()

    for character in folded:
        if unicodedata.combining(character) or character in NOTHING:
            continue
        if character in LETTERS:
            word.append(LETTERS[character])
        elif character in "&+":
            end()
            sides[-1].append("&")
        elif character == ",":
            end()
            sides.append([])
        elif (character.isascii() and not character.isalnum()) or character in SPACES:
            end()
        else:
            word.append(character)
    end()
    return sides


def joined(words):
    """Step 3: single letters that follow one another are one word."""
    out = []
    run = False
    for word in words:
        single = len(word) == 1 and word.isascii() and word.isalpha()
        if single and run:
            out[-1] += word
        else:
            out.append(word)
        run = single
    return out


def lists():
    found = {}
    entries = None
    for line in FORMS.read_text("utf-8").split("\n")[1:]:
        if line.startswith("@"):
            entries = found.setdefault(line[1:].split(" ")[0], set())
        elif line:
            words = sides_of(line.split("=")[0].casefold())[0]
            entries.add(" ".join(joined(words)))
    return found


LISTS = lists()


def name_form(value, truncated=False, initials=False):
    text = text_form(value)
    if truncated:
        text = text[:35].rstrip(" ")
    folded = unicodedata.normalize("NFD", text_form(unicodedata.normalize("NFD", text).casefold()))
    sides = sides_of(folded)
    if len(sides) == 2 and sides[1]:
        behind = " ".join(joined(sides[1]))
        if behind not in LISTS["legal"] and behind not in LISTS["suffix"]:
            sides.reverse()
    words = [word for side in sides for word in joined(side)]
    words = without_titles(words)
    if initials and not is_organisation(words) and len(words) > 1:
        words = [words[0][:1], words[-1]]
    return " ".join(words) or folded


def without_titles(words):
    def strip(take):
        nonlocal words
        for count in range(min(4, len(words) - 1), 0, -1):
            if take(count):
                return True
        return False

    def title(count):
        nonlocal words
        if " ".join(words[:count]) in LISTS["title"]:
            words = words[count:]
            return True
        return False

    def suffix(count):
        nonlocal words
        if " ".join(words[-count:]) in LISTS["suffix"]:
            words = words[:-count]
            return True
        return False

    while strip(title):
        pass
    while strip(suffix):
        pass
    return words


def is_organisation(words):
    if any(word == "&" or word in LISTS["organisation"] or any("0" <= character <= "9" for character in word) for word in words):
        return True
    for end in range(len(words), 1, -1):
        for count in range(min(6, end - 1), 0, -1):
            start = end - count
            form = " ".join(word for word in words[start:end] if word != "&")
            inside = end < len(words)
            if form in LISTS["legal"] and words[start - 1] not in LISTS["particle"] and not (inside and len(form) < 3):
                return True
    return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--truncated", action="store_true")
    parser.add_argument("--initials", action="store_true")
    options = parser.parse_args()
    for line in sys.stdin:
        sys.stdout.write(name_form(json.loads(line), options.truncated, options.initials) + "\n")


if __name__ == "__main__":
    main()
