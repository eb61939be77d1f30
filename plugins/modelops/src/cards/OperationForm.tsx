import {
  type FormEvent,
  type ReactNode,
  useEffect,
  useRef,
  useState,
} from 'react';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import {
  ABSENT_REVISION,
  type ActionForm,
  type Run,
  type StartRunRequest,
} from 'backstage-plugin-modelops-common';
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
import { useKeepOpen } from './StartingContext';

/** Longest reason the backend accepts. Source: startRunSchema. */
const MAX_REASON = 500;

export interface OperationFormProps {
  entityRef: string;
  form: ActionForm;
  /** What is done to what the form is of: `Starts`, `Changes`. */
  verb: string;
  /** Words of the button. */
  submit: string;
  /** What to say when it was refused. */
  refused: string;
  /** What is sent besides: version, target, and the parameters that `children` asks for. */
  request?: Partial<Pick<StartRunRequest, 'version' | 'target' | 'parameters'>>;
  /** Parameters that `children` asks for, so that no field of their own is drawn. */
  drawn?: readonly string[];
  /** Why it cannot be sent as `children` stands; shown when somebody tries. */
  problem?: string;
  children?: ReactNode;
  /** What is served changed since the form was read: it has to be read again. */
  onFormChanged: () => void;
  onCancel: () => void;
  onStarted: (run: Run) => void;
}

/** The parameters of an operation, an optional reason, and the button that starts its run. */
export function OperationForm(props: OperationFormProps) {
  const { form, problem, request, onFormChanged } = props;
  const asked = withoutFields(form, props.drawn);
  const [values, setValues] = useState(() => initialValues(asked));
  const [reason, setReason] = useState('');
  const [errors, setErrors] = useState<FormErrors>({});
  const [tried, setTried] = useState(false);
  const fields = useRef<HTMLDivElement>(null);
  const { start, starting, error } = useStartRun(props.onStarted);
  useKeepOpen(starting);

  const changed = error?.code === 'serving-changed';
  useEffect(() => {
    if (changed) onFormChanged();
  }, [changed, error, onFormChanged]);

  const change = (name: string, value: string | boolean) => {
    const after = { ...values, [name]: value };
    setValues(after);
    // A message that was shown is kept true while the person types.
    if (errors[name]) setErrors(checkValues(asked, after));
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = checkValues(asked, values);
    setErrors(found);
    setTried(true);
    const firstWrong = Object.keys(found)[0];
    if (firstWrong !== undefined) {
      fields.current
        ?.querySelector<HTMLElement>(`[name="${CSS.escape(firstWrong)}"]`)
        ?.focus();
      return;
    }
    if (problem) return;
    start({
      entityRef: props.entityRef,
      action: form.action,
      operation: form.operation,
      ...request,
      parameters: { ...toParameters(asked, values), ...request?.parameters },
      ...(form.serving && {
        revision: form.serving.revision ?? ABSENT_REVISION,
      }),
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
              {props.verb} <strong>{form.title}</strong>.
            </Typography>
            <RunsAsNote runsAs={form.runsAs} jobRunsAs={form.jobRunsAs} />
          </Box>
          {props.children}
          {Object.entries(asked.schema.properties).map(([name, field]) => (
            <ParameterField
              key={name}
              name={name}
              field={field}
              required={form.schema.required.includes(name)}
              value={values[name] ?? (field.type === 'boolean' ? false : '')}
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
          {tried && problem && <Alert severity="error">{problem}</Alert>}
          {error && !starting && (
            <StartError
              error={error}
              submit={props.submit}
              refused={props.refused}
            />
          )}
        </Box>
      </DialogContent>
      <DialogActions>
        <Button onClick={props.onCancel} disabled={starting}>
          Cancel
        </Button>
        <Button type="submit" variant="contained" disabled={starting}>
          {props.submit}
        </Button>
      </DialogActions>
    </form>
  );
}

function withoutFields(
  form: ActionForm,
  names: readonly string[] = [],
): ActionForm {
  const properties = Object.fromEntries(
    Object.entries(form.schema.properties).filter(
      ([name]) => !names.includes(name),
    ),
  );
  return { ...form, schema: { ...form.schema, properties } };
}
