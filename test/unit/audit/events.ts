import type { AuditEvent } from '../../../shared/audit.ts'
import { canonicalJson } from '../../../shared/hash.ts'
import { ledgerName, openingOf, rowAfter, type Opening } from '../../../shared/ledger.ts'

/** An event for tests; every call makes another one. */
export function someEvent(over: Partial<AuditEvent> = {}): AuditEvent {
  return {
    id: crypto.randomUUID(),
    kind: 'call',
    at: 1_764_105_600_000,
    user: 'engineer@example.com',
    client: 'client-1',
    integration: 'postgres',
    tool: 'query_database',
    effect: 'read',
    arguments: '{"query":"SELECT 1"}',
    argumentsHash: 'a'.repeat(64),
    outcome: 'ok',
    errorCode: '',
    facts: {},
    responseBytes: 120,
    durationMs: 12,
    approvalId: '',
    country: 'DE',
    workerVersion: 'v1',
    policyVersion: 'p1',
    isolate: 'isolate-1',
    sequence: 0,
    ...over,
  }
}

/** An export of consecutive days of one integration, with so many rows a day. */
export function exported(
  days: Readonly<Record<string, number>>,
  integration = 'postgres',
): string[] {
  const lines: unknown[] = []
  let before: { ledger: string; head: string } | null = null
  let sequence = 0
  const names = Object.keys(days)
  for (const [day, rows] of Object.entries(days)) {
    const ledger = ledgerName(integration, day)
    const opening: Opening = openingOf(ledger, before)
    lines.push(opening)
    let head = opening.hash
    for (let seq = 1; seq <= rows; seq++) {
      const event = someEvent({ integration, sequence: sequence++ })
      const row = rowAfter(head, { ledger, seq, arrivedAt: 1_764_105_600_000 + seq }, event)
      lines.push(JSON.parse(row.line))
      head = row.hash
    }
    lines.push({ type: 'head', ledger, rows, head, sealed: day !== names.at(-1) })
    before = { ledger, head }
  }
  return lines.map((line) => canonicalJson(line))
}
