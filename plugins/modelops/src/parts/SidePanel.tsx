import type { ReactNode } from 'react';
import Box from '@mui/material/Box';
import Drawer from '@mui/material/Drawer';
import IconButton from '@mui/material/IconButton';
import Typography from '@mui/material/Typography';
import { unstable_useId as useId } from '@mui/material/utils';
import CloseIcon from '@mui/icons-material/Close';

export interface SidePanelProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/** Details beside what they belong to; over the whole width where it is narrow. Focus returns where it came from. */
export function SidePanel(props: SidePanelProps) {
  const titleId = useId();
  return (
    <Drawer
      anchor="right"
      open
      onClose={props.onClose}
      PaperProps={{
        role: 'dialog',
        'aria-modal': true,
        'aria-labelledby': titleId,
        sx: { width: { xs: '100%', sm: 560 }, maxWidth: '100%', p: 3 },
      }}
    >
      <Box sx={{ display: 'flex', alignItems: 'start', mb: 2 }}>
        <Typography
          id={titleId}
          component="h2"
          variant="h5"
          sx={{ flex: 1, m: 0 }}
        >
          {props.title}
        </Typography>
        <IconButton aria-label="Close" onClick={props.onClose} edge="end">
          <CloseIcon />
        </IconButton>
      </Box>
      {props.children}
    </Drawer>
  );
}
