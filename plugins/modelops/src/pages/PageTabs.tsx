import { type JSX, type ReactElement, useEffect, useMemo, useRef } from 'react';
import { Navigate, Route, Routes } from 'react-router-dom';
import Box from '@mui/material/Box';
import { PageLayout } from '@backstage/frontend-plugin-api';
import { useAccess } from '../hooks/useAccess';
import { ConfigurationNotice } from '../parts/ConfigurationNotice';

/** Path of the sub-page whose tab only those see who may read the ledger. */
export const AUDIT_PATH = 'audit';

export interface PageTabsProps {
  title: string;
  icon?: ReactElement;
  pages: Array<{ path: string; title: string; element: JSX.Element }>;
}

/**
 * The page of the new frontend system. Backstage's own would show every tab to everybody; here the tab Audit depends on
 * `/access`. Its route stays: whoever opens the address is told why it is closed to them.
 */
export function PageTabs(props: PageTabsProps) {
  const { pages } = props;
  const audit = useAccess().value?.audit ?? false;
  const tabs = useMemo(
    () =>
      pages
        .filter(page => page.path !== AUDIT_PATH || audit)
        .map(page => ({ id: page.path, label: page.title, href: page.path })),
    [pages, audit],
  );
  const panel = usePanelOfSelectedTab();
  return (
    <PageLayout title={props.title} icon={props.icon} tabs={tabs}>
      <Box component="main" ref={panel} sx={{ px: 3, py: 2 }}>
        <ConfigurationNotice />
        <Routes>
          {pages[0] && (
            <Route index element={<Navigate to={pages[0].path} replace />} />
          )}
          {pages.map(page => (
            <Route
              key={page.path}
              path={`${page.path}/*`}
              element={page.element}
            />
          ))}
        </Routes>
      </Box>
    </PageLayout>
  );
}

/**
 * Backstage's tabs are links without panels, yet the selected one says which element it controls. What it opens gets
 * that id, so that the reference leads somewhere. Written past React: drawing anew would give the tabs new ids.
 */
function usePanelOfSelectedTab() {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    const follow = () => {
      const tab = document.querySelector('[role="tab"][aria-selected="true"]');
      const id = tab?.getAttribute('aria-controls');
      if (panel.current && id) panel.current.id = id;
    };
    follow();
    // The tabs are drawn later than we are.
    const observer = new MutationObserver(follow);
    observer.observe(document.body, {
      subtree: true,
      childList: true,
      attributeFilter: ['aria-selected', 'aria-controls'],
    });
    return () => observer.disconnect();
  }, []);
  return panel;
}
