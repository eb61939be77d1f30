import { useState } from 'react';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { unstable_useId as useId } from '@mui/material/utils';
import { ComparisonDialog } from './ComparisonDialog';
import { FEWEST_COMPARED, MOST_COMPARED } from './comparison';

export interface CompareBarProps {
  entityRef: string;
  /** Versions, in the order they were chosen. */
  selected: readonly string[];
  onClear: () => void;
}

/** Which versions are chosen, and the button that compares them. */
export function CompareBar(props: CompareBarProps) {
  const { selected } = props;
  const [open, setOpen] = useState(false);
  const hintId = useId();
  const enough = selected.length >= FEWEST_COMPARED;
  return (
    <Box
      role="group"
      aria-label="Comparison"
      sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1 }}
    >
      <Button
        size="small"
        variant="outlined"
        aria-haspopup="dialog"
        disabled={!enough}
        aria-describedby={hintId}
        onClick={() => setOpen(true)}
      >
        Compare
      </Button>
      <Button
        size="small"
        disabled={selected.length === 0}
        onClick={props.onClear}
      >
        Clear selection
      </Button>
      <Typography id={hintId} variant="body2" role="status">
        {selected.length === 0
          ? `Select ${FEWEST_COMPARED} to ${MOST_COMPARED} versions to compare them.`
          : `Selected: ${selected.join(', ')}.`}
        {selected.length === MOST_COMPARED && ' More cannot be compared.'}
        {selected.length === 1 && ' Select at least one more.'}
      </Typography>
      {open && (
        <ComparisonDialog
          entityRef={props.entityRef}
          versions={selected}
          onClose={() => setOpen(false)}
        />
      )}
    </Box>
  );
}
