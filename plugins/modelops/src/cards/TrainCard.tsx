import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import Typography from '@mui/material/Typography';
import { unstable_useId as useId } from '@mui/material/utils';
import { useModel } from '../hooks/useModel';
import { ErrorNotice } from '../parts/ErrorNotice';
import { Waiting } from '../parts/Waiting';
import { TrainAction } from './TrainAction';

export interface TrainCardProps {
  /** `kind:namespace/name` */
  entityRef: string;
}

/** Train: what would be started, as whom, how the newest run does, and the button. */
export function TrainCard(props: TrainCardProps) {
  const model = useModel(props.entityRef);
  const titleId = useId();
  return (
    <Card component="section" aria-labelledby={titleId}>
      <CardContent>
        <Box sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}>
          <Typography id={titleId} component="h2" variant="h6" sx={{ m: 0 }}>
            Train
          </Typography>
          {model.value && (
            <TrainAction
              model={model.value}
              onStarted={model.showStarted}
              onStale={model.refresh}
            />
          )}
          {!model.value && !model.error && (
            <Waiting label="Loading what can be trained" />
          )}
          {model.error && (
            <ErrorNotice
              title="Train could not be loaded"
              error={model.error}
              onRetry={model.refresh}
            />
          )}
        </Box>
      </CardContent>
    </Card>
  );
}
