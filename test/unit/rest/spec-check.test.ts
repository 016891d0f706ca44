import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { specCheck, type SpecCheck } from '../../sandbox/spec-check.ts'

const orders = specCheck({
  name: 'orders',
  document: join(import.meta.dirname, '../../sandbox/orders/openapi.json'),
})

interface Sent {
  readonly query?: string
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

/** What is wrong with a request, in the checker's words. */
function problems(
  check: SpecCheck,
  operation: string,
  { query = '', body, headers = {} }: Sent = {},
) {
  const [method = '', path = ''] = operation.split(' ')
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
  return check
    .check({
      method,
      path,
      query: new URLSearchParams(query),
      headers: new Headers({ ...(text && { 'content-type': 'application/json' }), ...headers }),
      body: text,
    })
    .map((finding) => finding.problem)
}

const me = { 'x-on-behalf-of': 'ada@example.com' }
const refund = { ...me, 'idempotency-key': '12345678' }
const body = { reason: 'broken', requestedBy: 'ada@example.com', approval: 'a1' }

describe('a request as the document has it', () => {
  it('is no finding', () => {
    expect(problems(orders, 'GET /orders', { headers: me })).toEqual([])
    const query = 'limit=5&status=paid&after=A-1'
    expect(problems(orders, 'GET /orders', { headers: me, query })).toEqual([])
    expect(problems(orders, 'POST /orders/A-1/refund', { headers: refund, body })).toEqual([])
  })
})

describe('a request that departs from it is a finding', () => {
  it('when the operation is unknown', () => {
    expect(problems(orders, 'DELETE /orders/A-1')).toEqual(['is not in the document'])
    expect(problems(orders, 'GET /orders/A-1/lines')).toEqual(['is not in the document'])
    expect(problems(orders, 'GET /Orders')).toEqual(['is not in the document'])
  })

  it('when a parameter is unknown, missing, or of another kind', () => {
    expect(problems(orders, 'GET /orders', { query: 'limit=ten&stauts=paid&status=sold' })).toEqual(
      [
        'query status must be equal to one of the allowed values (paid,shipped,failed,refunded)',
        'query limit must be integer',
        'header x-on-behalf-of is missing',
        'query stauts is not in the document',
      ],
    )
    expect(problems(orders, 'GET /orders', { headers: me, query: 'limit=101' })).toEqual([
      'query limit must be <= 100',
    ])
    expect(problems(orders, 'GET /orders/1001', { headers: me })).toEqual([
      'path orderId must match pattern "^[A-Z]{1,3}-\\d{1,9}$"',
    ])
  })

  it('when the body is missing, no JSON, of another type, incomplete, or has a field too many', () => {
    const post = (sent: Sent) =>
      problems(orders, 'POST /orders/A-1/refund', { headers: refund, ...sent })
    expect(post({})).toEqual(['the body is missing'])
    expect(post({ body: '{"reason":' })).toEqual(['the body is not JSON'])
    expect(
      post({ body: 'reason=x', headers: { ...refund, 'content-type': 'text/plain' } }),
    ).toEqual(['the document has no body of type text/plain'])
    expect(post({ body: { reason: 'no', requestedBy: 'ada', extra: 1 } })).toEqual([
      "body must have required property 'approval'",
      'body /reason must NOT have fewer than 3 characters',
      'body /requestedBy must match format "email"',
      'body must NOT have unevaluated properties (extra)',
    ])
    expect(post({ body: { ...body, at: '2026-01-01T00:00:00Z' } })).toEqual([
      'body /at is read-only',
    ])
    expect(problems(orders, 'GET /orders/A-1', { headers: me, body: {} })).toEqual([
      'the document has no body here',
    ])
  })
})

describe('findings', () => {
  it('are kept with their upstream and operation until they are reset', () => {
    orders.reset()
    problems(orders, 'GET /orders')
    problems(orders, 'GET /nothing')
    expect(orders.findings).toEqual([
      { upstream: 'orders', operation: 'GET /orders', problem: 'header x-on-behalf-of is missing' },
      { upstream: 'orders', operation: 'GET /nothing', problem: 'is not in the document' },
    ])
    orders.reset()
    expect(orders.findings).toEqual([])
  })
})

describe('an overlay', () => {
  const document = join(import.meta.dirname, '../../sandbox/orders/openapi.json')
  const source = 'https://example.com/docs/orders'

  it('adds an operation, or a field to one that is there, and says where it is from', () => {
    const check = specCheck({
      name: 'orders',
      document,
      overlay: {
        'POST /orders/{orderId}/notes': {
          source,
          query: { notify: { type: 'boolean' } },
          body: { type: 'object', required: ['text'], properties: { text: { type: 'string' } } },
        },
        'POST /orders/{orderId}/refund': {
          source,
          body: { properties: { fee: { type: 'number' } } },
        },
      },
    })
    const note = (sent: Sent) => problems(check, 'POST /orders/A-1/notes', sent)
    expect(note({ body: { text: 'x' }, query: 'notify=true' })).toEqual([])
    expect(note({ body: { txt: 'x' }, query: 'notify=maybe' })).toEqual([
      'query notify must be boolean',
      "body must have required property 'text'",
      'body must NOT have unevaluated properties (txt)',
    ])
    const post = (fee: unknown) =>
      problems(check, 'POST /orders/A-1/refund', { headers: refund, body: { ...body, fee } })
    expect(post(2)).toEqual([])
    expect(post('2')).toEqual(['body /fee must be number'])
  })

  it('without a source is no overlay', () => {
    const overlay = { 'GET /x': { source: 'I remember it' } }
    expect(() => specCheck({ name: 'orders', document, overlay })).toThrow(
      'where does it come from',
    )
  })
})

describe('a document that is not there', () => {
  it('checks nothing, and says so', () => {
    const check = specCheck({ name: 'nobody', document: 'no-such-vendor.json' })
    expect(check.present).toBe(false)
    expect(problems(check, 'GET /anything')).toEqual([])
  })
})

/** The vendors' own documents lie beside the checkout, in CI always. */
const vendors = join(import.meta.dirname, '../../../../shared/specs')

describe.skipIf(!existsSync(vendors))('a vendor’s document', () => {
  it('of Jira finds a misspelt field, a field that is read-only, a parameter it doesn’t have', () => {
    const jira = specCheck({ name: 'jira', document: 'jira-cloud-v3.json' })
    const search = (sent: object) => problems(jira, 'POST /rest/api/3/search/jql', { body: sent })
    expect(search({ jql: 'project = ENG', fields: ['summary'], maxResults: 10 })).toEqual([])
    expect(search({ jql: 'project = ENG', field: ['summary'] })).toEqual([
      'body must NOT have additional properties (field)',
    ])
    const comment = { body: { type: 'doc' }, jsdPublic: true }
    expect(
      problems(jira, 'POST /rest/api/3/issue/ENG-1/comment', {
        body: comment,
        query: 'notifyUsers=false',
      }),
    ).toEqual(['query notifyUsers is not in the document', 'body /jsdPublic is read-only'])
    expect(problems(jira, 'GET /rest/agile/1.0/board')).toEqual(['is not in the document'])
  })

  it('of Slack, Swagger 2, knows a method’s arguments in a form and in JSON', () => {
    const slack = specCheck({
      name: 'slack',
      document: 'slack-web-2021.json',
      carriedBy: { token: 'authorization' },
    })
    const post = (sent: Sent) => problems(slack, 'POST /api/chat.postMessage', sent)
    const headers = {
      authorization: 'Bearer x',
      'content-type': 'application/x-www-form-urlencoded',
    }
    expect(post({ headers, body: 'channel=C1&text=hello&unfurl_links=false' })).toEqual([])
    expect(post({ headers, body: 'text=hello&unfurl_links=no&mrkdown=false' })).toEqual([
      'form channel is missing',
      'form unfurl_links must be boolean',
      'form mrkdown is not in the document',
    ])
    const blocks = [{ type: 'section' }]
    expect(post({ body: { channel: 'C1', blocks }, headers: { authorization: 'x' } })).toEqual([])
    expect(post({ body: { channel: 'C1' } })).toEqual(['header token is missing'])
  })

  it('of Confluence and, in YAML, of Zendesk is read too', () => {
    const confluence = specCheck({ name: 'confluence', document: 'confluence-v2.json' })
    const page = { spaceId: '1', title: 'x', body: { representation: 'storage', value: '<p/>' } }
    expect(problems(confluence, 'POST /wiki/api/v2/pages', { body: page })).toEqual([])
    const zendesk = specCheck({ name: 'zendesk', document: 'zendesk-support.yaml' })
    expect(problems(zendesk, 'GET /api/v2/tickets/1')).toEqual([])
    expect(problems(zendesk, 'GET /api/v2/tickets/one')).toEqual(['path ticket_id must be integer'])
  })
})
