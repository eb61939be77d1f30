import type { AuditVerification } from 'backstage-plugin-modelops-common';
import Box from '@mui/material/Box';
import { Facts } from '../parts/Facts';
import { Time } from '../parts/Time';
import { countWord, deliveryWord, entriesWord } from './ledgerWords';

export interface LedgerFactsProps {
  verification: AuditVerification;
}

/** What a verification looked at, and how far the proof from outside the database goes. */
export function LedgerFacts(props: LedgerFactsProps) {
  const { verification } = props;
  const { fromSequence, toSequence, newestCheckpoint } = verification;
  const { archivedEntries, anchoredSequence } = verification;
  return (
    <Facts
      label="Result of the verification"
      facts={[
        [
          'Checked',
          toSequence === 0 ? 'none' : entriesWord(fromSequence, toSequence),
        ],
        [
          'Newest anchored entry',
          anchoredSequence === 0 ? 'none' : anchoredSequence,
        ],
        ['Not anchored yet', tailWord(verification)],
        [
          'Newest checkpoint',
          newestCheckpoint ? (
            <>
              on entry {newestCheckpoint.sequence}, set at{' '}
              <Time at={newestCheckpoint.time} />, signed with the key{' '}
              <code>{newestCheckpoint.keyId}</code>
            </>
          ) : (
            'none'
          ),
        ],
        [
          'Archived',
          archivedEntries === 0
            ? 'none; everything is in the database'
            : `${countWord(
                archivedEntries,
              )} moved to files; a signed stub stands for them`,
        ],
        ['Checkpoints outside the database', <Sinks {...verification} />],
      ]}
    />
  );
}

function tailWord({ intact, unanchoredEntries }: AuditVerification): string {
  if (unanchoredEntries === 0) return 'none';
  const count = countWord(unanchoredEntries);
  return intact
    ? `${count}; if the end of the ledger were cut off there, it might go unnoticed`
    : count;
}

function Sinks(props: Pick<AuditVerification, 'sinks' | 'newestCheckpoint'>) {
  if (props.sinks.length === 0) {
    return (
      <>
        none; add a place under <code>modelops.audit.checkpoints.sinks</code>
      </>
    );
  }
  return (
    <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none' }}>
      {props.sinks.map(sink => (
        <li key={sink.id}>
          {sink.id} ({sink.kind === 'file' ? 'file' : 'HTTP address'}){' '}
          {deliveryWord(sink, props.newestCheckpoint)}
        </li>
      ))}
    </Box>
  );
}
