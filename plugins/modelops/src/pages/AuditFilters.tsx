import { type FormEvent, useState } from 'react';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import {
  AUDIT_CODES,
  auditOutcomeSchema,
  type ListAuditQuery,
} from 'backstage-plugin-modelops-common';
import { SelectFilter } from './SelectFilter';

const EMPTY = { near: '', code: '', actor: '', outcome: '', from: '', to: '' };

/** What the ledger is narrowed down by; whoever lists and whoever exports it use the same. */
export type AuditFilter = Omit<ListAuditQuery, 'cursor' | 'limit'>;

export interface AuditFiltersProps {
  /** What the fields hold at first. */
  initial: Pick<AuditFilter, 'near'>;
  onApply: (filter: AuditFilter) => void;
}

/** Narrows the ledger down. It applies on request only, because each read of the ledger is recorded. */
export function AuditFilters(props: AuditFiltersProps) {
  const [filters, setFilters] = useState({
    ...EMPTY,
    near: String(props.initial.near ?? ''),
  });
  const change = (name: keyof typeof EMPTY) => (value: string) =>
    setFilters(before => ({ ...before, [name]: value }));

  const apply = (event: FormEvent) => {
    event.preventDefault();
    props.onApply(toFilter(filters));
  };
  const clear = () => {
    setFilters(EMPTY);
    props.onApply({});
  };

  return (
    <Box
      component="form"
      aria-label="Filters"
      onSubmit={apply}
      sx={{ display: 'flex', flexWrap: 'wrap', gap: 2, mb: 2 }}
    >
      <SelectFilter
        label="Code"
        value={filters.code}
        options={Object.keys(AUDIT_CODES).map(code => [code, code])}
        onChange={change('code')}
      />
      <TextField
        label="Actor"
        size="small"
        placeholder="user:default/ada"
        value={filters.actor}
        onChange={event => change('actor')(event.target.value)}
        InputLabelProps={{ shrink: true }}
      />
      <SelectFilter
        label="Outcome"
        value={filters.outcome}
        options={auditOutcomeSchema.options.map(option => [option, option])}
        onChange={change('outcome')}
      />
      {(['from', 'to'] as const).map(name => (
        <TextField
          key={name}
          label={name === 'from' ? 'From' : 'To'}
          type="datetime-local"
          size="small"
          value={filters[name]}
          onChange={event => change(name)(event.target.value)}
          InputLabelProps={{ shrink: true }}
        />
      ))}
      <TextField
        label="Near entry"
        type="number"
        size="small"
        value={filters.near}
        onChange={event => change('near')(event.target.value)}
        InputLabelProps={{ shrink: true }}
        inputProps={{ min: 1, step: 1 }}
        sx={{ width: 110 }}
      />
      <Button type="submit" variant="outlined">
        Apply filters
      </Button>
      <Button onClick={clear}>Clear filters</Button>
    </Box>
  );
}

function toFilter(filters: typeof EMPTY): AuditFilter {
  const { near, from, to, actor, ...exact } = filters;
  const filter: AuditFilter & Record<string, unknown> = {};
  for (const [name, value] of Object.entries(exact)) {
    if (value) filter[name] = value;
  }
  if (near) filter.near = Number(near);
  if (actor.trim()) filter.actor = actor.trim();
  // The fields hold local time; the ledger speaks UTC.
  if (from) filter.from = new Date(from).toISOString();
  if (to) filter.to = new Date(to).toISOString();
  return filter;
}
