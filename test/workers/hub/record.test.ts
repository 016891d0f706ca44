import { createExecutionContext } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { columns } from '../../../shared/analytics.ts'
import { disablePerson, enablePerson } from '../../../workers/hub/people.ts'
import { authorizePath, connected, decide, env, handleOf, newBrowser, register } from './hub.ts'

const blob = (column: string): number => columns.findIndex((one) => one.column === column)

/** The hub with a dataset that keeps what is written: kind, who, outcome, integration. */
function recording() {
  const rows: string[] = []
  const writeDataPoint = ({ blobs = [] }: AnalyticsEngineDataPoint) => {
    const of = (column: string) => String(blobs[blob(column)] ?? '')
    rows.push([of('kind'), of('user'), of('outcome'), of('integration')].join(' '))
  }
  return { rows, hub: { ...env, AUDIT: { writeDataPoint } } }
}

test('what people do about access is on record: sign-ins, consents, denials, endings', async () => {
  const { rows, hub } = recording()
  const me = 'analyst@example.com'
  const { browser } = await connected(me, ['postgres:read'], hub)
  const { client_id } = await register()
  const path = await authorizePath(client_id)
  await decide(browser, path, await handleOf(browser, path), [], 'deny')
  const page = await (await browser.get('/access')).text()
  const [, id = ''] = /name="connection" value="([^"]+)"/.exec(page) ?? []
  await browser.post('/access', [['connection', id]])
  await browser.post('/sign-out', [])
  expect(rows).toEqual([
    `sign_in ${me} ok hub`,
    `consent ${me} approved postgres`,
    `consent ${me} denied postgres`,
    `revocation ${me} connection_ended postgres`,
    `sign_in ${me} signed_out hub`,
  ])
})

test('refusals are on record too: nothing to grant, a disabled person, who disabled them', async () => {
  const { rows, hub } = recording()
  const outsider = 'outsider@example.com'
  const browser = newBrowser(hub)
  await browser.signIn(outsider)
  await browser.get(await authorizePath((await register()).client_id))
  const act = { env: hub, ctx: createExecutionContext(), by: 'admin@example.com' }
  await disablePerson(act, outsider, 'left the company')
  await browser.signIn(outsider)
  await enablePerson(act, outsider)
  expect(rows).toEqual([
    `sign_in ${outsider} ok hub`,
    `consent ${outsider} nothing_to_grant postgres`,
    'revocation admin@example.com disabled hub',
    `sign_in ${outsider} disabled hub`,
    'revocation admin@example.com enabled hub',
  ])
})
