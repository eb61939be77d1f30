import type { ReactNode } from 'react';
import Button, { type ButtonProps } from '@mui/material/Button';
import CircularProgress from '@mui/material/CircularProgress';

export interface BusyButtonProps
  extends Pick<ButtonProps, 'variant' | 'onClick' | 'aria-describedby'> {
  busy: boolean;
  /** Stays the same while busy: what the button does then is said elsewhere. */
  children: ReactNode;
}

/** A button whose work takes a while. It is never disabled, because a disabled button drops the keyboard's focus. */
export function BusyButton(props: BusyButtonProps) {
  const { busy, onClick, ...rest } = props;
  return (
    <Button
      size="small"
      {...rest}
      aria-disabled={busy}
      onClick={busy ? undefined : onClick}
      startIcon={
        busy && <CircularProgress size={14} color="inherit" aria-hidden />
      }
    />
  );
}
