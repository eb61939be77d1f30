import type { ReactNode } from 'react';
import Alert, { type AlertColor } from '@mui/material/Alert';
import AlertTitle from '@mui/material/AlertTitle';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useAccess } from '../hooks/useAccess';
import { TextBlock } from './TextBlock';
import { Time } from './Time';

/** What is amiss with app-config, for those who may administer; nothing while all is well, and for everybody else. */
export function ConfigurationNotice() {
  const access = useAccess();
  const configuration = access.value?.configuration;
  if (!access.value?.administer || !configuration) return null;
  const { rejected, mappingSince, restartNeeded, warnings } = configuration;
  if (!rejected && restartNeeded.length === 0 && warnings.length === 0) {
    return null;
  }
  const lookAgain = (
    <Button color="inherit" size="small" onClick={access.refresh}>
      Look again
    </Button>
  );
  return (
    <Box
      component="section"
      aria-label="Configuration"
      sx={{ display: 'flex', flexDirection: 'column', gap: 1, mb: 2 }}
    >
      {rejected && (
        <Notice
          severity="error"
          title="The changed roles are not in effect"
          action={lookAgain}
        >
          <Box sx={{ mb: 1 }}>
            Noticed at <Time at={rejected.at} />. The mapping that has been in
            effect since <Time at={mappingSince} /> still decides.
          </Box>
          <TextBlock>{rejected.message}</TextBlock>
        </Notice>
      )}
      {restartNeeded.length > 0 && (
        <Notice severity="warning" title="Restart the backend">
          These were changed since its start and take effect only then:{' '}
          <Names names={restartNeeded.map(key => `modelops.${key}`)} />
        </Notice>
      )}
      {warnings.length > 0 && (
        <Notice severity="warning" title="Allowed, but probably not meant">
          <Box component="ul" sx={{ m: 0, pl: 2 }}>
            {warnings.map(warning => (
              <li key={warning}>{warning}</li>
            ))}
          </Box>
        </Notice>
      )}
    </Box>
  );
}

function Notice(props: {
  severity: AlertColor;
  title: string;
  action?: ReactNode;
  children: ReactNode;
}) {
  const { title, children, ...rest } = props;
  return (
    <Alert
      // Part of the page, not news: it was so before the page was opened.
      role="note"
      sx={{ '& .v5-MuiAlert-message, & .MuiAlert-message': { flex: 1 } }}
      {...rest}
    >
      <AlertTitle>{title}</AlertTitle>
      {children}
    </Alert>
  );
}

function Names(props: { names: string[] }) {
  return (
    <>
      {props.names.map((name, place) => (
        <span key={name}>
          {place > 0 && ', '}
          <code>{name}</code>
        </span>
      ))}
    </>
  );
}
