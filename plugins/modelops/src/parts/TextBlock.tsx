import Box, { type BoxProps } from '@mui/material/Box';

/** Text whose lines matter; long ones wrap. */
export function TextBlock(props: BoxProps<'pre'>) {
  return (
    <Box
      component="pre"
      {...props}
      sx={{
        m: 0,
        p: 1,
        border: 1,
        borderColor: 'divider',
        borderRadius: 1,
        bgcolor: 'background.default',
        color: 'text.primary',
        fontFamily: 'monospace',
        fontSize: '0.8125rem',
        whiteSpace: 'pre-wrap',
        overflowWrap: 'anywhere',
        ...props.sx,
      }}
    />
  );
}
