import {
  Link,
  sidebarConfig,
  useSidebarOpenState,
} from '@backstage/core-components';
import { makeStyles } from '@material-ui/core/styles';

const useStyles = makeStyles({
  root: {
    display: 'flex',
    alignItems: 'center',
    height: 3 * sidebarConfig.logoHeight,
    // The sidebar is dark in both themes, so its logo is white in both.
    '& a': {
      display: 'flex',
      alignItems: 'center',
      gap: 12,
      marginLeft: 22,
      color: '#fff',
      fontSize: 20,
      fontWeight: 600,
      whiteSpace: 'nowrap',
    },
  },
});

/** A rising curve through three points: a model that gets better. */
function Mark() {
  return (
    <svg width="28" height="28" viewBox="0 0 28 28" aria-hidden="true">
      <path
        d="M3 23C9 23 11 15 14 12.5S20 6 25 4"
        fill="none"
        stroke="#36baa2"
        strokeWidth="2.5"
        strokeLinecap="round"
      />
      <circle cx="3" cy="23" r="3" fill="#fff" />
      <circle cx="14" cy="12.5" r="3" fill="#fff" />
      <circle cx="25" cy="4" r="3" fill="#fff" />
    </svg>
  );
}

export function SidebarLogo() {
  const classes = useStyles();
  const { isOpen } = useSidebarOpenState();
  return (
    <div className={classes.root}>
      <Link to="/" underline="none" aria-label="Acme portal, home">
        <Mark />
        {isOpen && <span>Acme portal</span>}
      </Link>
    </div>
  );
}
