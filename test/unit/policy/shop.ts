import {
  compilePolicy,
  group,
  person,
  type Catalogue,
  type Policy,
} from '../../../shared/policy.ts'

/** A small company: a tracker with projects, a database with a role. */
export const catalogue = {
  tracker: {
    title: 'Tracker',
    scopes: { 'tracker:read': 'Read', 'tracker:write': 'Write' },
    limits: { projects: { title: 'Projects', kind: 'list', argument: 'project' } },
    tools: {
      find_issues: {
        title: 'Find',
        scope: 'tracker:read',
        effect: 'read',
        arguments: ['project', 'text'],
      },
      create_issue: {
        title: 'Create',
        scope: 'tracker:write',
        effect: 'create',
        arguments: ['project', 'priority'],
      },
      get_tracker_approval_result: {
        title: 'Result',
        scope: 'tracker:write',
        effect: 'update',
        arguments: ['approval_id'],
      },
    },
  },
  shop: {
    title: 'Shop',
    scopes: { 'shop:read': 'Read', 'shop:write': 'Write' },
    limits: {
      schemas: { title: 'Schemas', kind: 'list' },
      role: { title: 'Role', kind: 'choice' },
    },
    tools: {
      query: { title: 'Query', scope: 'shop:read', effect: 'read', arguments: ['sql'] },
      write: { title: 'Write', scope: 'shop:write', effect: 'update', arguments: ['sql'] },
    },
  },
} as const satisfies Catalogue

export const ann = { email: 'ann@example.com', groups: ['staff', 'support'] }
export const bob = { email: 'bob@example.com', groups: ['staff', 'leads'] }
export const eve = { email: 'eve@example.com', groups: [] }

export const policy: Policy<typeof catalogue> = {
  rules: [
    {
      id: 'staff-read-eng',
      who: group('staff'),
      integration: 'tracker',
      tools: ['tracker:read'],
      limits: { projects: ['ENG'] },
    },
    {
      id: 'support-writes-sup',
      who: group('support'),
      integration: 'tracker',
      tools: ['find_issues', 'create_issue'],
      limits: { projects: ['SUP'] },
      approval: {
        mode: 'never',
        when: [
          {
            if: { argument: 'priority', oneOf: ['high', 'highest'] },
            mode: 'ask',
            approvers: ['self', group('leads')],
          },
          { if: { fact: 'watchers', over: 10 }, mode: 'four_eyes', approvers: [group('leads')] },
        ],
      },
    },
    {
      id: 'ann-may-ops',
      who: person('Ann@Example.com'),
      integration: 'tracker',
      tools: 'all',
      limits: { projects: ['OPS'] },
      approval: { mode: 'four_eyes', approvers: ['self', person('bob@example.com')] },
    },
    {
      id: 'staff-query',
      who: [group('staff'), group('contractors')],
      integration: 'shop',
      tools: ['query'],
      limits: { schemas: ['public'], role: ['reader'] },
    },
    {
      id: 'leads-shop',
      who: group('leads'),
      integration: 'shop',
      tools: 'all',
      limits: { schemas: ['public', 'finance'], role: ['lead'] },
    },
  ],
  quotas: [
    { id: 'staff-hourly', who: group('staff'), integration: 'tracker', limit: 100, per: 'hour' },
    {
      id: 'writes-daily',
      who: 'everyone',
      integration: 'tracker',
      tool: 'create_issue',
      limit: 5,
      per: 'day',
    },
  ],
  admins: [group('leads')],
  auditors: [group('leads')],
}
export const compiled = compilePolicy(catalogue, policy)
