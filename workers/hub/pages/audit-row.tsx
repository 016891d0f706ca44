import { hashLine, type LedgerRow } from '../../../shared/ledger.ts'
import type { SignedIn } from '../identity.ts'
import { Page } from '../layout.tsx'
import { Shown } from './shown.tsx'

export interface RowProps {
  readonly person: SignedIn
  readonly row: LedgerRow
  readonly before: LedgerRow | null
  readonly after: LedgerRow | null
  /** The hash that the first row of a ledger follows. */
  readonly opening: string
}

/** One event whole, and its place in the chain. */
export function Row({ person, row, before, after, opening }: RowProps) {
  const { facts, ...event } = row.event
  const genuine = hashLine(row) === row.hash
  const linked =
    row.previous === (before?.hash ?? opening) && (!after || after.previous === row.hash)
  return (
    <Page title="Audit event" person={person}>
      <p>
        <a href="/audit">Audit</a>
      </p>
      <h1>
        {row.event.kind.replace('_', ' ')}: {row.event.outcome}
      </h1>
      <section class="card">
        <dl class="facts">
          {Object.entries(event).map(([name, value]) => (
            <Field
              name={name}
              value={name === 'at' ? `${new Date(Number(value)).toISOString()}` : value}
            />
          ))}
          {Object.entries(facts).map(([name, value]) => (
            <Field name={name} value={value} />
          ))}
        </dl>
        {row.event.approvalId && (
          <p class="row">
            <a href={`/approvals/${row.event.approvalId}`}>The approval</a>
            <a href={`/audit?span=month&approval=${row.event.approvalId}`}>Everything about it</a>
          </p>
        )}
      </section>
      <h2 id="chain">Its place in the ledger</h2>
      <p class={`notice ${genuine && linked ? '' : 'bad'}`} role="status">
        <strong>
          {genuine && linked
            ? 'This row is genuine and follows its neighbours.'
            : 'This row does not fit into its chain.'}
        </strong>
        Recomputed from what is stored, at this moment. An export is verified as a whole:{' '}
        <code>npm run audit -- verify FILE</code>.
      </p>
      <div class="chain">
        {before ? (
          <Link row={before} word="before" />
        ) : (
          <p class="soft">
            It is the first of {row.ledger}, after the opening <span class="hash">{opening}</span>.
          </p>
        )}
        <Link row={row} word="this row" here />
        {after ? <Link row={after} word="after" /> : <p class="soft">It is the last so far.</p>}
      </div>
    </Page>
  )
}

function Field({ name, value }: { name: string; value: unknown }) {
  return value === '' ? (
    <></>
  ) : (
    <>
      <dt>{name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()}</dt>
      <dd>
        <Shown value={value} length={4_100} />
      </dd>
    </>
  )
}

function Link({ row, word, here = false }: { row: LedgerRow; word: string; here?: boolean }) {
  const { event, ledger, seq } = row
  return (
    <section class={here ? 'card here' : 'card'}>
      <h3 class="row">
        <span class="badge">{word}</span>
        {here ? (
          `${ledger}, row ${seq}`
        ) : (
          <a href={`/audit/row/${ledger}/${seq}`}>{`${ledger}, row ${seq}`}</a>
        )}
      </h3>
      <p>
        {new Date(row.arrivedAt).toISOString()} · {event.user} · {event.tool || event.kind} ·{' '}
        {event.outcome}
      </p>
      <p class="hash">follows {row.previous}</p>
      <p class="hash">
        <strong>hash {row.hash}</strong>
      </p>
    </section>
  )
}
