import { useCallback, useEffect, useState } from 'react';
import Box from '@mui/material/Box';
import { useApi } from '@backstage/frontend-plugin-api';
import type {
  ModelDetail,
  ModelVersion,
  Run,
} from 'backstage-plugin-modelops-common';
import { modelopsApiRef } from '../api';
import { ActionButton } from '../cards/ActionButton';
import { DeployDialog } from '../cards/DeployDialog';
import { type BoundAction, boundActions } from '../cards/LoadedModel';
import { useOnDemand } from '../hooks/useOnDemand';
import { Aliases } from '../parts/Aliases';
import { ErrorNotice } from '../parts/ErrorNotice';
import { Facts } from '../parts/Facts';
import { ParameterList } from '../parts/ParameterList';
import { Part } from '../parts/Part';
import { SidePanel } from '../parts/SidePanel';
import { Time } from '../parts/Time';
import { VersionStateChip } from '../parts/VersionStateChip';
import { Waiting } from '../parts/Waiting';
import { metricWord } from '../parts/words';
import { AliasDialog } from './AliasDialog';
import { ServedBy } from './ServedBy';
import { VersionSource } from './VersionSource';

export interface VersionPanelProps {
  model: ModelDetail;
  version: ModelVersion;
  /** Versions that are known, to say where an alias is now. */
  loaded: readonly ModelVersion[];
  onClose: () => void;
  onStarted: (run: Run) => void;
}

/** Everything about one version, and what can be done with it. */
export function VersionPanel(props: VersionPanelProps) {
  const { model, version } = props;
  const [open, setOpen] = useState<'alias' | 'deploy'>();
  const close = () => setOpen(undefined);
  const aliases = boundActions(model, 'set-alias');
  const deploys = boundActions(model, 'deploy');
  return (
    <SidePanel title={`Version ${version.version}`} onClose={props.onClose}>
      <Box sx={{ display: 'flex', flexDirection: 'column', gap: 3 }}>
        <Facts
          facts={[
            ['State', <VersionStateChip state={version.state} />],
            ['Aliases', <Aliases aliases={version.aliases} />],
            ['Description', version.description],
            ['Made', version.createdAt && <Time at={version.createdAt} />],
            ['Made by', version.createdBy],
            ['Made from', <VersionSource version={version} />],
            ['Served', <ServedBy servedBy={version.servedBy} />],
          ]}
        />
        <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
          {aliases.length > 0 && (
            <ActionButton
              size="small"
              variant="outlined"
              aria-haspopup="dialog"
              reason={reasonAgainst(aliases, version)}
              onClick={() => setOpen('alias')}
            >
              Set alias…
            </ActionButton>
          )}
          {deploys.length > 0 && (
            <ActionButton
              size="small"
              variant="outlined"
              aria-haspopup="dialog"
              reason={reasonAgainst(deploys, version)}
              onClick={() => setOpen('deploy')}
            >
              Deploy…
            </ActionButton>
          )}
        </Box>
        {version.metrics.length > 0 && (
          <Part title="Metrics">
            <Facts
              facts={version.metrics.map(({ name, value }) => [
                name,
                metricWord(value),
              ])}
            />
          </Part>
        )}
        <TrainedWith entityRef={model.entityRef} version={version.version} />
      </Box>
      {open === 'alias' && (
        <AliasDialog
          entityRef={model.entityRef}
          version={version.version}
          loaded={props.loaded}
          onClose={close}
          onStarted={props.onStarted}
        />
      )}
      {open === 'deploy' && (
        <DeployDialog
          model={model}
          version={version.version}
          onClose={close}
          onStarted={props.onStarted}
        />
      )}
    </SidePanel>
  );
}

/** Why none of the actions can be done with a version; nothing if one can. */
function reasonAgainst(
  actions: readonly BoundAction[],
  version: ModelVersion,
): string | undefined {
  if (actions.every(({ allowed }) => !allowed)) {
    return actions[0].reason?.message ?? 'You may not do this.';
  }
  return version.state === 'ready'
    ? undefined
    : 'This can be done as soon as the version is ready.';
}

function TrainedWith(props: { entityRef: string; version: string }) {
  const { entityRef, version } = props;
  const api = useApi(modelopsApiRef);
  const detail = useOnDemand(
    useCallback(
      () => api.getVersion(entityRef, version),
      [api, entityRef, version],
    ),
  );
  const { load } = detail;
  useEffect(() => {
    load();
  }, [load]);
  return (
    <Part title="Parameters">
      {detail.value && (
        <ParameterList
          parameters={detail.value.parameters}
          emptyText="The registry knows of none."
        />
      )}
      {!detail.value && detail.loading && (
        <Waiting label="Loading the parameters" />
      )}
      {detail.error && !detail.loading && (
        <ErrorNotice
          title="The parameters could not be read"
          error={detail.error}
          onRetry={load}
        />
      )}
    </Part>
  );
}
