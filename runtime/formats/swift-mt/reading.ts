/** What is known while one record is read: where its values go, and the first reason to refuse it. */
import { VALUES_MAX } from "../../kit/limits.ts";
import type { Batch } from "../../record/tables.ts";
import { type Field, UNCOVERED } from "../api.ts";
import { isDate } from "./dates.ts";
import type { Component } from "./layout.ts";

/** No reason to refuse. Every reading function returns this or the number of an issue. */
export const FINE = 0;

/** State of the record that is being read; one object is reused for all records of a scanner. */
export class Reading {
  batch!: Batch;
  input!: Uint8Array;
  /** Operation by field index of the message type. */
  operations!: Int32Array;
  fields!: readonly Field[];
  strict = true;
  /** 0 for the message, else the number of the field in the record: what is said of one party belongs together. */
  scope = 0;
  valueFirst = 0;
  faultOffset = 0;
  faultLength = 0;
  faultPath = "";

  /** Lines of the block 4 field that is being read. */
  lineCount = 0;
  lineStarts: Uint32Array = new Uint32Array(64);
  lineEnds: Uint32Array = new Uint32Array(64);

  /** Notes where and why; returns the issue. */
  refuse(issue: number, start: number, end: number, path: string): number {
    this.faultOffset = start;
    this.faultLength = end - start;
    this.faultPath = path;
    return issue;
  }

  /** Opens a value; its segments follow. A field that no rule covers is refused (2201). */
  open(component: Component, start: number): number {
    const operation = this.operations[component.index] as number;
    if (operation === UNCOVERED) return this.refuse(2201, start, start, (this.fields[component.index] as Field).path);
    if (this.batch.valueCount - this.valueFirst >= VALUES_MAX) return this.refuse(2104, start, start, "");
    this.batch.addValue(operation, component.index, this.scope);
    return FINE;
  }

  /** A value of one segment; empty ones are none. */
  value(component: Component, start: number, end: number, encoding: number): number {
    if (start >= end) return FINE;
    if (component.noDay !== undefined && !this.strict && !isDate(this.input, start))
      return this.value(component.noDay, start, end, encoding);
    const issue = this.open(component, start);
    if (issue === FINE) this.batch.addSegment(start, end, encoding);
    return issue;
  }

  addLine(start: number, end: number): void {
    const index = this.lineCount;
    if (index === this.lineStarts.length) {
      this.lineStarts = doubled(this.lineStarts);
      this.lineEnds = doubled(this.lineEnds);
    }
    this.lineStarts[index] = start;
    this.lineEnds[index] = end;
    this.lineCount = index + 1;
  }
}

function doubled(table: Uint32Array): Uint32Array {
  const larger = new Uint32Array(table.length * 2);
  larger.set(table);
  return larger;
}
