import type { Context } from 'hono'
import { Hono } from 'hono/tiny'
import * as z from 'zod'
import type { Opened } from '../approvals/approvals.ts'
import { approvals as approvalsOf } from '../approvals/stub.ts'
import { decideApproval, judgedNow, mayDecide, openApproval } from '../approvals/decisions.ts'
import type { Listed } from '../approvals/record.ts'
import { Page, show } from '../layout.tsx'
import { connectionsOf } from '../people.ts'
import { requireSession, type HubContext } from '../session.ts'
import { Detail, refreshAfter, stateWords } from './approvals-detail.tsx'
import { notFound } from './error.tsx'
import { shortly } from './shown.tsx'
import { When } from './when.tsx'

export const approvals = new Hono<HubContext>()

approvals.get('/approvals', requireSession, async (c) => {
  const { person } = c.var
  const { waiting, own } = await approvalsOf(c.env).lists(person.email)
  const at = Date.now()
  const toDecide = waiting.filter((one) => mayDecide(person, one))
  const mine = own.filter(({ subject }) => subject.proposer.email === person.email)
  const open = mine.filter(
    (one) =>
      one.standing.state === 'proposed' &&
      !toDecide.some((other) => other.subject.id === one.subject.id),
  )
  const approved = mine.filter(
    ({ standing }) => standing.state === 'approved' || standing.state === 'running',
  )
  c.header('refresh', '30')
  const past = own.filter(({ standing }) => standing.until === null)
  return show(
    c,
    <Page title="Approvals" person={person}>
      <h1>Approvals</h1>
      <p class="lead">
        A change that an assistant proposes happens only after a person has seen and approved it
        here.
      </p>
      {toDecide.length + open.length + approved.length === 0 && (
        <section class="card empty">
          <h2>Nothing waits</h2>
          <p>What your assistant proposes, and what you are asked to decide, shows up here.</p>
        </section>
      )}
      <List title="Waiting for you" items={toDecide} person={person.email} at={at} />
      <List title="Waiting for somebody else" items={open} person={person.email} at={at} />
      <List
        title="Approved, not run"
        hint="Go back to your assistant and say “continue”."
        items={approved}
        person={person.email}
        at={at}
      />
      <List title="Decided and ended" items={past} person={person.email} at={at} />
    </Page>,
  )
})

const Form = z.object({
  verdict: z.enum(['approve', 'deny', 'withdraw']),
  note: z.string().max(5_000).default(''),
  arguments_hash: z.string().max(64).default(''),
})

approvals.get('/approvals/:id', requireSession, async (c) => {
  const opened = await openApproval(c.env, c.var.person, c.req.param('id'))
  return opened ? page(c, opened) : notFound(c)
})

approvals.get('/approvals/:id/whole.json', requireSession, async (c) => {
  const opened = await openApproval(c.env, c.var.person, c.req.param('id'))
  if (!opened) return notFound(c)
  const { preview, args, subject } = opened
  const whole = {
    tool: subject.tool,
    argumentsHash: subject.argumentsHash,
    arguments: args,
    preview,
  }
  return c.body(JSON.stringify(whole, undefined, 2), 200, {
    'content-type': 'application/json; charset=utf-8',
    'content-disposition': `attachment; filename="approval-${subject.id}.json"`,
  })
})

approvals.post('/approvals/:id', requireSession, async (c) => {
  const id = c.req.param('id')
  const form = Form.safeParse(await c.req.parseBody())
  if (!form.success) return notFound(c)
  const { verdict, note, arguments_hash: argumentsHash } = form.data
  const decided = await decideApproval(c.env, c.var.person, id, { verdict, note, argumentsHash })
  if (!decided) return notFound(c)
  if (!('refused' in decided)) return c.redirect(`/approvals/${id}`, 303)
  const opened = await openApproval(c.env, c.var.person, id)
  return opened ? page(c, opened, decided.refused) : notFound(c)
})

async function page(c: Context<HubContext>, opened: Opened, problem?: string) {
  const { proposer, clientId } = opened.subject
  const [connections, now] = await Promise.all([
    connectionsOf(c.env, proposer.email),
    judgedNow(c.env, opened),
  ])
  const known = connections.find((one) => one.clientId === clientId)
  const client = { name: known?.client ?? clientId, domain: known?.domain ?? '' }
  const props = { person: c.var.person, opened, client, now, at: Date.now() }
  // By a header: no script has to run, and the page holds nothing that a reader would trip over.
  const seconds = refreshAfter(props)
  if (seconds !== undefined) c.header('refresh', String(seconds))
  return show(
    c,
    <Detail {...props} {...(problem !== undefined && { problem })} />,
    problem === undefined ? 200 : 409,
  )
}

interface ListProps {
  readonly title: string
  readonly hint?: string
  readonly items: readonly Listed[]
  readonly person: string
  readonly at: number
}

function List({ title, hint, items, person, at }: ListProps) {
  if (items.length === 0) return <></>
  return (
    <section class="inbox">
      <h2>
        {title} <span class="badge">{items.length}</span>
      </h2>
      {hint && <p class="soft">{hint}</p>}
      <ul class="card list">
        {items.map((item) => (
          <Item {...item} person={person} at={at} />
        ))}
      </ul>
    </section>
  )
}

function Item({ subject, standing, person, at }: Listed & Pick<ListProps, 'person' | 'at'>) {
  const [label, look] = stateWords[standing.state]
  return (
    <li>
      <a href={`/approvals/${subject.id}`}>{shortly(subject.summary)}</a>
      <p class="row soft">
        <span class={`badge ${look}`}>{label}</span>
        <code>{subject.tool}</code>
        {subject.proposer.email !== person && <span>{subject.proposer.name}</span>}
        <span>
          {standing.until === null ? '' : 'ends '}
          <When at={standing.until ?? standing.endedAt ?? subject.proposedAt} now={at} />
        </span>
      </p>
    </li>
  )
}
