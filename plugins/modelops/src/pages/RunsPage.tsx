import { useState } from 'react';
import Box from '@mui/material/Box';
import {
  type RunAction,
  runActionSchema,
  type RunState,
  runStateSchema,
} from 'backstage-plugin-modelops-common';
import { RunsList } from '../parts/RunsList';
import { ACTION_WORDS, STATE_WORDS } from '../parts/words';
import { SelectFilter } from './SelectFilter';

/** All runs the person may see. */
export function RunsPage() {
  const [state, setState] = useState('');
  const [action, setAction] = useState('');
  return (
    <Box>
      <Box
        role="group"
        aria-label="Filters"
        sx={{ display: 'flex', flexWrap: 'wrap', gap: 2, mb: 2 }}
      >
        <SelectFilter
          label="State"
          value={state}
          options={runStateSchema.options.map(option => [
            option,
            STATE_WORDS[option],
          ])}
          onChange={setState}
        />
        <SelectFilter
          label="Action"
          value={action}
          options={runActionSchema.options.map(option => [
            option,
            ACTION_WORDS[option],
          ])}
          onChange={setAction}
        />
      </Box>
      <RunsList
        caption="Runs, newest first"
        query={{
          state: (state || undefined) as RunState | undefined,
          action: (action || undefined) as RunAction | undefined,
        }}
        showModel
        emptyText={
          state || action
            ? 'No run matches these filters.'
            : 'No run that you may see was started so far.'
        }
      />
    </Box>
  );
}
