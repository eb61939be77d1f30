import Alert from '@mui/material/Alert';
import AlertTitle from '@mui/material/AlertTitle';
import Typography from '@mui/material/Typography';
import type { BindingProblem } from 'backstage-plugin-modelops-common';

export interface NotBoundProps {
  problem: BindingProblem | undefined;
  annotation: string;
  /** What to say when nobody tells of a problem. */
  message: string;
}

/** The annotation that leads nowhere, or is not there, and the form it has to have. */
export function NotBound(props: NotBoundProps) {
  const { problem, message } = props;
  const annotation = problem?.annotation ?? props.annotation;
  if (!problem || problem.code === 'binding-missing') {
    return (
      <Typography variant="body2">
        {problem?.message ?? message} It is set up by the annotation{' '}
        <code>{annotation}</code>.
      </Typography>
    );
  }
  return (
    <Alert severity="warning">
      <AlertTitle>
        The annotation <code>{annotation}</code> leads nowhere
      </AlertTitle>
      {problem.message}
    </Alert>
  );
}
