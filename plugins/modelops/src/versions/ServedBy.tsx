import type { ModelVersion } from 'backstage-plugin-modelops-common';
import { Name } from '../parts/Name';

export interface ServedByProps {
  servedBy: ModelVersion['servedBy'];
}

/** Where a version is served, and with how much of the traffic. */
export function ServedBy(props: ServedByProps) {
  const { servedBy } = props;
  if (servedBy.length === 0) return <>–</>;
  return (
    <>
      {servedBy.map(({ share, target }) => (
        <div key={target}>
          <Name>{target}</Name>: {share} %
        </div>
      ))}
    </>
  );
}
