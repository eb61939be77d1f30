import Box from '@mui/material/Box';
import { AUDIT_CODES, type AuditEntry } from 'backstage-plugin-modelops-common';
import { Facts } from '../parts/Facts';
import { ParameterList } from '../parts/ParameterList';
import { Part } from '../parts/Part';
import { PlatformLink } from '../parts/PlatformLink';
import { SidePanel } from '../parts/SidePanel';
import { Time } from '../parts/Time';
import { hintFor } from '../parts/words';
import { MappingChanges } from './MappingChanges';

export interface AuditEntryPanelProps {
  entry: AuditEntry;
  onClose: () => void;
}

/** Everything an entry holds, with the hashes that chain it to the one before. */
export function AuditEntryPanel(props: AuditEntryPanelProps) {
  const { entry } = props;
  const refusal = entry.refusalCode && (
    <>
      <code>{entry.refusalCode}</code> {hintFor(entry.refusalCode)}
    </>
  );
  return (
    <SidePanel title={`Entry ${entry.sequence}`} onClose={props.onClose}>
      <Box sx={{ display: 'flex', flexDirection: 'column', gap: 3 }}>
        <Facts
          facts={[
            ['Code', <code>{entry.code}</code>],
            ['Meaning', AUDIT_CODES[entry.code]],
            ['Time', <Time at={entry.time} />],
            ['Outcome', entry.outcome],
            ['Refusal', refusal],
            ['Detail', entry.detail],
            ['Count', entry.mappingChanges ? undefined : entry.count],
            ['Actor', entry.actor],
            ['Agent', entry.agent],
            ['Subject of the token', entry.tokenSubject],
            ['Groups', entry.groups?.join(', ')],
            ['Role', entry.role],
            ['Rule', entry.rule],
            ['Mapping hash', entry.mappingHash],
            ['Mapping hash before', entry.previousMappingHash],
            ['Action', entry.action],
            ['Operation', entry.operation],
            ['Entity', entry.entityRef],
            ['Connections', entry.connections?.join(', ')],
            ['Resources', entry.resources?.join(', ')],
            ['Principal', entry.principal],
            ['Credential', entry.credential?.fingerprint],
            [
              'Credential expires',
              entry.credential && <Time at={entry.credential.expiresAt} />,
            ],
            ['Reason', entry.reason],
            ['Run', entry.runId],
            ['From state', entry.fromState],
            ['To state', entry.toState],
            ['Job on the platform', entry.platformRunId],
            [
              'Link',
              entry.platformRunUrl && (
                <PlatformLink
                  platform="the platform"
                  url={entry.platformRunUrl}
                />
              ),
            ],
            ['Request id', entry.requestId],
            ['Client address', entry.clientAddress],
            ['Trace id', entry.traceId],
            ['Parameters hash', entry.parametersHash],
          ]}
        />
        {entry.parameters && (
          <Part title="Parameters">
            <ParameterList parameters={entry.parameters} />
          </Part>
        )}
        {entry.mappingChanges && (
          <Part title="What changed in the role mapping">
            <MappingChanges
              changes={entry.mappingChanges}
              count={entry.count}
            />
          </Part>
        )}
        <Part title="Chain">
          <Facts
            facts={[
              ['Previous hash', <code>{entry.previousHash}</code>],
              ['Hash', <code>{entry.hash}</code>],
            ]}
          />
        </Part>
      </Box>
    </SidePanel>
  );
}
