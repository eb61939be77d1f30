import type { ReactNode } from 'react';
import Box from '@mui/material/Box';

export interface FactsProps {
  /** Name and value; a value of undefined leaves its line out. */
  facts: ReadonlyArray<readonly [name: string, value: ReactNode]>;
  label?: string;
}

/** Names and values, side by side or, where it is narrow, one below the other. */
export function Facts(props: FactsProps) {
  return (
    <Box
      component="dl"
      aria-label={props.label}
      sx={{
        m: 0,
        display: 'grid',
        gridTemplateColumns: { xs: '1fr', sm: 'max-content 1fr' },
        columnGap: 3,
        rowGap: { xs: 0, sm: 0.75 },
        typography: 'body2',
      }}
    >
      {props.facts
        .filter(([, value]) => value !== undefined && value !== '')
        .map(([name, value]) => (
          <Box key={name} sx={{ display: 'contents' }}>
            <Box component="dt" sx={{ color: 'text.secondary' }}>
              {name}
            </Box>
            <Box
              component="dd"
              sx={{ m: 0, mb: { xs: 1, sm: 0 }, overflowWrap: 'anywhere' }}
            >
              {value}
            </Box>
          </Box>
        ))}
    </Box>
  );
}
