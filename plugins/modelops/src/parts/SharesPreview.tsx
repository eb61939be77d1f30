import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ShareChange } from './servedWords';
import { visuallyHidden } from './visuallyHidden';

export interface SharesPreviewProps {
  changes: readonly ShareChange[];
}

/** What changes, before it is confirmed: the shares now and then. */
export function SharesPreview(props: SharesPreviewProps) {
  const { changes } = props;
  if (changes.length === 0) {
    return <Typography variant="body2">Nothing is served then.</Typography>;
  }
  return (
    <Box
      component="table"
      sx={{
        borderCollapse: 'collapse',
        typography: 'body2',
        width: '100%',
        '& th, & td': {
          textAlign: 'left',
          py: 0.5,
          pr: 2,
          fontWeight: 'normal',
        },
        '& thead th': { color: 'text.secondary' },
        '& tr': { borderBottom: 1, borderColor: 'divider' },
      }}
    >
      <Box component="caption" sx={visuallyHidden}>
        Traffic now and then
      </Box>
      <thead>
        <tr>
          <th scope="col">Served</th>
          <th scope="col">Now</th>
          <th scope="col">Then</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(change => (
          <tr key={change.id}>
            <Box component="th" scope="row" sx={{ overflowWrap: 'anywhere' }}>
              {change.label}
              {!change.ours && ' (another model, stays)'}
            </Box>
            <td>{shareWord(change.now, 'not served')}</td>
            <Box
              component="td"
              sx={
                change.now === change.then
                  ? {}
                  : { '&&': { fontWeight: 'bold' } }
              }
            >
              {shareWord(change.then, 'taken off')}
            </Box>
          </tr>
        ))}
      </tbody>
    </Box>
  );
}

function shareWord(share: number | undefined, absent: string): string {
  return share === undefined ? absent : `${share} %`;
}
