/** A file to which durable lines are added, and which is put in place anew in one step. */
import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync } from "node:fs";
import { BautaError } from "../kit/errors.ts";
import { replaceFile } from "./replace.ts";
import { writeAll, writeError } from "./write.ts";

/** What pipeline/journal-file.ts keeps a journal in. */
export class GrowingFile {
  readonly #path: string;
  #file = -1;

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws BautaError 7002 or 7003; the older file is as it was */
  replace(bytes: Uint8Array): void {
    this.close();
    replaceFile(this.#path, bytes);
  }

  /** @throws BautaError 7002 or 7003; the file is as it was, or ends with a line that is not whole */
  append(bytes: Uint8Array): void {
    let before = -1;
    try {
      if (this.#file < 0) this.#file = openSync(this.#path, "a");
      before = fstatSync(this.#file).size;
      writeAll(this.#file, bytes, this.#path);
      fdatasyncSync(this.#file);
    } catch (error) {
      this.#cutTo(before);
      throw error instanceof BautaError ? error : writeError((error as NodeJS.ErrnoException).code, this.#path);
    }
  }

  close(): void {
    if (this.#file >= 0) closeSync(this.#file);
    this.#file = -1;
  }

  /** A part of a line does no harm; without it there is more room. */
  #cutTo(size: number): void {
    try {
      if (size >= 0) ftruncateSync(this.#file, size);
    } catch {
      // The error that brought us here is the one to tell.
    }
  }
}
