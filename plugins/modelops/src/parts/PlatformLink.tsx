import { Link } from '@backstage/core-components';
import { platformWord } from './words';

export interface PlatformLinkProps {
  platform: string;
  url: string | undefined;
}

/** Leads to the run on its platform. An address that is no web address is no link. */
export function PlatformLink(props: PlatformLinkProps) {
  if (!props.url || !/^https?:\/\//i.test(props.url)) return <>–</>;
  return (
    <Link to={props.url}>{`Open in ${platformWord(props.platform)}`}</Link>
  );
}
