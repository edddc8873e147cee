const KEPT_MAX = 1 << 20;

/** A growing run of code points: decoded values and outputs of a window lie in it side by side. */
export class Points {
  data: Uint32Array = new Uint32Array(1 << 14);
  length = 0;

  /** Forgets all; what one huge record needed is given back. */
  clear(): void {
    this.length = 0;
    if (this.data.length > KEPT_MAX) this.data = new Uint32Array(KEPT_MAX);
  }

  /** Makes room for `count` more; `data` may be another array afterwards. */
  reserve(count: number): void {
    if (this.length + count <= this.data.length) return;
    let capacity = this.data.length;
    while (capacity < this.length + count) capacity *= 2;
    const larger = new Uint32Array(capacity);
    larger.set(this.data.subarray(0, this.length));
    this.data = larger;
  }

  push(codes: ArrayLike<number>): void {
    this.reserve(codes.length);
    for (let i = 0; i < codes.length; i++) this.data[this.length++] = codes[i] as number;
  }

  repeat(code: number, count: number): void {
    this.reserve(count);
    this.data.fill(code, this.length, this.length + count);
    this.length += count;
  }
}
