import { newEnforcer, newModelFromString, StringAdapter } from 'casbin';
import { compileGlob } from 'backstage-plugin-modelops-common';
import type { Asker, RoleQuestion } from '../backendInternals';
import type { Company } from './company';

/** In which order a rule is compared. */
export const MATCHERS = {
  /** As in casbin's documentation and in the community RBAC plugin, with our `*` in place of equal resources. */
  usual: 'g(r.sub, p.sub) && glob(r.obj, p.obj) && r.act == p.act',
  /** What sorts out most rules for least work comes first: the best that can be done for casbin here. */
  quickest: 'r.act == p.act && glob(r.obj, p.obj) && g(r.sub, p.sub)',
};

/** The rules and people of a company in casbin: one policy for each rule, one grouping for each membership. */
export async function startCasbin(
  { roles, people }: Company,
  matcher: string,
): Promise<(asker: Asker, question: RoleQuestion) => boolean> {
  const policies = roles.flatMap(({ members, allow }) =>
    allow.map(
      ({ resources, actions }) =>
        `p, ${members[0].group}, ${resources[0]}, ${actions[0]}`,
    ),
  );
  const groupings = people.flatMap(({ userEntityRef, groups }) =>
    groups.map(group => `g, ${userEntityRef}, ${group}`),
  );
  const enforcer = await newEnforcer(
    newModelFromString(`
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = ${matcher}
`),
    new StringAdapter([...policies, ...groupings].join('\n')),
  );
  // Compiled once, as ours are.
  const globs = new Map(
    roles.flatMap(({ allow }) =>
      allow.map(({ resources: [pattern] }) => [pattern, compileGlob(pattern)]),
    ),
  );
  await enforcer.addFunction('glob', (text: string, pattern: string) =>
    globs.get(pattern)!.matches(text),
  );
  return ({ userEntityRef }, { action, connection, resource }) =>
    enforcer.enforceSync(userEntityRef, `${connection}:${resource}`, action);
}
