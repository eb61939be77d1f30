import type { ReactNode } from 'react';
import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import Typography from '@mui/material/Typography';
import { unstable_useId as useId } from '@mui/material/utils';
import { useModel } from '../hooks/useModel';
import { ErrorNotice } from '../parts/ErrorNotice';
import { Waiting } from '../parts/Waiting';
import type { LoadedModel } from './LoadedModel';

export interface ModelCardProps {
  /** `kind:namespace/name` */
  entityRef: string;
  title: string;
  /** What is being loaded, `Loading what can be trained`. */
  waiting: string;
  children: (loaded: LoadedModel) => ReactNode;
}

/** A card of an entity's page: the shared request for the model, and what is shown while it has no answer. */
export function ModelCard(props: ModelCardProps) {
  const { title } = props;
  const model = useModel(props.entityRef);
  const titleId = useId();
  return (
    <Card component="section" aria-labelledby={titleId}>
      <CardContent>
        <Box sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}>
          <Typography id={titleId} component="h2" variant="h6" sx={{ m: 0 }}>
            {title}
          </Typography>
          {model.value &&
            props.children({
              model: model.value,
              onStarted: model.showStarted,
              onStale: model.refresh,
            })}
          {!model.value && !model.error && <Waiting label={props.waiting} />}
          {model.error && (
            <ErrorNotice
              title={`${title} could not be loaded`}
              error={model.error}
              onRetry={model.refresh}
            />
          )}
        </Box>
      </CardContent>
    </Card>
  );
}
