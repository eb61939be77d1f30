import { Link } from '@backstage/core-components';

export interface PlatformLinkProps {
  /** Its name for people. */
  platform: string;
  url: string | undefined;
}

/** Leads to the run on its platform. An address that is no web address is no link. */
export function PlatformLink(props: PlatformLinkProps) {
  if (!props.url || !/^https?:\/\//i.test(props.url)) return <>–</>;
  return <Link to={props.url}>{`Open in ${props.platform}`}</Link>;
}
