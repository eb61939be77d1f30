import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { useEntity } from '@backstage/plugin-catalog-react';
import { RunsList } from '../parts/RunsList';

/** The tab ML runs of an entity. */
export function EntityMlRuns() {
  const { entity } = useEntity();
  return (
    <Box>
      <Typography component="h2" variant="h6" sx={{ mb: 2 }}>
        ML runs
      </Typography>
      <RunsList
        caption="ML runs of this model, newest first"
        query={{ entityRef: stringifyEntityRef(entity) }}
        showModel={false}
        emptyText="No run of this model was started from this portal so far."
      />
    </Box>
  );
}
