export declare function addonPath(): string;
