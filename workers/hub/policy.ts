/**
 * The company's policy: who may do what. Nothing is allowed that no rule allows.
 *
 * Names of integrations, tools, scopes, limits and arguments are typed by the catalogue, so a
 * misspelt one does not compile. A change takes effect with the hub's next deploy; to stop
 * something at once, use a kill switch (`/admin`, `npm run kill`), which needs no deploy.
 *
 * `npm run policy -- explain --user E --tool T` says what would happen, and which rule does it.
 */
import { catalogue } from '../../shared/catalogue.ts'
import { compilePolicy, group } from '../../shared/policy.ts'

export const policy = compilePolicy(catalogue, {
  rules: [
    // Analysts read the shop's public schema through a database role that sees no personal data.
    {
      id: 'analysts-read-shop',
      who: group('analysts'),
      integration: 'postgres',
      tools: ['list_databases', 'search_database_schema', 'get_table_schema', 'query_database'],
      limits: { databases: ['shop'], schemas: ['public'], role: ['gatehouse_analyst'] },
    },
    // Engineers may do everything with the shop. They approve their own writes, except large ones,
    // which an administrator other than the proposer decides.
    {
      id: 'engineers-use-shop',
      who: group('engineering'),
      integration: 'postgres',
      tools: 'all',
      limits: {
        databases: ['shop'],
        schemas: ['public', 'support'],
        role: ['gatehouse_engineer'],
      },
      approval: {
        mode: 'ask',
        approvers: ['self'],
        when: [
          { if: { fact: 'rows', over: 100 }, mode: 'four_eyes', approvers: [group('admins')] },
        ],
      },
    },
    // Engineers look at orders and approve their own refunds; above 100 an administrator does.
    {
      id: 'engineers-read-orders',
      who: group('engineering'),
      integration: 'custom',
      tools: ['custom:read'],
    },
    {
      id: 'engineers-refund-orders',
      who: group('engineering'),
      integration: 'custom',
      tools: ['custom:write'],
      approval: {
        mode: 'ask',
        approvers: ['self'],
        when: [
          { if: { fact: 'amount', over: 100 }, mode: 'four_eyes', approvers: [group('admins')] },
        ],
      },
    },
    // Analysts read the engineering project.
    {
      id: 'analysts-read-jira',
      who: group('analysts'),
      integration: 'jira',
      tools: ['jira:read'],
      limits: { projects: ['ENG'] },
    },
    // Engineers work in two projects and approve their own changes; many issues at once need an
    // administrator. Mentions and answers to customers always ask (the preview says so).
    {
      id: 'engineers-use-jira',
      who: group('engineering'),
      integration: 'jira',
      tools: 'all',
      limits: { projects: ['ENG', 'OPS'] },
      approval: {
        mode: 'ask',
        approvers: ['self'],
        when: [
          { if: { fact: 'issues', over: 20 }, mode: 'four_eyes', approvers: [group('admins')] },
        ],
      },
    },
    // Analysts follow what happens in operations.
    {
      id: 'analysts-read-operations',
      who: group('analysts'),
      integration: 'slack',
      tools: ['slack:read'],
      limits: { channels: ['#operations'] },
    },
    {
      id: 'engineers-read-slack',
      who: group('engineering'),
      integration: 'slack',
      tools: ['slack:read'],
      limits: { channels: ['#operations', '#engineering', '#incidents'] },
    },
    // Engineers approve their own messages to #operations. What notifies everybody, or goes to
    // people outside, is decided by an administrator.
    {
      id: 'engineers-post-operations',
      who: group('engineering'),
      integration: 'slack',
      tools: ['slack:write'],
      limits: { channels: ['#operations'] },
      approval: {
        mode: 'ask',
        approvers: ['self'],
        when: [
          {
            if: { fact: 'mass_mentions', over: 0 },
            mode: 'four_eyes',
            approvers: [group('admins')],
          },
          {
            if: { fact: 'external', oneOf: [true] },
            mode: 'four_eyes',
            approvers: [group('admins')],
          },
        ],
      },
    },
  ],
  admins: [group('admins')],
  auditors: [group('admins')],
  retentionDays: 400,
})
