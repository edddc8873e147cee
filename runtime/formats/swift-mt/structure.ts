/**
 * The order of fields of a message, compiled from its notation: for each place the places that may follow it, so that one look-up tells
 * where a field stands.
 */
import { BautaError } from "../../kit/errors.ts";
import { type Option, type Place, type Structure, tagKey } from "./layout.ts";
import { COPY, type OrderNode, parseOrder } from "./notation.ts";

/** What stands before the first place of a message. */
export const START = -1;

/** Sequences of a message: names in the order of their first field; the first has none. */
export interface OrderTags {
  readonly sequence: string;
  readonly tags: readonly string[];
}

/** Tags by sequence, each once. `copy` is a sequence of its own. */
export function tagsBySequence(order: string): readonly OrderTags[] {
  const found = new Map<string, Set<string>>();
  const visit = (nodes: readonly OrderNode[], sequence: string): void => {
    for (const node of nodes) {
      if (node.kind === "group") visit(node.nodes, node.sequence === "" ? sequence : node.sequence);
      else {
        const name = node.tags[0] === COPY ? COPY : sequence;
        const tags = found.get(name) ?? new Set();
        for (const tag of node.tags) tags.add(tag);
        found.set(name, tags);
      }
    }
  };
  visit(parseOrder(order), "");
  return [...found].map(([sequence, tags]) => ({ sequence, tags: [...tags] }));
}

/** @param options by the name of their sequence */
export function compileStructure(
  flag: string,
  order: string,
  options: ReadonlyMap<string, ReadonlyMap<number, Option>>,
): Omit<Structure, "nonSwift"> {
  const builder = new Builder(options);
  const whole = builder.row(parseOrder(order), { sequence: "", repeat: false, optional: false });
  const next = builder.places.map((_, place) => followers(builder.places, builder.follow[place] as readonly number[]));
  const start = followers(builder.places, whole.first);
  return {
    flag,
    places: builder.places,
    follow: (place, key) => (place === START ? start : (next[place] as ReadonlyMap<number, number>)).get(key) ?? -1,
    isEnd: (place) => (place === START ? whole.isNullable : whole.last.includes(place)),
  };
}

/** What a part of an order begins and ends with, and whether it may be missing. */
interface Part {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly isNullable: boolean;
}

/** What a place is in. */
interface Around {
  readonly sequence: string;
  readonly repeat: boolean;
  readonly optional: boolean;
}

class Builder {
  readonly places: Place[] = [];
  /** By place: what may stand behind it. */
  readonly follow: number[][] = [];
  private readonly options: ReadonlyMap<string, ReadonlyMap<number, Option>>;

  constructor(options: ReadonlyMap<string, ReadonlyMap<number, Option>>) {
    this.options = options;
  }

  row(nodes: readonly OrderNode[], around: Around): Part {
    let part: Part = { first: [], last: [], isNullable: true };
    for (const node of nodes) {
      const inner =
        node.kind === "field"
          ? this.place(node, around)
          : this.row(node.nodes, {
              sequence: node.sequence === "" ? around.sequence : node.sequence,
              repeat: around.repeat || node.repeat,
              optional: around.optional || node.optional,
            });
      if (node.repeat) this.join(inner.last, inner.first);
      this.join(part.last, inner.first);
      const isNullable = inner.isNullable || node.optional;
      part = {
        first: part.isNullable ? [...part.first, ...inner.first] : part.first,
        last: isNullable ? [...part.last, ...inner.last] : inner.last,
        isNullable: part.isNullable && isNullable,
      };
    }
    return part;
  }

  private join(from: readonly number[], to: readonly number[]): void {
    for (const place of from) (this.follow[place] as number[]).push(...to);
  }

  private place(node: OrderNode & { readonly kind: "field" }, { sequence, repeat, optional }: Around): Part {
    const index = this.places.length;
    const isCopy = node.tags[0] === COPY;
    const name = isCopy ? COPY : sequence;
    const options = this.options.get(name) ?? new Map<number, Option>();
    const tag = node.tags[0] as string;
    this.places.push({
      label: isCopy ? COPY : node.tags.length > 1 ? `${tag.slice(0, 2)}a` : tag,
      number: isCopy ? 0 : numberOf(tag),
      sequence: name,
      options,
      keys: isCopy ? new Set(options.keys()) : new Set(node.tags.map(keyOf)),
      mandatory: !node.optional,
      required: !node.optional && !optional,
      repeat: node.repeat || repeat,
    });
    this.follow.push([]);
    return { first: [index], last: [index], isNullable: node.optional };
  }
}

/** Places by the tags that lead to them. Two places for one tag would be two readings of one message. */
function followers(places: readonly Place[], follow: readonly number[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const index of new Set(follow)) {
    const { keys, label, sequence } = places[index] as Place;
    for (const key of keys) {
      // The first of two optional fields of one tag, one behind the other (34F of MT942), and a copy's fields behind the message's own.
      const before = places[found.get(key) ?? index] as Place;
      if (found.has(key) && before.label !== label && sequence !== COPY)
        throw new BautaError(9001, { detail: `catalogue swift-mt: ${label} stands in two places` });
      if (!found.has(key)) found.set(key, index);
    }
  }
  return found;
}

function numberOf(tag: string): number {
  return Number(tag.slice(0, 2));
}

/** `tagKey` of a tag as it is written. */
export function keyOf(tag: string): number {
  return tagKey(numberOf(tag), tag.length === 2 ? 0 : tag.charCodeAt(2) - 0x40);
}
