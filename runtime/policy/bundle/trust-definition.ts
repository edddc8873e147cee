/** Whose bundles are taken, as settings say it. */

export interface TrustedKeyDefinition {
  /** A public key or a certificate in PEM, or a public key as JWK (JSON). */
  readonly key: string;
  readonly algorithm: string;
  /** What bundles signed by it have to claim; none unless said. */
  readonly scope?: string | undefined;
}

export interface TrustDefinition {
  /** By key id: `kid` of the token, for `opa build` what `--verification-key-id` says (`default` unless it is given). */
  readonly keys: Readonly<Record<string, TrustedKeyDefinition>>;
  /** The only key that counts, whatever a token says of its key. */
  readonly key?: string | undefined;
  /** Stands before the scopes of the keys. */
  readonly scope?: string | undefined;
  /** Bundles without a signature are taken, as long as none with one was: for development. */
  readonly dangerUnsigned?: boolean | undefined;
}
