/** Splits a full entity reference, `kind:namespace/name`. Throws a TypeError on anything else. */
export function parseEntityRef(entityRef: string): {
  kind: string;
  namespace: string;
  name: string;
} {
  const match = /^([^:/]+):([^:/]+)\/([^:/]+)$/.exec(entityRef);
  if (!match)
    throw new TypeError(
      `'${entityRef}' is not a full entity reference, kind:namespace/name`,
    );
  return { kind: match[1], namespace: match[2], name: match[3] };
}
