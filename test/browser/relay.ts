/**
 * An endpoint's binding to the hub, by hand: `POST /` with `[method, ...arguments]` calls it and
 * answers with what came back. For tests of the hub's pages, which need proposals of any shape.
 */
import type { HubApi } from '../../shared/hub.ts'

interface Env {
  readonly HUB: Record<keyof HubApi, (...args: unknown[]) => Promise<unknown>>
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const [method, ...args] = await request.json<[keyof HubApi, ...unknown[]]>()
    return Response.json((await env.HUB[method](...args)) ?? null)
  },
}

/** The environment it is made from has the object, so the script must have its class. */
export { Session } from '../../workers/postgres/index.ts'
