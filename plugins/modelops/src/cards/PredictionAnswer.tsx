import Box from '@mui/material/Box';
import type { Prediction } from 'backstage-plugin-modelops-common';
import { ErrorNotice } from '../parts/ErrorNotice';
import { TextBlock } from '../parts/TextBlock';

export interface PredictionAnswerProps {
  asking: boolean;
  answer: Prediction | undefined;
  error: Error | undefined;
}

/** What the model answered, which version, and how long it took; said politely to a screen reader. */
export function PredictionAnswer(props: PredictionAnswerProps) {
  const { answer, asking, error } = props;
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', gap: 1 }}>
      <Box role="status" sx={{ typography: 'body2', minHeight: '1.5em' }}>
        {asking && 'Asking the model'}
        {answer &&
          `${
            answer.version === undefined
              ? 'The model'
              : `Version ${answer.version}`
          } answered in ${Math.round(answer.latencyMs)} ms`}
      </Box>
      {answer && (
        <TextBlock
          role="region"
          aria-label="Answer of the model"
          // A region that scrolls has to be reachable by keyboard.
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          sx={{ p: 1.5, maxHeight: 360, overflow: 'auto' }}
        >
          {JSON.stringify(answer.predictions, null, 2)}
        </TextBlock>
      )}
      {error && <ErrorNotice title="The model did not answer" error={error} />}
    </Box>
  );
}
