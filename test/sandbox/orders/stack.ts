import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Hono } from 'hono'
import { serveApp } from '../serve.ts'
import type { Upstream } from '../upstreams.ts'
import { ordersTokens, ordersUpstream } from './app.ts'
import { OrdersState } from './store.ts'

/** The pretend orders system as a part of the one-machine stack. */
export const ordersInStack: Upstream = {
  worker: 'custom',
  title: 'Orders',
  hosts: ['orders.example.com'],
  settings: {
    ORDERS_BASE_URL: 'https://orders.example.com',
    ORDERS_API_TOKEN: ordersTokens[0] ?? '',
    ORDERS_API_TOKEN_NEXT: ordersTokens[1] ?? '',
  },
  start({ port, stateDir }) {
    const file = join(stateDir, 'orders.json')
    const { app, state } = ordersUpstream(saved(file))
    const keeping = new Hono()
    keeping.use(async (c, next) => {
      await next()
      if (c.req.method === 'GET') return
      mkdirSync(stateDir, { recursive: true })
      writeFileSync(file, JSON.stringify(state))
    })
    keeping.route('/', app)
    return serveApp(keeping, port)
  },
}

const saved = (file: string): OrdersState | undefined =>
  existsSync(file) ? OrdersState.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined
