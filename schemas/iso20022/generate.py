#!/usr/bin/env python3
"""Writes a catalogue for each ISO 20022 message definition: the type graph of its XSD with shapes and classes of data.

    python3 schemas/iso20022/generate.py [--messages PREFIX…] [--xsd PATH…] [--out FOLDER] [--check] [--explain]

By default the messages pacs.008 and head.001 of ../shared/samples/xsd go to schemas/catalogues/iso20022. `--check` writes nothing
and fails when a file there differs; `--explain` prints every leaf edge with the rule that classed it. Types whose facets are not
understood are listed on standard error and get the shape `unknown`; a leaf without a class, a construct that the catalogue
cannot express, and a rule of classes.json that is malformed stop the run. Only the standard library is used.
Format and rules: README.md.
"""

import argparse
import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
XSD = "{http://www.w3.org/2001/XMLSchema}"
UNBOUNDED = -1


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--messages", nargs="+", default=["pacs.008", "head.001"], help="beginnings of message names; `all` for every one")
    arguments.add_argument("--xsd", nargs="+", type=Path, default=[PROJECT.parent / "shared/samples/xsd"], help="XSD files or folders of them")
    arguments.add_argument("--out", type=Path, default=HERE.parent / "catalogues/iso20022", help="folder of the catalogues")
    arguments.add_argument("--check", action="store_true", help="compare with the files in the folder instead of writing them")
    arguments.add_argument("--explain", action="store_true", help="print every leaf edge, its shape, its class and the reason")
    options = arguments.parse_args()

    classes = Classes(json.loads((HERE / "classes.json").read_text(encoding="utf-8")))
    catalogues = {}
    for path in xsd_files(options.xsd):
        schema = Schema(path)
        if wanted(schema.message, options.messages):
            if schema.message in catalogues:
                fail(f"two XSDs define {schema.message}")
            catalogues[schema.message] = catalogue_of(schema, classes)
    if not catalogues:
        fail("no XSD of the wanted messages found")
    if classes.unclassed:
        fail("no rule of classes.json classes\n" + "\n".join(sorted(classes.unclassed)))
    report_unknown(catalogues)
    if "all" in options.messages:
        for rule in classes.unused():
            print(f"rule of classes.json that never wins: {rule}", file=sys.stderr)
    if options.explain:
        print("\n".join(sorted(classes.explained)))
    emit(catalogues, options.out, options.check)


def xsd_files(paths):
    for path in paths:
        if path.is_dir():
            yield from sorted(path.glob("*.xsd"))
        elif path.is_file():
            yield path
        else:
            fail(f"no such XSD file or folder: {path}")


def wanted(message, prefixes):
    return "all" in prefixes or any(message == prefix or message.startswith(prefix + ".") for prefix in prefixes)


def report_unknown(catalogues):
    unknown = {}
    for message, catalogue in catalogues.items():
        for name, simple in catalogue["simple"].items():
            if simple["fit"]["shape"] == "unknown":
                unknown.setdefault(name, []).append(message)
    for name, messages in sorted(unknown.items()):
        print(f"shape unknown: {name} in {', '.join(messages)}", file=sys.stderr)


def emit(catalogues, folder, check):
    texts = {f"{message}.json": text_of(catalogue) for message, catalogue in sorted(catalogues.items())}
    if check:
        stale = [name for name, text in texts.items() if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text]
        if stale:
            fail("stale or missing: " + ", ".join(stale))
    else:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    print(f"{len(texts)} catalogues {'compared' if check else 'written'}")


def fail(reason):
    sys.exit(f"schemas/iso20022/generate.py: {reason}")


class Schema:
    """One XSD: its single root element and its named types. ISO's schemas use no imports, groups, or nested type definitions."""

    def __init__(self, path):
        root = ElementTree.parse(path).getroot()
        self.path = path
        self.namespace = root.get("targetNamespace") or fail(f"{path.name} has no target namespace")
        self.message = self.namespace.rsplit(":", 1)[-1]
        self.simple, self.complex, elements = {}, {}, []
        for node in root:
            match node.tag.removeprefix(XSD):
                case "simpleType":
                    self.simple[node.get("name")] = node
                case "complexType":
                    self.complex[node.get("name")] = node
                case "element":
                    elements.append(node)
                case _:
                    self.refuse(node)
        if len(elements) != 1:
            fail(f"{path.name} has {len(elements)} global elements instead of one")
        self.root, self.rootType = elements[0].get("name"), elements[0].get("type")

    def refuse(self, node):
        fail(f"{self.path.name} uses a construct the catalogue cannot express: {node.tag.replace(XSD, 'xs:')} {dict(node.attrib)}")

    def has_text(self, type_name):
        return type_name in self.simple or self.complex[type_name].find(XSD + "simpleContent") is not None


def catalogue_of(schema, classes):
    return {
        "message": schema.message,
        "namespace": schema.namespace,
        "root": schema.root,
        "rootType": schema.rootType,
        "simple": {name: simple_type(schema, schema.simple[name]) for name in sorted(schema.simple)},
        "complex": {name: complex_type(schema, classes, schema.complex[name]) for name in sorted(schema.complex)},
    }


# Complex types

def complex_type(schema, classes, node):
    name = node.get("name")
    content = [child for child in node if child.tag != XSD + "annotation"]
    if len(content) != 1:
        schema.refuse(node)
    body = content[0]
    if body.tag == XSD + "simpleContent":
        return simple_content(schema, classes, name, body)
    if body.tag not in (XSD + "sequence", XSD + "choice"):
        schema.refuse(body)
    require_once(schema, body)
    parts = list(body)
    # The 2006 and 2009 schemas write a choice type as a sequence of one choice.
    if len(parts) == 1 and parts[0].tag == XSD + "choice":
        require_once(schema, parts[0])
        body, parts = parts[0], list(parts[0])
    out = {"content": body.tag.removeprefix(XSD)}
    children, has_any = [], False
    for part in parts:
        if part.tag == XSD + "any":
            has_any = True
        elif part.tag == XSD + "choice":
            require_once(schema, part)
            # A choice among other elements: each of its elements may be missing.
            children += [child_edge(schema, classes, name, element, optional=True) for element in part]
        else:
            children.append(child_edge(schema, classes, name, part))
    if children:
        out["children"] = children
    if has_any:
        out["any"] = True
    return out


def simple_content(schema, classes, name, body):
    extension = body[0]
    if len(body) != 1 or extension.tag != XSD + "extension":
        schema.refuse(body)
    attributes = []
    for attribute in extension:
        if attribute.tag != XSD + "attribute":
            schema.refuse(attribute)
        attribute_name, attribute_type = attribute.get("name"), attribute.get("type")
        data_class = classes.of(name, "@" + attribute_name, attribute_type)
        attributes.append([attribute_name, attribute_type, attribute.get("use") == "required", data_class])
    return {"content": "simple", "text": extension.get("base"), "attributes": attributes}


def child_edge(schema, classes, owner, element, optional=False):
    if element.tag != XSD + "element" or element.get("ref") is not None or len(element):
        schema.refuse(element)
    name, type_name = element.get("name"), element.get("type")
    maximum = element.get("maxOccurs", "1")
    minimum = 0 if optional else int(element.get("minOccurs", "1"))
    edge = [name, type_name, minimum, UNBOUNDED if maximum == "unbounded" else int(maximum)]
    if schema.has_text(type_name):
        edge.append(classes.of(owner, name, type_name))
    return edge


def require_once(schema, node):
    if node.get("minOccurs", "1") != "1" or node.get("maxOccurs", "1") != "1":
        schema.refuse(node)


# Simple types

# Patterns whose language is that of a shape, or smaller in a way that every output of the shape still keeps (README.md, "Shapes").
PATTERN_SHAPES = {
    r"[A-Z]{2,2}": ("country", 2, 2),
    r"[A-Z]{3,3}": ("currency", 3, 3),
    r"[A-Z]{2,2}[0-9]{2,2}[a-zA-Z0-9]{1,30}": ("iban", 5, 34),
    r"[a-zA-Z]{2,2}[0-9]{2,2}[a-zA-Z0-9]{1,30}": ("iban", 5, 34),
    r"[A-Z]{6,6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3,3}){0,1}": ("bic", 8, 11),
    r"[A-Z0-9]{4,4}[A-Z]{2,2}[A-Z0-9]{2,2}([A-Z0-9]{3,3}){0,1}": ("bic", 8, 11),
    r"[A-Z0-9]{18,18}[0-9]{2,2}": ("lei", 20, 20),
    r"[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}": ("uuid4", 36, 36),
    r"\+[0-9]{1,3}-[0-9()+\-]{1,30}": ("phone", 4, 35),
    r"[0-9a-fA-F]+": ("hex", 1, 0),
    r"([0-9A-F][0-9A-F]){32}": ("hex", 64, 64),
}
# One character class, counted; digits may follow a fixed prefix of letters. The counts include the prefix.
COUNTED = re.compile(r"([A-Z]*)\[([^\]]+)\](?:\{([0-9]+)(?:,([0-9]+))?\})?")
COUNTED_SHAPES = {"0-9": "digits", "a-zA-Z0-9": "alphanumeric", "A-Z0-9": "upper-alphanumeric"}
PLAIN_SHAPES = {
    "xs:boolean": "boolean",
    "xs:date": "date",
    "xs:dateTime": "date-time",
    "xs:time": "time",
    "xs:gYear": "year",
}
UNKNOWN = {"shape": "unknown", "min": 0, "max": 0}
# Patterns that no shape describes and their lengths, each with a neutral value for redaction to write: IBEI of the 2006 messages.
UNKNOWN_PATTERNS = {
    r"[A-Z]{2,2}[B-DF-HJ-NP-TV-XZ0-9]{7,7}[0-9]{1,1}": {"shape": "unknown", "min": 10, "max": 10, "values": ["XX00000000"]},
}


def simple_type(schema, node):
    restriction = node[0]
    if len(node) != 1 or restriction.tag != XSD + "restriction":
        schema.refuse(node)
    facets, values = {}, []
    for facet in restriction:
        name = facet.tag.removeprefix(XSD)
        if name == "enumeration":
            values.append(facet.get("value"))
        elif name in facets:
            schema.refuse(facet)
        else:
            facets[name] = facet.get("value")
    out = {"fit": fit_of(node.get("name"), restriction.get("base"), facets, values)}
    if "pattern" in facets:
        out["pattern"] = facets["pattern"]
    return out


def fit_of(name, base, facets, values):
    names = set(facets)
    if base == "xs:string" and values and not names:
        return {"shape": "enum", "min": min(map(len, values)), "max": max(map(len, values)), "values": values}
    if values:
        return UNKNOWN
    if base == "xs:string" and "pattern" in names:
        return pattern_fit(facets)
    if base == "xs:string" and names <= {"minLength", "maxLength"}:
        # A code list without its items, kept outside the schema, has at least a length; without one it is any text.
        shape = "code" if name.endswith("Code") and "maxLength" in names else "text"
        return {"shape": shape, "min": int(facets.get("minLength", 0)), "max": int(facets.get("maxLength", 0))}
    if base == "xs:decimal" and names <= {"totalDigits", "fractionDigits", "minInclusive"} and facets.get("minInclusive", "0") == "0":
        return {"shape": "decimal", "min": 0, "max": int(facets.get("totalDigits", 0)), "fraction": int(facets.get("fractionDigits", 0))}
    if base == "xs:base64Binary" and names <= {"minLength", "maxLength"}:
        # The facets count octets, a fit counts characters: four for every three octets begun.
        return {"shape": "base64", "min": base64_length(facets.get("minLength")), "max": base64_length(facets.get("maxLength"))}
    if base in PLAIN_SHAPES and (not names or base == "xs:dateTime" and facets == {"pattern": ".*Z"}):
        return {"shape": PLAIN_SHAPES[base], "min": 0, "max": 0}
    return UNKNOWN


def pattern_fit(facets):
    pattern = facets["pattern"]
    if pattern in UNKNOWN_PATTERNS and len(facets) == 1:
        return UNKNOWN_PATTERNS[pattern]
    if pattern in PATTERN_SHAPES:
        shape, minimum, maximum = PATTERN_SHAPES[pattern]
        return {"shape": shape, "min": minimum, "max": maximum} if len(facets) == 1 else UNKNOWN
    counted = COUNTED.fullmatch(pattern)
    if counted is None or counted.group(2) not in COUNTED_SHAPES:
        return UNKNOWN
    prefix, characters = counted.group(1), counted.group(2)
    low = int(counted.group(3) or 1)
    fit = {"shape": COUNTED_SHAPES[characters], "min": len(prefix) + low, "max": len(prefix) + int(counted.group(4) or low)}
    # Lengths beside the pattern must say nothing new, and only digits have prefixes in these schemas.
    lengths = {"minLength": str(fit["min"]), "maxLength": str(fit["max"])}
    if any(lengths.get(facet) != value for facet, value in facets.items() if facet != "pattern") or prefix and characters != "0-9":
        return UNKNOWN
    return {**fit, "prefix": prefix} if prefix else fit


def base64_length(octets):
    return 0 if octets is None else (int(octets) + 2) // 3 * 4


# Classes of data

class Classes:
    """classes.json: the first rule whose patterns match the whole owner type, element and type names gives the class."""

    MEMBERS = ("within", "element", "type")

    def __init__(self, table):
        self.known = set(table["classes"])
        self.rules = [self.compiled(rule) for rule in table["rules"]]
        self.used, self.unclassed, self.explained = set(), set(), set()

    def compiled(self, rule):
        if set(rule) - {*self.MEMBERS, "class", "reason"} or not set(rule) & set(self.MEMBERS) or rule["class"] not in self.known or not rule["reason"]:
            fail(f"malformed rule in classes.json: {rule}")
        return [re.compile(rule[member]) if member in rule else None for member in self.MEMBERS], rule

    def unused(self):
        return [rule for _, rule in self.rules if id(rule) not in self.used]

    def of(self, within, element, type_name):
        names = (within, element, type_name)
        for patterns, rule in self.rules:
            if all(pattern is None or pattern.fullmatch(name) for pattern, name in zip(patterns, names, strict=True)):
                self.explained.add(f"{rule['class']:13}{within} {element} {type_name}  ({rule['reason']})")
                self.used.add(id(rule))
                return rule["class"]
        self.unclassed.add(f"{within} {element} {type_name}")
        return None


# Writing: one line for each simple type and each child, so that a diff between versions shows what changed

def text_of(catalogue):
    lines = ["{"]
    lines += [f' "{member}": {dump(catalogue[member])},' for member in ("message", "namespace", "root", "rootType")]
    simple = [f"  {dump(name)}: {dump(value)}" for name, value in catalogue["simple"].items()]
    complex_ = [f"  {dump(name)}: {complex_text(value)}" for name, value in catalogue["complex"].items()]
    lines += [' "simple": {', ",\n".join(simple), " },", ' "complex": {', ",\n".join(complex_), " }", "}"]
    return "\n".join(lines) + "\n"


def complex_text(value):
    if "children" not in value:
        return dump(value)
    head = f'{{"content":{dump(value["content"])},"children":[\n'
    tail = '],"any":true}' if value.get("any") else "]}"
    return head + ",\n".join(f"   {dump(child)}" for child in value["children"]) + tail


def dump(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


if __name__ == "__main__":
    main()
