import { useState } from 'react';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { unstable_useId as useId } from '@mui/material/utils';
import { useApi } from '@backstage/frontend-plugin-api';
import type { ExportAuditQuery } from 'backstage-plugin-modelops-common';
import { modelopsApiRef } from '../api';
import { BusyButton } from '../parts/BusyButton';
import { ErrorNotice } from '../parts/ErrorNotice';
import { timeWord } from '../parts/times';
import type { AuditFilter } from './AuditFilters';
import { saveFile } from './saveFile';

type Format = ExportAuditQuery['format'];
const FORMATS: readonly Format[] = ['jsonl', 'csv'];

export interface AuditExportProps {
  /** The filters in effect. */
  filter: AuditFilter;
}

/** The entries that match as a file: JSONL to process and to verify, CSV for a spreadsheet. */
export function AuditExport(props: AuditExportProps) {
  const { filter } = props;
  const api = useApi(modelopsApiRef);
  const [busy, setBusy] = useState<Format>();
  const [failed, setFailed] = useState<{ format: Format; error: Error }>();
  const [saved, setSaved] = useState<string>();
  const noteId = useId();

  const exportAs = async (format: Format) => {
    if (busy) return;
    setBusy(format);
    setFailed(undefined);
    setSaved(undefined);
    try {
      const name = fileName(filter, format);
      saveFile(await api.exportAudit({ ...filter, format }), name);
      setSaved(name);
    } catch (error) {
      setFailed({ format, error: error as Error });
    } finally {
      setBusy(undefined);
    }
  };

  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', gap: 1 }}>
      <Box
        sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1 }}
      >
        {FORMATS.map(format => (
          <BusyButton
            key={format}
            variant="outlined"
            aria-describedby={noteId}
            busy={busy === format}
            onClick={() => exportAs(format)}
          >
            Export {format.toUpperCase()}
          </BusyButton>
        ))}
        <Typography variant="body2" role="status">
          {busy && 'Exporting. A large ledger takes a while.'}
          {saved && `Saved as ${saved}`}
        </Typography>
      </Box>
      <Typography
        id={noteId}
        variant="caption"
        color="text.secondary"
        sx={{ maxWidth: '32rem' }}
      >
        All entries that match the filters, oldest first. JSONL without filters
        can be verified offline with <code>modelops-audit verify</code>.
      </Typography>
      {failed && (
        <ErrorNotice
          title="The export failed"
          error={failed.error}
          onRetry={() => exportAs(failed.format)}
        />
      )}
    </Box>
  );
}

/** The day is the person's own. A part of the ledger says so in its name, because it cannot be verified. */
function fileName(filter: AuditFilter, format: Format): string {
  const [day] = timeWord(new Date()).split(' ');
  const part = Object.keys(filter).length > 0 ? '-filtered' : '';
  return `modelops-audit-${day}${part}.${format}`;
}
