import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { useEntity } from '@backstage/plugin-catalog-react';
import { VersionsOf } from '../versions/VersionsOf';

/** The tab Versions of an entity. */
export function EntityVersions() {
  const { entity } = useEntity();
  return (
    <Box>
      <Typography component="h2" variant="h6" sx={{ mb: 2 }}>
        Versions
      </Typography>
      <VersionsOf entityRef={stringifyEntityRef(entity)} />
    </Box>
  );
}
