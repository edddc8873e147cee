"""lxml + hmac: parse, set the text of the twelve leaves, serialise."""

import json
import sys

import common
from lxml import etree

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"
LEAVES = [
    ("PmtId/EndToEndId", common.reference),
    ("PmtId/UETR", common.uetr),
    ("Dbtr/Nm", common.name),
    ("Dbtr/PstlAdr/StrtNm", common.street),
    ("Dbtr/PstlAdr/PstCd", common.postcode),
    ("Dbtr/PstlAdr/TwnNm", common.town),
    ("DbtrAcct/Id/IBAN", common.iban),
    ("DbtrAgt/FinInstnId/BICFI", common.bic),
    ("CdtrAgt/FinInstnId/BICFI", common.bic),
    ("Cdtr/Nm", common.name),
    ("CdtrAcct/Id/IBAN", common.iban),
    ("RmtInf/Ustrd", common.text),
]


def tree_of(leaves):
    """Tags by level, down to the function that masks a leaf."""
    tree = {}
    for names, mask in leaves:
        level = tree
        *parents, last = [f"{{{NAMESPACE}}}{name}" for name in names.split("/")]
        for name in parents:
            level = level.setdefault(name, {})
        level[last] = mask
    return tree


TREE = tree_of(LEAVES)


def visit(element, level):
    """A walk by tag: quicker here than a path or a compiled XPath for each leaf."""
    for child in element:
        found = level.get(child.tag)
        if found is None:
            continue
        if type(found) is dict:
            visit(child, found)
        else:
            child.text = found(child.text)


def work(message):
    root = etree.fromstring(message)
    visit(root[0][1], TREE)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def main():
    source, output = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        messages = [message.encode() for message in json.load(file)]
    facts = {
        "peer": "lxml + hmac",
        "version": etree.__version__,
        "leaves": len(LEAVES),
        "less": "no FPE: IBANs are tokens with wrong check digits; names from lists of 16, without language or sex; not reversible; no check of what it keeps",
    }
    common.serve(facts, work, messages, output)


if __name__ == "__main__":
    main()
