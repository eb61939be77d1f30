import type { JSX, ReactElement } from 'react';
import { Navigate, Route, Routes } from 'react-router-dom';
import { PageLayout } from '@backstage/frontend-plugin-api';
import { useAccess } from '../hooks/useAccess';

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
  const tabs = pages
    .filter(page => page.path !== AUDIT_PATH || audit)
    .map(page => ({ id: page.path, label: page.title, href: page.path }));
  return (
    <PageLayout title={props.title} icon={props.icon} tabs={tabs}>
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
    </PageLayout>
  );
}
