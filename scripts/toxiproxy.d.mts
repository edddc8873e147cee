export const TOXIPROXY_VERSION: string;
export function toxiproxyPath(): string;
export function hasToxiproxy(): boolean;
export function buildToxiproxy(): void;
