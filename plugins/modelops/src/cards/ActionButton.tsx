import type { ReactNode } from 'react';
import Box from '@mui/material/Box';
import Button, { type ButtonProps } from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { unstable_useId as useId } from '@mui/material/utils';

export interface ActionButtonProps
  extends Pick<
    ButtonProps,
    | 'variant'
    | 'size'
    | 'startIcon'
    | 'onClick'
    | 'aria-label'
    | 'aria-haspopup'
  > {
  /** Why it cannot be pressed: a sentence that says what to do. Absent when it can. */
  reason: string | undefined;
  children: ReactNode;
}

/** A button that says in words why it cannot be pressed. */
export function ActionButton(props: ActionButtonProps) {
  const { reason, ...button } = props;
  const reasonId = useId();
  return (
    <Box>
      <Button
        {...button}
        disabled={reason !== undefined}
        aria-describedby={reason === undefined ? undefined : reasonId}
      />
      {reason !== undefined && (
        <Typography id={reasonId} variant="body2" sx={{ mt: 1 }}>
          {reason}
        </Typography>
      )}
    </Box>
  );
}
