import { type FormEvent, useRef, useState } from 'react';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import TextField from '@mui/material/TextField';
import type {
  PredictionForm,
  PredictRequest,
} from 'backstage-plugin-modelops-common';
import { readableError } from '../parts/SelectField';
import {
  checkValues,
  type FieldSet,
  type FormErrors,
  type FormValues,
  initialValues,
  toParameters,
} from './formValues';
import { ParameterField } from './ParameterField';
import { fieldsOf, firstText, readRows } from './predictionRows';

/** Name of the field of the rows. */
const ROWS = 'modelops-rows';

export interface PredictionInputProps {
  form: PredictionForm;
  busy: boolean;
  onAsk: (instances: PredictRequest['instances']) => void;
}

/** What the model is asked: one field for each column where its signature names them, or rows as JSON. */
export function PredictionInput(props: PredictionInputProps) {
  const { busy, form, onAsk } = props;
  const fields = fieldsOf(form);
  const [values, setValues] = useState<FormValues>(() =>
    fields ? initialValues(fields) : {},
  );
  const [asJson, setAsJson] = useState(fields === undefined);
  const [text, setText] = useState(() => firstText(form));
  const [errors, setErrors] = useState<FormErrors>({});
  const [problem, setProblem] = useState<string>();
  const box = useRef<HTMLFormElement>(null);

  const focus = (name: string) =>
    box.current
      ?.querySelector<HTMLElement>(`[name="${CSS.escape(name)}"]`)
      ?.focus();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    if (asJson || !fields) {
      const rows = readRows(text);
      setProblem(rows.ok ? undefined : rows.problem);
      if (rows.ok) onAsk(rows.instances);
      else focus(ROWS);
      return;
    }
    const found = checkValues(fields, values);
    setErrors(found);
    const firstWrong = Object.keys(found)[0];
    if (firstWrong === undefined) onAsk([toParameters(fields, values)]);
    else focus(firstWrong);
  };

  const change = (name: string, value: string | boolean) => {
    const after = { ...values, [name]: value };
    setValues(after);
    if (fields && errors[name]) setErrors(checkValues(fields, after));
  };

  const toggle = (json: boolean) => {
    // What was typed into the fields goes along.
    if (json && fields) {
      setText(JSON.stringify([toParameters(fields, values)], null, 2));
      setProblem(undefined);
    }
    setAsJson(json);
  };

  return (
    <Box
      component="form"
      ref={box}
      noValidate
      aria-label="Question to the model"
      onSubmit={submit}
      sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}
    >
      {fields && (
        <FormControlLabel
          label="Write the rows as JSON"
          control={
            <Switch
              size="small"
              checked={asJson}
              onChange={event => toggle(event.target.checked)}
            />
          }
        />
      )}
      {asJson || !fields ? (
        <TextField
          name={ROWS}
          label="Rows, as a JSON list"
          value={text}
          onChange={event => {
            setText(event.target.value);
            if (problem) setProblem(problemOf(event.target.value));
          }}
          error={problem !== undefined}
          helperText={problem}
          multiline
          minRows={6}
          maxRows={18}
          fullWidth
          InputLabelProps={{ shrink: true, sx: readableError }}
          FormHelperTextProps={{ sx: readableError }}
          inputProps={{ spellCheck: false, style: { fontFamily: 'monospace' } }}
        />
      ) : (
        <Columns
          fields={fields}
          values={values}
          errors={errors}
          onChange={change}
        />
      )}
      <Box>
        <Button type="submit" variant="contained" aria-disabled={busy}>
          Predict
        </Button>
      </Box>
    </Box>
  );
}

function problemOf(text: string): string | undefined {
  const rows = readRows(text);
  return rows.ok ? undefined : rows.problem;
}

function Columns(props: {
  fields: FieldSet;
  values: FormValues;
  errors: FormErrors;
  onChange: (name: string, value: string | boolean) => void;
}) {
  const { errors, fields, onChange, values } = props;
  return (
    <>
      {Object.entries(fields.schema.properties).map(([name, field]) => (
        <ParameterField
          key={name}
          name={name}
          field={field}
          required={fields.schema.required.includes(name)}
          value={values[name]}
          error={errors[name]}
          disabled={false}
          onChange={value => onChange(name, value)}
        />
      ))}
    </>
  );
}
