import type { Context, MiddlewareHandler } from 'hono'
import { Hono } from 'hono/tiny'
import * as z from 'zod'
import { utcDay, type LedgerRow } from '../../../shared/ledger.ts'
import { isOneOf } from '../../../shared/policy.ts'
import { recordFirst } from '../audit.ts'
import { Page, show } from '../layout.tsx'
import { exportLedgers } from '../ledger/export.ts'
import { searchRows, slicesOf, type Search } from '../ledger/search.ts'
import { policy } from '../policy.ts'
import { requireSession, type HubContext } from '../session.ts'
import { Charts } from './audit-charts.tsx'
import { Filters } from './audit-filters.tsx'
import {
  fieldTime,
  placeFrom,
  placeText,
  queryOf,
  readForm,
  searchOf,
  type Form,
} from './audit-query.ts'
import { Row } from './audit-row.tsx'
import { notFound, showProblem } from './error.tsx'
import { shortly } from './shown.tsx'

export const audit = new Hono<HubContext>()

const pageSize = 50

/** Auditors only; others get what they would get for a page that does not exist. */
const auditorsOnly: MiddlewareHandler<HubContext> = async (c, next) =>
  isOneOf(c.var.person, policy.policy.auditors) ? next() : notFound(c)

audit.use('/audit', requireSession, auditorsOnly)
audit.use('/audit/*', requireSession, auditorsOnly)

audit.get('/audit', async (c) => {
  const form = readForm(c.req.query())
  const search = searchOf(form, Date.now())
  const unrecorded = await onRecord(c, 'searched', factsOf(search))
  if (unrecorded) return unrecorded
  const [{ rows, next }, { sliceMs, slices }] = await Promise.all([
    searchRows(c.env, search, pageSize, placeFrom(form.after)),
    slicesOf(c.env, search),
  ])
  return show(
    c,
    <Page title="Audit" person={c.var.person}>
      <h1>Audit</h1>
      <p class="lead">
        Every call, decision, sign-in and switch, as the ledger has it. Looking at it is on record
        too.
      </p>
      <Filters form={form} />
      <Charts slices={slices} sliceMs={sliceMs} />
      {rows.length === 0 ? (
        <section class="card empty">
          <h2>Nothing of that kind</h2>
          <p>
            No row between {clock(search.from)} and {clock(search.to)} UTC matches. Try a longer
            time or fewer words.
          </p>
        </section>
      ) : (
        <Rows rows={rows} />
      )}
      {next && (
        <p class="actions">
          <a
            class="button quiet"
            href={`/audit?${queryOf({ ...linkOf(form, search), after: placeText(next) })}`}
          >
            Older
          </a>
        </p>
      )}
      <Exports form={form} search={search} />
    </Page>,
  )
})

audit.get('/audit/row/:integration/:day/:seq', async (c) => {
  const { integration, day, seq } = c.req.param()
  const place = z
    .object({
      integration: z.string().regex(/^[a-z][a-z0-9-]*$/),
      day: z.iso.date(),
      seq: z.coerce.number().int().positive(),
    })
    .safeParse({ integration, day, seq })
  if (!place.success) return notFound(c)
  const ledger = `${integration}/${day}`
  const unrecorded = await onRecord(c, 'opened', { ledger, row: place.data.seq })
  if (unrecorded) return unrecorded
  const object = c.env.LEDGER.getByName(ledger)
  const [{ before, row, after }, opening] = await Promise.all([
    object.neighbourhood(place.data.seq),
    object.opening(),
  ])
  if (!row || !opening) return notFound(c)
  return show(
    c,
    <Row person={c.var.person} row={row} before={before} after={after} opening={opening.hash} />,
  )
})

/** Whole days, verifiable as a chain; with `chosen`, the rows of the search. */
audit.get('/audit/export', async (c) => {
  const form = readForm(c.req.query())
  const chosen = c.req.query('chosen') !== undefined
  const search = searchOf(form, Date.now())
  const { from, to, integration, filter } = search
  const unrecorded = await onRecord(c, 'exported', { ...factsOf(search), chosen })
  if (unrecorded) return unrecorded
  const [fromDay, toDay] = [utcDay(form.from ?? from), utcDay(to - 1)]
  const lines = exportLedgers(c.env, {
    fromDay,
    toDay,
    ...(integration && { integration }),
    ...(chosen && { filter: { ...filter, from, to } }),
  })
  return c.body(lines, 200, {
    'content-type': 'application/x-ndjson',
    'content-disposition': `attachment; filename="ledger-${integration ?? 'all'}-${fromDay}-${toDay}${chosen ? '-chosen' : ''}.ndjson"`,
  })
})

/** Puts the reading on record first. @returns the page that says why nothing is shown, when that fails. */
async function onRecord(
  c: Context<HubContext>,
  outcome: string,
  facts: Record<string, string | number | boolean>,
): Promise<Response | undefined> {
  try {
    await recordFirst(c.env, { kind: 'audit_read', user: c.var.person.email, outcome, facts })
    return undefined
  } catch (error) {
    console.error('audit: a reading could not be recorded', error)
    return showProblem(c, {
      status: 503,
      title: 'The audit can’t be read now',
      text: 'Every reading is put on record first, and the ledger can’t be reached. Try again in a minute.',
      action: { href: '/audit', label: 'Try again' },
    })
  }
}

const clock = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ')

const factsOf = ({ from, to, integration = '', filter }: Search): Record<string, string> => ({
  from: new Date(from).toISOString(),
  to: new Date(to).toISOString(),
  ...(integration && { integration }),
  ...Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, String(value)])),
})

/** A form as links carry it: with the time that this page showed, so that the next one goes on in it. */
const linkOf = (form: Form, { from, to }: Search) => ({
  ...form,
  span: undefined,
  after: undefined,
  from: fieldTime(from),
  to: fieldTime(to + 59_999),
})

function Exports({ form, search }: { form: Form; search: Search }) {
  const link = linkOf(form, search)
  return (
    <section class="card">
      <h2>Take it along</h2>
      <p>
        As NDJSON. Whole days can be verified by anybody: <code>npm run audit -- verify FILE</code>{' '}
        names the first row that was changed, removed, inserted or moved. Chosen rows are genuine
        each, but say nothing about what lies between them.
      </p>
      <p class="row">
        <a
          class="button quiet"
          href={`/audit/export?${queryOf({ integration: form.integration, from: link.from, to: link.to })}`}
          download
        >
          Whole days
        </a>
        <a class="button quiet" href={`/audit/export?${queryOf(link)}&chosen`} download>
          These rows
        </a>
      </p>
    </section>
  )
}

const looks: Readonly<Record<string, string>> = {
  ok: 'ok',
  done: 'ok',
  approved: 'ok',
  refused: 'warn',
  failed: 'bad',
  denied: 'bad',
  unknown: 'bad',
  unreadable: 'bad',
}

function Rows({ rows }: { rows: readonly LedgerRow[] }) {
  return (
    <section class="card table">
      <table class="stack dense events">
        <thead>
          <tr>
            {['When (UTC)', 'Who', 'What', 'Outcome', 'Took', 'About'].map((name) => (
              <th scope="col">{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ event, ledger, seq, arrivedAt }) => (
            <tr>
              <td data-label="When">
                <a href={`/audit/row/${ledger}/${seq}`}>
                  {new Date(arrivedAt).toISOString().slice(5, 19).replace('T', ' ')}
                </a>
              </td>
              <td data-label="Who">
                {shortly(event.user, 60) || <span class="soft">nobody</span>}
              </td>
              <td data-label="What">
                <span>
                  {shortly(event.tool || event.kind.replace('_', ' '), 60)}{' '}
                  <small>
                    {event.tool && event.kind !== 'call' ? event.kind : event.integration}
                  </small>
                </span>
              </td>
              <td data-label="Outcome">
                <span>
                  <span class={`badge ${looks[event.outcome] ?? ''}`}>{event.outcome}</span>{' '}
                  {event.errorCode && <small>{event.errorCode}</small>}
                </span>
              </td>
              <td data-label="Took" class="took">
                {event.kind === 'call' || event.kind === 'outcome'
                  ? `${Math.round(event.durationMs)} ms`
                  : ''}
              </td>
              <td data-label="About" class="about">
                <small>
                  {shortly(
                    event.arguments && event.arguments !== '{}'
                      ? event.arguments
                      : JSON.stringify(event.facts),
                    90,
                  )}
                </small>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
