/**
 * What an operator asks of the audit at scale, as SQL for Workers Analytics Engine. Counts weigh
 * each point by `_sample_interval`, because the dataset is sampled; exact answers are the ledger's.
 */
import { dataset, sqlColumn, type Column } from './analytics.ts'

export interface Question {
  readonly title: string
  /** @param days how far back */
  sql(days: number): string
}

const c = (column: Column): string => sqlColumn(column)
const count = 'SUM(_sample_interval)'
const countIf = (condition: string): string => `SUM(IF(${condition}, _sample_interval, 0))`
const quantile = (share: number, column: Column): string =>
  `quantileExactWeighted(${share})(${c(column)}, _sample_interval)`
const isCall = `${c('kind')} = 'call'`
const since = (days: number): string => `timestamp > NOW() - INTERVAL '${days}' DAY`

interface Parts {
  readonly select: readonly string[]
  readonly where?: string
  readonly group: readonly string[]
  readonly order: string
  readonly limit?: number
}
const ask = (
  title: string,
  { select, where = isCall, group, order, limit = 50 }: Parts,
): Question => ({
  title,
  sql: (days) =>
    [
      `SELECT ${select.join(', ')}`,
      `FROM ${dataset}`,
      `WHERE ${since(days)} AND ${where}`,
      `GROUP BY ${group.join(', ')}`,
      `ORDER BY ${order}`,
      `LIMIT ${limit}`,
      'FORMAT JSON',
    ].join('\n'),
})

const tool = `${c('tool')} AS tool`
const integration = `${c('integration')} AS integration`
const person = `${c('user')} AS person`

/** By name, as `npm run audit -- query NAME` takes them. */
export const questions: Readonly<Record<string, Question>> = {
  tools: ask('Which tools are used, by how many people, and how do they end?', {
    select: [
      integration,
      tool,
      `${count} AS calls`,
      `COUNT(DISTINCT ${c('user')}) AS people`,
      `${countIf(`${c('outcome')} = 'refused'`)} AS refused`,
      `${countIf(`${c('outcome')} = 'failed'`)} AS failed`,
    ],
    group: ['integration', 'tool'],
    order: 'calls DESC',
  }),
  latency: ask('How long do calls take?', {
    select: [
      integration,
      tool,
      `${quantile(0.5, 'durationMs')} AS p50_ms`,
      `${quantile(0.95, 'durationMs')} AS p95_ms`,
      `${quantile(0.99, 'durationMs')} AS p99_ms`,
      `${count} AS calls`,
    ],
    where: `${isCall} AND ${c('outcome')} != 'refused'`,
    group: ['integration', 'tool'],
    order: 'p95_ms DESC',
  }),
  traffic: ask('How much happens, hour by hour?', {
    select: ['toStartOfHour(timestamp) AS hour', integration, `${count} AS calls`],
    group: ['hour', 'integration'],
    order: 'hour DESC',
    limit: 1_000,
  }),
  failures: ask('What fails, and with which code?', {
    select: [
      integration,
      tool,
      `${c('errorCode')} AS code`,
      `${count} AS times`,
      'MAX(timestamp) AS last_seen',
    ],
    where: `${isCall} AND ${c('outcome')} = 'failed'`,
    group: ['integration', 'tool', 'code'],
    order: 'times DESC',
  }),
  refusals: ask('Who was refused what, and why?', {
    select: [
      person,
      tool,
      `${c('errorCode')} AS code`,
      `${count} AS times`,
      'MAX(timestamp) AS last_seen',
    ],
    where: `${isCall} AND ${c('outcome')} = 'refused'`,
    group: ['person', 'tool', 'code'],
    order: 'times DESC',
  }),
  people: ask('Who uses it most?', {
    select: [
      person,
      `${count} AS calls`,
      `COUNT(DISTINCT ${c('tool')}) AS tools`,
      `${countIf(`${c('effect')} != 'read'`)} AS writes`,
      'MAX(timestamp) AS last_seen',
    ],
    group: ['person'],
    order: 'calls DESC',
  }),
  clients: ask('Through which clients?', {
    select: [
      `${c('client')} AS client`,
      `${count} AS calls`,
      `COUNT(DISTINCT ${c('user')}) AS people`,
    ],
    group: ['client'],
    order: 'calls DESC',
  }),
  approvals: ask('What became of proposals, day by day?', {
    select: ['toStartOfDay(timestamp) AS day', `${c('outcome')} AS state`, `${count} AS times`],
    where: `${c('kind')} IN ('proposal', 'decision', 'outcome')`,
    group: ['day', 'state'],
    order: 'day DESC, state',
    limit: 1_000,
  }),
  writes: ask('Which writes ran, for whom, and how did they end?', {
    select: [
      person,
      tool,
      `${c('outcome')} AS ended`,
      `${count} AS times`,
      'MAX(timestamp) AS last_seen',
    ],
    where: `${c('kind')} = 'outcome'`,
    group: ['person', 'tool', 'ended'],
    order: 'times DESC',
  }),
  size: ask('Which answers are large or cut?', {
    select: [
      integration,
      tool,
      `${quantile(0.95, 'responseBytes')} AS p95_bytes`,
      `${countIf(`${c('truncated')} = 1`)} AS cut`,
      `${count} AS calls`,
    ],
    where: `${isCall} AND ${c('outcome')} = 'ok'`,
    group: ['integration', 'tool'],
    order: 'p95_bytes DESC',
  }),
  countries: ask('From which countries do people call?', {
    select: [
      person,
      `${c('country')} AS country`,
      `${count} AS calls`,
      'MIN(timestamp) AS first_seen',
      'MAX(timestamp) AS last_seen',
    ],
    group: ['person', 'country'],
    order: 'first_seen DESC',
    limit: 200,
  }),
  versions: ask('Did a deploy make it worse?', {
    select: [
      integration,
      `${c('workerVersion')} AS version`,
      `${count} AS calls`,
      `${countIf(`${c('outcome')} = 'failed'`)} AS failed`,
      `${quantile(0.95, 'durationMs')} AS p95_ms`,
      'MIN(timestamp) AS first_seen',
    ],
    group: ['integration', 'version'],
    order: 'first_seen DESC',
  }),
}
