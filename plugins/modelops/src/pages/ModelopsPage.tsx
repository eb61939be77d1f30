import { Header, Page, TabbedLayout } from '@backstage/core-components';
import { useAccess } from '../hooks/useAccess';
import { ConfigurationNotice } from '../parts/ConfigurationNotice';
import { AuditPage } from './AuditPage';
import { RunsPage } from './RunsPage';

/** The page of the legacy frontend system; the new one draws header and tabs itself. */
export function ModelopsPage() {
  const access = useAccess();
  // Only the tab is hidden: whoever opens the address is told why it is closed to them.
  const auditTab = access.value?.audit ? {} : { style: { display: 'none' } };
  return (
    <Page themeId="tool">
      <Header title="Model ops" />
      <TabbedLayout>
        <TabbedLayout.Route path="/runs" title="Runs">
          <>
            <ConfigurationNotice />
            <RunsPage />
          </>
        </TabbedLayout.Route>
        <TabbedLayout.Route path="/audit" title="Audit" tabProps={auditTab}>
          <>
            <ConfigurationNotice />
            <AuditPage />
          </>
        </TabbedLayout.Route>
      </TabbedLayout>
    </Page>
  );
}
