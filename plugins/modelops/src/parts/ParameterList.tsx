import Typography from '@mui/material/Typography';
import type { Parameters } from 'backstage-plugin-modelops-common';
import { Facts } from './Facts';

export interface ParameterListProps {
  parameters: Parameters;
  /** What to say where there is none. */
  emptyText?: string;
}

/** Parameters as they were sent. */
export function ParameterList(props: ParameterListProps) {
  const entries = Object.entries(props.parameters);
  if (entries.length === 0) {
    return (
      <Typography variant="body2" color="text.secondary">
        {props.emptyText ?? "None: the platform's own values were used."}
      </Typography>
    );
  }
  return (
    <Facts
      facts={entries.map(([name, value]) => [
        name,
        <code>
          {typeof value === 'string' ? value : JSON.stringify(value)}
        </code>,
      ])}
    />
  );
}
