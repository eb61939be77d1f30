import { useEffect, useState } from 'react';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { unstable_useId as useId } from '@mui/material/utils';
import {
  planStop,
  type Run,
  type Serving,
  type StartRunRequest,
} from 'backstage-plugin-modelops-common';
import { useStartRun } from '../hooks/useStartRun';
import { SelectField } from '../parts/SelectField';
import { shareChanges, versionOptions } from '../parts/servedWords';
import { SharesPreview } from '../parts/SharesPreview';
import { StartError } from './StartError';

/** Value of the list for all versions of the model; no version is named like that. */
const ALL = '';

export interface StopDialogProps {
  /** Title of the model. */
  title: string;
  serving: Serving;
  request: StartRunRequest;
  /** What is served is another than what was confirmed: it has to be read again. */
  onChanged: () => void;
  onClose: () => void;
  onStarted: (run: Run) => void;
}

/** Asks which version is taken off, and says what is left. */
export function StopDialog(props: StopDialogProps) {
  const { onChanged, onClose, request, serving } = props;
  const titleId = useId();
  const { start, starting, error } = useStartRun(props.onStarted);
  const ours = serving.served.filter(one => one.ours);
  const versions = [...new Set(ours.map(one => one.version))];
  const [chosen, setChosen] = useState(ALL);
  // Platforms refuse to take off the only version by its number, and take all off all the same.
  const onlyOne = versions.length === 1;
  const version = onlyOne && chosen === versions[0] ? ALL : chosen;
  const plan = planStop(serving.served, version === ALL ? undefined : version);
  const changed = error?.code === 'serving-changed';
  useEffect(() => {
    if (changed) onChanged();
  }, [changed, error, onChanged]);
  const submit = 'Stop serving';

  return (
    <Dialog
      open
      fullWidth
      maxWidth="sm"
      // While it starts it stays open, because nobody would see how it went.
      onClose={() => !starting && onClose()}
      aria-labelledby={titleId}
    >
      <DialogTitle id={titleId}>Stop serving {props.title}?</DialogTitle>
      <DialogContent>
        <Box sx={{ display: 'flex', flexDirection: 'column', gap: 2, pt: 1 }}>
          <SelectField
            label="What is taken off"
            value={version}
            options={[
              [ALL, 'All versions of this model'],
              ...versionOptions(onlyOne ? [] : versions, version),
            ]}
            onChange={setChosen}
            fullWidth
          />
          {plan.ok ? (
            <>
              <SharesPreview
                changes={shareChanges(serving.served, plan.shares)}
              />
              {Object.keys(plan.shares).length === 0 && (
                <Typography variant="body2">
                  Nothing is left there then: whoever asks the endpoint gets an
                  error, and a platform may delete it.
                </Typography>
              )}
            </>
          ) : (
            <Typography variant="body2">
              It cannot be taken off like that: {plan.problem}.
            </Typography>
          )}
          {error && !starting && (
            <StartError
              error={error}
              submit={submit}
              refused="Nothing was taken off"
            />
          )}
        </Box>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose} disabled={starting}>
          Keep serving
        </Button>
        <Button
          variant="contained"
          disabled={starting || !plan.ok}
          onClick={() =>
            start({ ...request, ...(version === ALL ? {} : { version }) })
          }
        >
          {submit}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
