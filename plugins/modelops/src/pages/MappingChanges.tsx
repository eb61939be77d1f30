import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { MappingChange } from 'backstage-plugin-modelops-common';
import { Facts } from '../parts/Facts';
import { TextBlock } from '../parts/TextBlock';
import { mappingLines } from './mappingLines';

export interface MappingChangesProps {
  changes: MappingChange[];
  /** How many differences there are in all; an entry does not list more than some. */
  count?: number;
}

/** What differs between two role mappings, role by role; of a rule or role that stayed, only what changed. */
export function MappingChanges(props: MappingChangesProps) {
  const { changes, count = changes.length } = props;
  return (
    <>
      {count > changes.length && (
        <Typography variant="body2" sx={{ mb: 1 }}>
          The first {changes.length} of {count} differences; compare the
          versions of app-config for the others.
        </Typography>
      )}
      <Box
        component="ul"
        aria-label="Differences"
        sx={{ m: 0, p: 0, listStyle: 'none' }}
      >
        {changes.map((change, place) => (
          <Box
            component="li"
            key={place}
            sx={{ py: 1.5, borderTop: 1, borderColor: 'divider' }}
          >
            <Typography variant="body2" sx={{ fontWeight: 'bold', mb: 0.5 }}>
              {changeWord(change)}
            </Typography>
            <Facts
              facts={[
                ['Before', sideOf(change.before, change.after)],
                ['After', sideOf(change.after, change.before)],
              ]}
            />
          </Box>
        ))}
      </Box>
    </>
  );
}

function changeWord({ role, rule, before, after }: MappingChange): string {
  const what = rule ? `rule ${rule} of role ${role}` : `role ${role}`;
  if (before === undefined) return `Added: ${what}`;
  if (after === undefined) return `Removed: ${what}`;
  return `Changed: ${what}`;
}

function sideOf(json: string | undefined, other: string | undefined) {
  if (json === undefined) return undefined;
  const lines = mappingLines(json, other);
  return lines ? <TextBlock>{lines}</TextBlock> : 'not there';
}
