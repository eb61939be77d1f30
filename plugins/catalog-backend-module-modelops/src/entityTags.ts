/** Most tags of an entity; more say nothing to a reader. */
const MAX_TAGS = 20;
/** Source: catalog-model, makeValidator, isValidTag. */
const MAX_TAG = 63;

/**
 * Tags of a platform as Backstage takes them, `team:fraud-ml`: lower case, other characters become `-`. A tag of which nothing
 * is left is left out. In alphabetical order, each once.
 */
export function toEntityTags(tags: Readonly<Record<string, string>>): string[] {
  const made = Object.entries(tags).flatMap(([key, value]) => {
    const tag = [toTag(key), toTag(value)]
      .filter(Boolean)
      .join(':')
      .slice(0, MAX_TAG)
      .replace(/-+$/, '');
    return tag ? [tag] : [];
  });
  return [...new Set(made)].sort().slice(0, MAX_TAGS);
}

function toTag(text: string): string {
  return text
    .slice(0, MAX_TAG * 2)
    .toLowerCase()
    .replace(/[^a-z0-9+#]+/g, '-')
    .replace(/^-+|-+$/g, '');
}
