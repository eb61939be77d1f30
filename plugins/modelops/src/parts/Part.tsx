import type { ReactNode } from 'react';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { unstable_useId as useId } from '@mui/material/utils';

export interface PartProps {
  title: string;
  children: ReactNode;
}

/** A titled part of a panel. */
export function Part(props: PartProps) {
  const titleId = useId();
  return (
    <Box component="section" aria-labelledby={titleId}>
      <Typography
        id={titleId}
        component="h3"
        variant="subtitle1"
        sx={{ fontWeight: 'bold', mb: 1 }}
      >
        {props.title}
      </Typography>
      {props.children}
    </Box>
  );
}
