import TextField from '@mui/material/TextField';

/** The red of Backstage's dark theme is too dark to read on its grey; the frame of the field stays red. */
export const readableError = { '&.Mui-error': { color: 'text.primary' } };

export interface SelectFieldProps {
  label: string;
  value: string;
  /** Value and word of each choice. */
  options: ReadonlyArray<readonly [value: string, word: string]>;
  onChange: (value: string) => void;
  error?: string;
  help?: string;
  disabled?: boolean;
  fullWidth?: boolean;
  /** For the form to find it by. */
  name?: string;
}

/** A native list: it works with every keyboard, screen reader and phone. */
export function SelectField(props: SelectFieldProps) {
  const { error, fullWidth } = props;
  return (
    <TextField
      select
      size="small"
      name={props.name}
      label={props.label}
      value={props.value}
      onChange={event => props.onChange(event.target.value)}
      error={error !== undefined}
      helperText={error ?? props.help}
      disabled={props.disabled}
      fullWidth={fullWidth}
      SelectProps={{ native: true }}
      InputLabelProps={{ shrink: true, sx: readableError }}
      FormHelperTextProps={{ sx: readableError }}
      sx={fullWidth ? undefined : { minWidth: 160, maxWidth: 320 }}
    >
      {props.options.map(([value, word]) => (
        <option key={value} value={value}>
          {word}
        </option>
      ))}
    </TextField>
  );
}
