import Alert from '@mui/material/Alert';
import AlertTitle from '@mui/material/AlertTitle';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import type {
  AuditVerification,
  LedgerProblem,
} from 'backstage-plugin-modelops-common';
import { adviceFor, problemWord, strengthWord } from './ledgerWords';

/** Green only where somebody outside the database vouches for it. */
export function IntactNotice(props: { verification: AuditVerification }) {
  const { verification } = props;
  const { strength, toSequence } = verification;
  return (
    <Alert
      // It stands inside a live region already.
      role="presentation"
      severity={strength === 'anchored' ? 'success' : 'info'}
    >
      <AlertTitle>
        {toSequence === 0
          ? 'The ledger is empty'
          : `Intact up to entry ${toSequence}`}
      </AlertTitle>
      {strengthWord(verification)}
    </Alert>
  );
}

export interface ProblemNoticeProps {
  problem: LedgerProblem | undefined;
  onShowEntry: (sequence: number) => void;
}

/** The first place where the ledger is not what it was, and what to do. */
export function ProblemNotice(props: ProblemNoticeProps) {
  const { problem, onShowEntry } = props;
  if (!problem) {
    return <Alert severity="error">The ledger is not what it was.</Alert>;
  }
  const { sequence, toSequence = sequence } = problem;
  const ends = toSequence > sequence ? [sequence, toSequence] : [sequence];
  return (
    <Alert severity="error">
      <AlertTitle>{problemWord(problem)}</AlertTitle>
      <div>{problem.message}</div>
      <div>{adviceFor(problem.kind)}</div>
      <Box sx={{ mt: 1, ml: -0.5, display: 'flex', flexWrap: 'wrap', gap: 1 }}>
        {ends.map(end => (
          <Button
            key={end}
            color="inherit"
            size="small"
            onClick={() => onShowEntry(end)}
          >
            Show the entries around {end}
          </Button>
        ))}
      </Box>
    </Alert>
  );
}
