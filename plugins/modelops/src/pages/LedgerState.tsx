import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import Typography from '@mui/material/Typography';
import { unstable_useId as useId } from '@mui/material/utils';
import { useVerification } from '../hooks/useVerification';
import { BusyButton } from '../parts/BusyButton';
import { ErrorNotice } from '../parts/ErrorNotice';
import { Time } from '../parts/Time';
import { LedgerFacts } from './LedgerFacts';
import { IntactNotice, ProblemNotice } from './LedgerVerdict';

export interface LedgerStateProps {
  /** Shows an entry that is not what it was, or the place where it should be. */
  onShowEntry: (sequence: number) => void;
}

/** Whether the ledger is what it was. Found out on request only: it reads the whole ledger. */
export function LedgerState(props: LedgerStateProps) {
  const { value, error, loading, load } = useVerification();
  const verified = loading || error ? undefined : value;
  const titleId = useId();
  return (
    <Card component="section" aria-labelledby={titleId} sx={{ mb: 3 }}>
      <CardContent
        sx={{
          display: 'flex',
          flexDirection: 'column',
          gap: 2,
          '&:last-child': { pb: 2 },
        }}
      >
        <Box
          sx={{
            display: 'flex',
            flexWrap: 'wrap',
            alignItems: 'center',
            columnGap: 2,
            rowGap: 1,
          }}
        >
          <Box sx={{ flex: '1 1 320px' }}>
            <Typography id={titleId} component="h2" variant="h6" sx={{ m: 0 }}>
              Ledger state
            </Typography>
            <Typography variant="body2" color="text.secondary">
              {verified ? (
                <>
                  Verified at <Time at={verified.at} />.
                </>
              ) : (
                'Was an entry changed, added or taken away? Verifying reads every entry.'
              )}
            </Typography>
          </Box>
          <BusyButton variant="outlined" busy={loading} onClick={load}>
            Verify now
          </BusyButton>
        </Box>
        {/* Always there, so that a screen reader says what comes into it. */}
        <Box role="status" sx={{ '&:empty': { mt: -2 } }}>
          {loading && (
            <Typography variant="body2">
              Verifying. A large ledger takes a while.
            </Typography>
          )}
          {verified?.intact && <IntactNotice verification={verified} />}
        </Box>
        {verified && !verified.intact && (
          <ProblemNotice
            problem={verified.problem}
            onShowEntry={props.onShowEntry}
          />
        )}
        {error && !loading && (
          <ErrorNotice
            title="The ledger could not be verified"
            error={error}
            onRetry={load}
          />
        )}
        {verified && <LedgerFacts verification={verified} />}
      </CardContent>
    </Card>
  );
}
