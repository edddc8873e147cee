export interface NamedRuntime {
  readonly name: string;
  readonly package: string;
  readonly version: string;
  readonly file: string;
}
export declare const RUNTIMES: readonly NamedRuntime[];
export declare function runtimePath(runtime: NamedRuntime): string | undefined;
export declare function installRuntimes(): void;
