export declare const OPA_VERSION: string;
export declare function opaPath(): string;
export declare function hasOpa(): boolean;
export declare function buildOpa(): void;
