import type { ModelVersion } from 'backstage-plugin-modelops-common';
import type { useVersions } from '../hooks/useVersions';
import { ErrorNotice } from '../parts/ErrorNotice';
import { SelectField } from '../parts/SelectField';
import { Waiting } from '../parts/Waiting';

export interface VersionFieldProps {
  versions: ReturnType<typeof useVersions>;
  /** Empty while none is chosen. */
  version: string;
  onChange: (version: string) => void;
}

/** Which version: the ready ones, newest first, with their aliases. */
export function VersionField(props: VersionFieldProps) {
  const { version, versions } = props;
  if (!versions.value) {
    return versions.error ? (
      <ErrorNotice
        title="The versions could not be read"
        error={versions.error}
        onRetry={versions.refresh}
      />
    ) : (
      <Waiting label="Loading the versions" lines={1} />
    );
  }
  const { items, nextCursor } = versions.value;
  const ready = items.filter(({ state }) => state === 'ready');
  const listed = ready.some(one => one.version === version);
  return (
    <SelectField
      name="version"
      label="Version"
      value={version}
      options={[
        ...(version === '' ? [['', ''] as const] : []),
        ...(version !== '' && !listed ? [[version, version] as const] : []),
        ...ready.map(one => [one.version, wordOf(one)] as const),
      ]}
      help={helpOf(ready.length, nextCursor !== undefined)}
      onChange={props.onChange}
      fullWidth
    />
  );
}

function wordOf({ aliases, version }: ModelVersion): string {
  return aliases.length > 0 ? `${version} (${aliases.join(', ')})` : version;
}

function helpOf(count: number, more: boolean): string {
  if (count === 0) return 'The model has no version that is ready.';
  return more
    ? 'Versions that are ready, newest first. Older ones can be deployed from the tab Versions.'
    : 'Versions that are ready, newest first.';
}
