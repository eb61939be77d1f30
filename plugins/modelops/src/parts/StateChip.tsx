import type { ComponentType } from 'react';
import type { SvgIconProps } from '@mui/material/SvgIcon';
import Chip, { type ChipProps } from '@mui/material/Chip';

/** Colour and icon of a state. */
export type StateLook = readonly [
  color: ChipProps['color'],
  icon: ComponentType<SvgIconProps>,
];

export interface StateChipProps {
  look: StateLook;
  label: string;
}

/** A state in a word, with an icon of its own, so that colour only repeats what the word says. */
export function StateChip(props: StateChipProps) {
  const [color, Icon] = props.look;
  return (
    <Chip
      size="small"
      variant="outlined"
      color={color}
      icon={<Icon aria-hidden />}
      label={props.label}
      // The word keeps the contrast of text in both themes; border and icon carry the colour.
      sx={{
        m: 0,
        '& .v5-MuiChip-label, & .MuiChip-label': { color: 'text.primary' },
      }}
    />
  );
}
