import type { ReactNode } from 'react';
import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import FormControl from '@mui/material/FormControl';
import FormControlLabel from '@mui/material/FormControlLabel';
import FormHelperText from '@mui/material/FormHelperText';
import TextField from '@mui/material/TextField';
import { unstable_useId as useId } from '@mui/material/utils';
import type { FormField } from 'backstage-plugin-modelops-common';
import { readableError } from '../parts/SelectField';
import { isNumeric } from './formValues';

export interface ParameterFieldProps {
  name: string;
  field: FormField;
  required: boolean;
  value: string | boolean;
  error?: string;
  /** Sentence of the role mapping about this field. */
  guardrail?: string;
  disabled: boolean;
  onChange: (value: string | boolean) => void;
}

/** One parameter of a form. What limits it stands below it. */
export function ParameterField(props: ParameterFieldProps) {
  return props.field.type === 'boolean' ? (
    <BooleanField {...props} />
  ) : (
    <TextOrListField {...props} />
  );
}

function helpFor(props: ParameterFieldProps): ReactNode {
  const { error, field, guardrail } = props;
  const sentences = [
    error,
    field.description,
    guardrail,
    field.readOnly ? 'The platform sets this value' : undefined,
  ].filter(Boolean);
  if (sentences.length === 0) return undefined;
  return sentences.map((sentence, index) => (
    <Box
      component="span"
      key={index}
      sx={{
        display: 'block',
        fontWeight: sentence === error ? 'bold' : undefined,
      }}
    >
      {sentence}
    </Box>
  ));
}

function TextOrListField(props: ParameterFieldProps) {
  const { error, field, name, required, value } = props;
  const list = field.enum;
  // A native list works with every keyboard, screen reader and phone.
  return (
    <TextField
      name={name}
      label={field.title ?? name}
      value={value}
      required={required && !field.readOnly}
      error={error !== undefined}
      helperText={helpFor(props)}
      disabled={props.disabled}
      onChange={event => props.onChange(event.target.value)}
      select={list !== undefined}
      SelectProps={{ native: true }}
      type={field.writeOnly ? 'password' : 'text'}
      autoComplete="off"
      size="small"
      fullWidth
      InputLabelProps={{ shrink: true, sx: readableError }}
      FormHelperTextProps={{ sx: readableError }}
      InputProps={{ readOnly: field.readOnly }}
      inputProps={isNumeric(field) && !list ? { inputMode: 'decimal' } : {}}
    >
      {list && (!required || value === '') && (
        <option value="" aria-label="No value" />
      )}
      {list?.map(option => (
        <option key={option} value={option}>
          {option}
        </option>
      ))}
    </TextField>
  );
}

function BooleanField(props: ParameterFieldProps) {
  const { error, field, name, value } = props;
  const helpId = useId();
  const help = helpFor(props);
  return (
    <FormControl error={error !== undefined}>
      <FormControlLabel
        label={field.title ?? name}
        control={
          <Checkbox
            name={name}
            checked={value === true}
            disabled={props.disabled || field.readOnly}
            onChange={event => props.onChange(event.target.checked)}
            inputProps={{ 'aria-describedby': help ? helpId : undefined }}
          />
        }
      />
      {help && (
        <FormHelperText id={helpId} sx={{ mt: 0, ...readableError }}>
          {help}
        </FormHelperText>
      )}
    </FormControl>
  );
}
