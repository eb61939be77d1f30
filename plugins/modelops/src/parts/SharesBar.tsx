import Box from '@mui/material/Box';
import type { ServedVersion } from 'backstage-plugin-modelops-common';
import { servedWord } from './servedWords';

/**
 * Colours of the model's own versions, one after the other: equally light, at least 3:1 to the paper of Backstage's light and
 * dark theme (WCAG 1.4.11). Text would read on none of them, so the words stand below. The theme has no colours for
 * categories.
 */
const OWN = ['#5093dd', '#de7320', '#30a27a', '#ac7cd2', '#b08b1e'];
/** Other models: hatched, so that they differ without colour too. */
const FOREIGN =
  'repeating-linear-gradient(45deg, #8c9199 0 5px, transparent 5px 8px)';

export interface SharesBarProps {
  /** Whose traffic it is, `Traffic now`. */
  label: string;
  served: readonly ServedVersion[];
}

/** Shares of the traffic as one bar, with the words in the order of its pieces. */
export function SharesBar(props: SharesBarProps) {
  const looks = looksOf(props.served);
  return (
    <Box>
      <Box
        aria-hidden
        sx={{
          display: 'flex',
          gap: '2px',
          height: 16,
          borderRadius: 1,
          overflow: 'hidden',
          bgcolor: 'action.hover',
        }}
      >
        {looks.map(({ one, background }) => (
          <Box
            key={one.id}
            sx={{ width: `${one.share}%`, background, flexShrink: 1 }}
          />
        ))}
      </Box>
      <Box
        component="ul"
        aria-label={props.label}
        sx={{
          listStyle: 'none',
          display: 'flex',
          flexWrap: 'wrap',
          columnGap: 2,
          rowGap: 0.5,
          m: 0,
          mt: 0.75,
          p: 0,
          typography: 'body2',
        }}
      >
        {looks.map(({ one, background }) => (
          <Box
            component="li"
            key={one.id}
            sx={{
              display: 'flex',
              alignItems: 'center',
              gap: 0.75,
              overflowWrap: 'anywhere',
            }}
          >
            <Box
              aria-hidden
              sx={{
                width: 12,
                height: 12,
                flexShrink: 0,
                borderRadius: 0.5,
                background,
              }}
            />
            <span>
              {servedWord(one)}: {one.share} %
            </span>
          </Box>
        ))}
      </Box>
    </Box>
  );
}

function looksOf(served: readonly ServedVersion[]) {
  let own = 0;
  return served.map(one => {
    if (!one.ours) return { one, background: FOREIGN };
    const background = OWN[own % OWN.length];
    own += 1;
    return { one, background };
  });
}
