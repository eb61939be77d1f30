import { forwardRef, type ReactNode } from 'react';
import Button, { type ButtonProps } from '@mui/material/Button';

export interface ControlButtonProps
  extends Pick<ButtonProps, 'onClick' | 'aria-haspopup'> {
  /** Id of the element that says why it cannot be pressed; absent when it can. */
  blockedBy: string | undefined;
  children: ReactNode;
}

/**
 * One of several controls that are blocked for a reason they share. Blocked it stays reachable, because a disabled button
 * drops the keyboard's focus, and nobody could get to its reason.
 */
export const ControlButton = forwardRef<HTMLButtonElement, ControlButtonProps>(
  (props, ref) => {
    const { blockedBy, onClick, ...button } = props;
    const blocked = blockedBy !== undefined;
    return (
      <Button
        {...button}
        ref={ref}
        variant="outlined"
        size="small"
        color="inherit"
        aria-disabled={blocked || undefined}
        aria-describedby={blockedBy}
        onClick={blocked ? undefined : onClick}
        sx={{
          '&[aria-disabled]': { color: 'text.disabled', cursor: 'not-allowed' },
        }}
      />
    );
  },
);
