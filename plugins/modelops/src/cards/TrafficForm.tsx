import { useState } from 'react';
import Box from '@mui/material/Box';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import {
  type ActionForm,
  planTraffic,
  type Run,
  type ServedVersion,
  shareOfOurs,
  type TrafficPlan,
} from 'backstage-plugin-modelops-common';
import { Part } from '../parts/Part';
import { servedWord, shareChanges } from '../parts/servedWords';
import { SharesPreview } from '../parts/SharesPreview';
import { checkValues, type FormErrors } from './formValues';
import { OperationForm } from './OperationForm';

export interface TrafficFormProps {
  entityRef: string;
  form: ActionForm;
  target: string;
  onFormChanged: () => void;
  onCancel: () => void;
  onStarted: (run: Run) => void;
}

/** One share for each version of the model; other models of the endpoint are named and keep theirs. */
export function TrafficForm(props: TrafficFormProps) {
  const { form } = props;
  const served = form.serving?.served ?? [];
  const ours = served.filter(one => one.ours);
  const others = served.filter(one => !one.ours);
  // Only what was typed, so that reading the form again leaves it and shows the new shares of the rest.
  const [typed, setTyped] = useState<Record<string, string>>({});
  const texts = Object.fromEntries(
    ours.map(({ id, share }) => [id, typed[id] ?? String(share)]),
  );
  const shares = Object.fromEntries(
    Object.entries(texts).map(([id, text]) => [id, toShare(text)]),
  );
  const plan = planTraffic(served, shares);
  const errors = checkValues(form, texts);
  const problem = problemOf(form, ours, errors, plan);
  const total = Object.values(shares).reduce((sum, share) => sum + share, 0);

  return (
    <OperationForm
      entityRef={props.entityRef}
      form={form}
      verb="Changes"
      submit="Change traffic"
      refused="The traffic was not changed"
      drawn={Object.keys(form.schema.properties)}
      request={{ target: props.target, parameters: shares }}
      problem={problem}
      onFormChanged={props.onFormChanged}
      onCancel={props.onCancel}
      onStarted={props.onStarted}
    >
      {ours.map(({ id }) => (
        <TextField
          key={id}
          name={id}
          label={`${labelOf(form, ours, id)}, percent`}
          value={texts[id]}
          onChange={event => setTyped({ ...typed, [id]: event.target.value })}
          helperText={form.guardrails[id]}
          size="small"
          fullWidth
          autoComplete="off"
          InputLabelProps={{ shrink: true }}
          inputProps={{ inputMode: 'numeric' }}
        />
      ))}
      {others.map(one => (
        <Typography key={one.id} variant="body2">
          {servedWord(one)} belongs to another model and keeps its {one.share}{' '}
          %.
        </Typography>
      ))}
      <Box role="status" sx={{ typography: 'body2' }}>
        Sum: <strong>{Number.isNaN(total) ? '–' : `${total} %`}</strong> of{' '}
        {shareOfOurs(served)} %.
        {problem && ` ${problem}`}
      </Box>
      {plan.ok && (
        <Part title="What changes">
          <SharesPreview changes={shareChanges(served, plan.shares)} />
        </Part>
      )}
    </OperationForm>
  );
}

/** What is no number is no share, and the plan says so. */
function toShare(text: string): number {
  return text.trim() === '' ? NaN : Number(text);
}

function problemOf(
  form: ActionForm,
  ours: readonly ServedVersion[],
  errors: FormErrors,
  plan: TrafficPlan,
): string | undefined {
  const [first] = Object.entries(errors);
  if (first) return `${labelOf(form, ours, first[0])}: ${first[1]}`;
  return plan.ok ? undefined : `${capitalized(plan.problem)}.`;
}

function labelOf(
  form: ActionForm,
  ours: readonly ServedVersion[],
  id: string,
): string {
  const one = ours.find(served => served.id === id);
  return one?.version
    ? servedWord(one)
    : form.schema.properties[id]?.title ?? id;
}

function capitalized(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
