/** Offsets as the command line has them: `raw.payments/0:100,raw.payments/1:50`. */
import { BautaError } from "../kit/errors.ts";
import type { Position } from "./addon.ts";

/** Records of a partition: `from` is the first, `to` is behind the last. */
export interface PartitionRange {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

const OFFSET = /^([A-Za-z0-9._-]{1,249})\/(\d{1,9}):(\d{1,15})$/;

/**
 * Offsets, separated by commas or white space.
 * @throws BautaError 1001
 */
export function parseOffsets(text: string, option: string): readonly Position[] {
  const found = new Map<string, Position>();
  for (const word of text.split(/[\s,]+/).filter((one) => one !== "")) {
    const [, topic, partition, offset] = OFFSET.exec(word) ?? [];
    if (topic === undefined) throw new BautaError(1001, { detail: `${option} takes TOPIC/PARTITION:OFFSET, separated by commas` });
    const place = `${topic}/${Number(partition)}`;
    if (found.has(place)) throw new BautaError(1001, { detail: `${option} names ${place} twice` });
    found.set(place, { topic, partition: Number(partition), offset: Number(offset) });
  }
  if (found.size === 0) throw new BautaError(1001, { detail: `${option} names no partition` });
  return [...found.values()];
}

/** Name of a partition: `raw.payments/0`. */
export const placeOf = ({ topic, partition }: Pick<Position, "topic" | "partition">): string => `${topic}/${partition}`;

/** A part of many, such as 2 of 4. */
export interface Share {
  readonly part: number;
  readonly of: number;
}

/** @throws BautaError 1001 */
export function parseShare(text: string): Share {
  const [, part, of] = /^([1-9]\d{0,2})\/([1-9]\d{0,2})$/.exec(text) ?? [];
  if (part === undefined || Number(part) > Number(of)) throw new BautaError(1001, { detail: "--share takes PART/PARTS, such as 2/4" });
  return { part: Number(part), of: Number(of) };
}

/** A share of each range: the shares of all are the ranges, and no two meet. */
export function sharedRanges(ranges: readonly PartitionRange[], { part, of }: Share): readonly PartitionRange[] {
  return ranges.map(({ topic, partition, from, to }) => {
    const upTo = (parts: number): number => from + Math.floor(((to - from) * parts) / of);
    return { topic, partition, from: upTo(part - 1), to: upTo(part) };
  });
}
