import TextField from '@mui/material/TextField';

export interface SelectFilterProps {
  label: string;
  /** Empty for all. */
  value: string;
  /** Value and word of each choice. */
  options: ReadonlyArray<readonly [value: string, word: string]>;
  onChange: (value: string) => void;
}

/** A list to narrow a table down. */
export function SelectFilter(props: SelectFilterProps) {
  return (
    <TextField
      select
      size="small"
      label={props.label}
      value={props.value}
      onChange={event => props.onChange(event.target.value)}
      SelectProps={{ native: true }}
      InputLabelProps={{ shrink: true }}
      sx={{ minWidth: 160, maxWidth: 320 }}
    >
      <option value="">All</option>
      {props.options.map(([value, word]) => (
        <option key={value} value={value}>
          {word}
        </option>
      ))}
    </TextField>
  );
}
