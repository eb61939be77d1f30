import { useCallback, useState } from 'react';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type {
  Binding,
  ModelVersion,
  ModelVersions,
  Run,
} from 'backstage-plugin-modelops-common';
import type { LoadedModel } from '../cards/LoadedModel';
import { NewestRun } from '../cards/NewestRun';
import { useNewestRun } from '../hooks/useNewestRun';
import { usePages } from '../hooks/usePages';
import { useVersions } from '../hooks/useVersions';
import { ErrorNotice } from '../parts/ErrorNotice';
import { Pager } from '../parts/Pager';
import { ReadAge } from '../parts/ReadAge';
import { StateAnnouncer } from '../parts/StateAnnouncer';
import { Waiting } from '../parts/Waiting';
import { CompareBar } from './CompareBar';
import { MetricPlot } from './MetricPlot';
import { VersionPanel } from './VersionPanel';
import { VersionsTable } from './VersionsTable';

export interface VersionsListProps extends LoadedModel {
  binding: Binding;
}

/** Pages of versions, what can be done with one, and how several compare. */
export function VersionsList(props: VersionsListProps) {
  const { binding, model, onStale } = props;
  const pages = usePages(model.entityRef);
  const versions = useVersions(model.entityRef, { cursor: pages.cursor });
  const { refresh } = versions;
  const [selected, setSelected] = useState<readonly string[]>([]);
  const [opened, setOpened] = useState<ModelVersion>();
  const [started, setStarted] = useState<Run>();
  const onOver = useCallback(() => {
    onStale();
    refresh();
  }, [onStale, refresh]);
  const newest = useNewestRun(started, onOver);

  const items = versions.value?.items;
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}>
      <Reading {...versions} binding={binding} />
      <StateAnnouncer run={newest.run} />
      {newest.run && <NewestRun run={newest.run} />}
      {items?.length === 0 && (
        <Typography>
          The registry has no version of this model so far. Train it, and its
          first version appears here.
        </Typography>
      )}
      {items && items.length > 0 && (
        <>
          <CompareBar
            entityRef={model.entityRef}
            selected={selected}
            onClear={() => setSelected([])}
          />
          <VersionsTable
            versions={items}
            selected={selected}
            onSelect={setSelected}
            onOpen={setOpened}
          />
        </>
      )}
      <Pager
        label="versions"
        pages={pages}
        nextCursor={versions.value?.nextCursor}
      />
      {items && <MetricPlot versions={items} />}
      {items && opened && (
        <VersionPanel
          model={model}
          version={opened}
          loaded={items}
          onClose={() => setOpened(undefined)}
          onStarted={run => {
            props.onStarted(run);
            setStarted(run);
            setOpened(undefined);
          }}
        />
      )}
    </Box>
  );
}

/** How old what is shown is; or that it is being read, or cannot be. */
function Reading(props: ReturnType<typeof useVersions> & { binding: Binding }) {
  const { error, reading, refresh, value } = props;
  if (value) {
    return (
      <>
        <ReadAge
          freshness={value.freshness}
          error={error}
          reading={reading}
          onRefresh={refresh}
        />
        <ReadAs readAs={value.readAs} binding={props.binding} />
      </>
    );
  }
  return error ? (
    <ErrorNotice
      title="The versions could not be read"
      error={error}
      onRetry={refresh}
    />
  ) : (
    <Waiting label="Loading versions" lines={5} />
  );
}

/** Whose eyes the registry was read with, where it was not the person's. */
function ReadAs(props: Pick<ModelVersions, 'readAs'> & { binding: Binding }) {
  if (props.readAs === 'person') return null;
  const { connection, platformTitle } = props.binding;
  return (
    <Alert severity="info" role="note">
      Read as the portal's own reader of {connection}, not as you: you may see
      here what {platformTitle} itself would not show you.
    </Alert>
  );
}
