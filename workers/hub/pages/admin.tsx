import type { Context, MiddlewareHandler } from 'hono'
import { Hono } from 'hono/tiny'
import { isOneOf } from '../../../shared/policy.ts'
import { control, type SwitchChange, type SwitchRecord } from '../control.ts'
import { endpointHealth, type EndpointHealth } from '../health.ts'
import { Page, show } from '../layout.tsx'
import { policy } from '../policy.ts'
import { quotasInUse, type QuotaUse } from '../quota-use.ts'
import { requireSession, type HubContext } from '../session.ts'
import { SwitchRequest, turnSwitch } from '../switches.ts'
import { Explain, explainQuestion } from './admin-explain.tsx'
import { PersonForm, peopleRoutes } from './admin-people.tsx'
import { notFound } from './error.tsx'
import { number, shortly } from './shown.tsx'
import { When } from './when.tsx'

export const admin = new Hono<HubContext>()

/** Administrators only; others get what they would get for a page that does not exist. */
const adminsOnly: MiddlewareHandler<HubContext> = async (c, next) =>
  isOneOf(c.var.person, policy.policy.admins) ? next() : notFound(c)

admin.use('/admin', requireSession, adminsOnly)
admin.use('/admin/*', requireSession, adminsOnly)
admin.route('/', peopleRoutes)

admin.get('/admin', (c) => page(c))

admin.post('/admin/switches', async (c) => {
  const { off, ...body } = await c.req.parseBody()
  const request = SwitchRequest.safeParse({ ...body, off: off === 'off' })
  if (!request.success) return page(c, 'The form was not complete, so nothing was switched.')
  const turned = await turnSwitch(c.env, c.executionCtx, c.var.person.email, request.data)
  return 'refused' in turned ? page(c, turned.refused) : c.redirect('/admin', 303)
})

async function page(c: Context<HubContext>, problem?: string) {
  const object = control(c.env)
  const at = Date.now()
  const [off, history, versions, health, switches, quotas] = await Promise.all([
    object.off(),
    object.history(15),
    object.policyVersions(),
    endpointHealth(c.env),
    object.switches(policy.version),
    quotasInUse(c.env, at),
  ])
  const question = explainQuestion(c.req.query())
  return show(
    c,
    <Page title="Admin" person={c.var.person}>
      <h1>Administration</h1>
      <p class="lead">What is done here works at once, without a deploy, and is on record.</p>
      {problem !== undefined && (
        <p class="notice bad" role="alert">
          {problem}
        </p>
      )}
      <div class="two">
        <Switches off={off} at={at} />
        <TurnOff />
      </div>
      <div class="two">
        <Explain question={question} switches={switches} />
        <PersonForm />
      </div>
      <h2>Endpoints</h2>
      <Health endpoints={health} />
      <h2>Quotas</h2>
      <Quotas quotas={quotas} />
      <h2>History</h2>
      <div class="two">
        <History history={history} at={at} />
        <section class="card">
          <h2>Policy in force</h2>
          <ul>
            {versions.slice(0, 10).map(({ version, firstSeenAt }) => (
              <li>
                <code>{version}</code> since <When at={firstSeenAt} now={at} />{' '}
                {version === policy.version && <span class="badge ok">now</span>}
              </li>
            ))}
          </ul>
          <p>
            <small>
              It is code at the hub (<code>workers/hub/policy.ts</code>) and changes with a deploy
              of the hub.
            </small>
          </p>
        </section>
      </div>
    </Page>,
    problem === undefined ? 200 : 400,
  )
}

function Switches({ off, at }: { off: readonly SwitchRecord[]; at: number }) {
  return (
    <section class="card" aria-labelledby="switches">
      <h2 id="switches">Switched off</h2>
      {off.length === 0 ? (
        <p class="soft">Nothing. Everything that policy allows works.</p>
      ) : (
        <ul class="list">
          {off.map((turn) => (
            <li>
              <div class="row between">
                <strong>{words(turn)}</strong>
                <form method="post" action="/admin/switches">
                  <input type="hidden" name="kind" value={turn.kind} />
                  <input type="hidden" name="name" value={turn.name} />
                  <input type="hidden" name="reason" value="" />
                  <button
                    class="quiet small"
                    name="off"
                    value="on"
                    aria-label={`Switch ${words(turn)} on again`}
                  >
                    Switch on again
                  </button>
                </form>
              </div>
              <p class="soft">
                {turn.by}, <When at={turn.at} now={at} />
                {turn.reason && `: ${shortly(turn.reason)}`}
              </p>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function TurnOff() {
  const tools = Object.values(policy.catalogue).flatMap(({ tools }) => Object.keys(tools))
  return (
    <form method="post" action="/admin/switches" class="card fields">
      <h2>Switch something off</h2>
      <p class="soft">Writes stop at once, reads within 10 seconds. It is undone the same way.</p>
      <label>
        What
        <select name="kind" required>
          <option value="">choose</option>
          <option value="tool">a tool</option>
          <option value="integration">an integration</option>
          <option value="person">a person</option>
          <option value="client">a client</option>
          <option value="everything">everything</option>
        </select>
      </label>
      <label>
        Which one
        <input
          name="name"
          list="names"
          maxlength={2048}
          autocomplete="off"
          placeholder="name, e-mail or client id"
        />
      </label>
      <datalist id="names">
        {[...Object.keys(policy.catalogue), ...tools].map((name) => (
          <option value={name}></option>
        ))}
      </datalist>
      <label>
        Why
        <input name="reason" required maxlength={500} placeholder="for whoever looks at it later" />
      </label>
      <div class="actions">
        <button class="danger" name="off" value="off">
          Switch off
        </button>
      </div>
    </form>
  )
}

function History({ history, at }: { history: readonly SwitchRecord[]; at: number }) {
  return (
    <section class="card">
      <h2>Last turns</h2>
      {history.length === 0 && <p class="soft">No switch was ever turned.</p>}
      <ul>
        {history.map((turn) => (
          <li>
            {words(turn)} <strong>{turn.off ? 'off' : 'on'}</strong>{' '}
            <span class="soft">
              by {turn.by}, <When at={turn.at} now={at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

const healthWords = {
  up: ['ok', 'up'],
  unwell: ['warn', 'unwell'],
  silent: ['bad', 'no answer'],
} as const

function Health({ endpoints }: { endpoints: readonly EndpointHealth[] }) {
  return (
    <section class="card table">
      <table class="stack">
        <thead>
          <tr>
            {['Endpoint', 'Now', 'Version', 'Answered in', 'Address'].map((name) => (
              <th scope="col">{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {endpoints.map(({ title, url, state, version, tookMs }) => (
            <tr>
              <td data-label="Endpoint">{title}</td>
              <td data-label="Now">
                <span class={`badge ${healthWords[state][0]}`}>{healthWords[state][1]}</span>
              </td>
              <td data-label="Version">
                <code>{shortly(version, 40)}</code>
              </td>
              <td data-label="Answered in">{tookMs} ms</td>
              <td data-label="Address">
                <code>{url}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

export function Quotas({ quotas }: { quotas: readonly QuotaUse[] }) {
  if (quotas.length === 0) return <p class="soft">Policy sets none.</p>
  return (
    <section class="card table">
      <table class="stack">
        <thead>
          <tr>
            {['Quota', 'Counts', 'Limit', 'Used most now'].map((name) => (
              <th scope="col">{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {quotas.map(({ id, integration, tool, limit, per, users }) => (
            <tr>
              <td data-label="Quota">
                <code>{id}</code>
              </td>
              <td data-label="Counts">{tool ?? `every call to ${integration}`}</td>
              <td data-label="Limit">
                {number(limit)} per {per}
              </td>
              <td data-label="Used most now">
                <span>
                  {users.length === 0 && <span class="soft">nobody</span>}
                  {users.map(({ user, calls }) => (
                    <div>
                      {shortly(user, 80)}{' '}
                      <span
                        class={`badge ${calls >= limit ? 'bad' : calls * 2 >= limit ? 'warn' : ''}`}
                      >
                        {number(calls)}
                      </span>
                    </div>
                  ))}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const words = ({ kind, name }: Pick<SwitchChange, 'kind' | 'name'>): string =>
  kind === 'everything' ? 'everything' : `${kind} ${shortly(name, 120)}`
