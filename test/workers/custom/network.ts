/** A real network for tests inside workerd: the pretend orders system, and a port where nobody listens. */
import { Hono } from 'hono'
import type { TestProject } from 'vitest/node'
import { ordersUpstream } from '../../sandbox/orders/app.ts'
import { serveApp } from '../../sandbox/serve.ts'

declare module 'vitest' {
  interface ProvidedContext {
    ordersUrl: string
    closedUrl: string
  }
}

export default async function setup(project: TestProject) {
  const { app } = ordersUpstream()
  const orders = await serveApp(app, 0)
  const closed = await serveApp(new Hono(), 0)
  await closed.close()
  project.provide('ordersUrl', orders.url)
  project.provide('closedUrl', closed.url)
  return () => orders.close()
}
