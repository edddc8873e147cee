export declare function addonPath(): string;
/** The same of the addon over librdkafka. */
export declare function kafkaAddonPath(): string;
