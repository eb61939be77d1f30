import Box from '@mui/material/Box';
import FormControl from '@mui/material/FormControl';
import FormControlLabel from '@mui/material/FormControlLabel';
import FormHelperText from '@mui/material/FormHelperText';
import FormLabel from '@mui/material/FormLabel';
import Radio from '@mui/material/Radio';
import RadioGroup from '@mui/material/RadioGroup';
import TextField from '@mui/material/TextField';
import { unstable_useId as useId } from '@mui/material/utils';

/** All that the model has of an endpoint, or the percentage that was typed. */
export interface Share {
  all: boolean;
  text: string;
}

export interface ShareFieldProps {
  share: Share;
  /** Percent that other models leave. */
  most: number;
  /** Sentences about it; what is undefined is left out. */
  help: readonly (string | undefined)[];
  onChange: (share: Share) => void;
}

/** How much of the traffic a version gets. */
export function ShareField(props: ShareFieldProps) {
  const { most, onChange, share } = props;
  const labelId = useId();
  const help = props.help.filter(Boolean).join(' ');
  return (
    <FormControl>
      <FormLabel
        id={labelId}
        sx={{ typography: 'body2', '&.Mui-focused': { color: 'text.primary' } }}
      >
        Traffic
      </FormLabel>
      <RadioGroup
        aria-labelledby={labelId}
        value={share.all ? 'all' : 'canary'}
        onChange={(_, value) => onChange({ ...share, all: value === 'all' })}
      >
        <FormControlLabel
          value="all"
          control={<Radio size="small" />}
          label={
            most === 100
              ? 'All traffic'
              : `All traffic of this model (${most} % of the endpoint)`
          }
        />
        <Box
          sx={{
            display: 'flex',
            flexWrap: 'wrap',
            alignItems: 'center',
            gap: 1,
          }}
        >
          <FormControlLabel
            value="canary"
            control={<Radio size="small" />}
            label="As canary, with percent of the traffic:"
            sx={{ mr: 0 }}
          />
          <TextField
            size="small"
            value={share.text}
            onChange={event =>
              onChange({ all: false, text: event.target.value.trim() })
            }
            inputProps={{
              'aria-label': 'Percent of the traffic',
              inputMode: 'numeric',
            }}
            sx={{ width: 80 }}
          />
        </Box>
      </RadioGroup>
      {help && <FormHelperText sx={{ mx: 0 }}>{help}</FormHelperText>}
    </FormControl>
  );
}
