import { useCallback, useEffect } from 'react';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { unstable_useId as useId } from '@mui/material/utils';
import { useApi } from '@backstage/frontend-plugin-api';
import { modelopsApiRef } from '../api';
import { useOnDemand } from '../hooks/useOnDemand';
import { ErrorNotice } from '../parts/ErrorNotice';
import { Waiting } from '../parts/Waiting';
import { Comparison } from './Comparison';

export interface ComparisonDialogProps {
  entityRef: string;
  versions: readonly string[];
  onClose: () => void;
}

/** Reads what the chosen versions were trained with, and shows them side by side. */
export function ComparisonDialog(props: ComparisonDialogProps) {
  const { entityRef, onClose, versions } = props;
  const api = useApi(modelopsApiRef);
  const titleId = useId();
  const details = useOnDemand(
    useCallback(
      () =>
        Promise.all(
          versions.map(version => api.getVersion(entityRef, version)),
        ),
      [api, entityRef, versions],
    ),
  );
  const { load } = details;
  useEffect(() => {
    load();
  }, [load]);
  return (
    <Dialog
      open
      fullWidth
      maxWidth="lg"
      onClose={onClose}
      aria-labelledby={titleId}
    >
      <DialogTitle id={titleId}>
        Comparison of versions {versions.join(', ')}
      </DialogTitle>
      <DialogContent>
        {details.value && <Comparison versions={details.value} />}
        {!details.value && details.loading && (
          <Waiting label="Loading the versions" lines={6} />
        )}
        {details.error && !details.loading && (
          <ErrorNotice
            title="The versions could not be read"
            error={details.error}
            onRetry={load}
          />
        )}
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>Close</Button>
      </DialogActions>
    </Dialog>
  );
}
