import { type FormEvent, useRef, useState } from 'react';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import type { ActionForm, Run } from 'backstage-plugin-modelops-common';
import { useStartRun } from '../hooks/useStartRun';
import {
  checkValues,
  type FormErrors,
  initialValues,
  toParameters,
} from './formValues';
import { ParameterField } from './ParameterField';
import { RunsAsNote } from './RunsAsNote';
import { StartError } from './StartError';

/** Longest reason the backend accepts. Source: startRunSchema. */
const MAX_REASON = 500;

export interface TrainFormProps {
  entityRef: string;
  form: ActionForm;
  onCancel: () => void;
  onStarted: (run: Run) => void;
}

/** The parameters of a training, an optional reason, and the button that starts it. */
export function TrainForm(props: TrainFormProps) {
  const { entityRef, form } = props;
  const [values, setValues] = useState(() => initialValues(form));
  const [reason, setReason] = useState('');
  const [errors, setErrors] = useState<FormErrors>({});
  const fields = useRef<HTMLDivElement>(null);
  const { start, starting, error } = useStartRun(props.onStarted);

  const change = (name: string, value: string | boolean) => {
    const changed = { ...values, [name]: value };
    setValues(changed);
    // A message that was shown is kept true while the person types.
    if (errors[name]) setErrors(checkValues(form, changed));
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = checkValues(form, values);
    setErrors(found);
    const firstWrong = Object.keys(found)[0];
    if (firstWrong !== undefined) {
      fields.current
        ?.querySelector<HTMLElement>(`[name="${CSS.escape(firstWrong)}"]`)
        ?.focus();
      return;
    }
    start({
      entityRef,
      action: 'train',
      operation: 'start',
      parameters: toParameters(form, values),
      ...(reason.trim() ? { reason: reason.trim() } : {}),
    });
  };

  return (
    <form onSubmit={submit} noValidate>
      <DialogContent>
        <Box
          ref={fields}
          sx={{ display: 'flex', flexDirection: 'column', gap: 2.5 }}
        >
          <Box>
            <Typography variant="body2" sx={{ mb: 0.5 }}>
              Starts <strong>{form.title}</strong>.
            </Typography>
            <RunsAsNote runsAs={form.runsAs} jobRunsAs={form.jobRunsAs} />
          </Box>
          {Object.entries(form.schema.properties).map(([name, field]) => (
            <ParameterField
              key={name}
              name={name}
              field={field}
              required={form.schema.required.includes(name)}
              value={values[name]}
              error={errors[name]}
              guardrail={form.guardrails[name]}
              disabled={starting}
              onChange={value => change(name, value)}
            />
          ))}
          <TextField
            label="Reason (optional)"
            helperText="Stands in the audit ledger beside your name"
            value={reason}
            onChange={event => setReason(event.target.value)}
            inputProps={{ maxLength: MAX_REASON }}
            InputLabelProps={{ shrink: true }}
            disabled={starting}
            size="small"
            multiline
            fullWidth
          />
          {error && !starting && <StartError error={error} />}
        </Box>
      </DialogContent>
      <DialogActions>
        <Button onClick={props.onCancel} disabled={starting}>
          Cancel
        </Button>
        <Button type="submit" variant="contained" disabled={starting}>
          Start training
        </Button>
      </DialogActions>
    </form>
  );
}
