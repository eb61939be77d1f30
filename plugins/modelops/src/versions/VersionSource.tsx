import { Link } from '@backstage/core-components';
import type { ModelVersion } from 'backstage-plugin-modelops-common';

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
        <div>
          <MaybeLink
            url={sourceRun.url}
            word={`run ${shortened(sourceRun.id)}`}
          />
        </div>
      )}
      {sourceJob && (
        <div>
          <MaybeLink
            url={sourceJob.url}
            word={`job run ${shortened(sourceJob.platformRunId)}`}
          />
          {sourceJob.runId && ' (started here)'}
        </div>
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
