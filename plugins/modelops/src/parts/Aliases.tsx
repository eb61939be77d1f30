import Box from '@mui/material/Box';
import Chip from '@mui/material/Chip';

export interface AliasesProps {
  aliases: readonly string[];
}

/** Names that point to a version. */
export function Aliases(props: AliasesProps) {
  if (props.aliases.length === 0) return <>–</>;
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 0.5 }}>
      {props.aliases.map(alias => (
        <Chip key={alias} label={alias} size="small" sx={{ m: 0 }} />
      ))}
    </Box>
  );
}
