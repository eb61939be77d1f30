import { Link } from '@backstage/core-components';
import Box from '@mui/material/Box';
import type { ModelVersion } from 'backstage-plugin-modelops-common';

/** Links one below the other: 24 px apart, as WCAG 2.5.8 wants. */
const LINE = { minHeight: 24, display: 'flex', alignItems: 'center' };

export interface VersionSourceProps {
  version: Pick<ModelVersion, 'sourceRun' | 'sourceJob'>;
}

/** The experiment run and the job run that made a version. */
export function VersionSource(props: VersionSourceProps) {
  const { sourceJob, sourceRun } = props.version;
  if (!sourceJob && !sourceRun) return <>–</>;
  return (
    <>
      {sourceRun && (
        <Box sx={LINE}>
          <MaybeLink
            url={sourceRun.url}
            word={`run ${shortened(sourceRun.id)}`}
          />
        </Box>
      )}
      {sourceJob && (
        <Box sx={LINE}>
          <MaybeLink
            url={sourceJob.url}
            word={`job run ${shortened(sourceJob.platformRunId)}`}
          />
          {sourceJob.runId && ' (started here)'}
        </Box>
      )}
    </>
  );
}

/** An address that is no web address is no link. */
function MaybeLink(props: { url: string | undefined; word: string }) {
  return props.url && /^https?:\/\//i.test(props.url) ? (
    <Link to={props.url}>{props.word}</Link>
  ) : (
    <>{props.word}</>
  );
}

/** Ids of experiment runs have 32 digits; the first eight tell them apart. */
function shortened(id: string): string {
  return id.length > 16 ? `${id.slice(0, 8)}…` : id;
}
