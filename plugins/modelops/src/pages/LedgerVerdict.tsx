import Alert from '@mui/material/Alert';
import AlertTitle from '@mui/material/AlertTitle';
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

/** The first place where the ledger is not what it was, and what to do. */
export function ProblemNotice(props: { problem: LedgerProblem | undefined }) {
  const { problem } = props;
  return (
    <Alert severity="error">
      <AlertTitle>
        {problem ? problemWord(problem) : 'The ledger is not what it was'}
      </AlertTitle>
      {problem && (
        <>
          <div>{problem.message}</div>
          <div>{adviceFor(problem.kind)}</div>
        </>
      )}
    </Alert>
  );
}
