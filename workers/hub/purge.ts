import { authorizationServer } from './authorization-server.ts'
import type { HubEnv } from './env.ts'

const cursorKey = 'gatehouse:purge-cursor'

/** Sweeps what KV's own expiry left behind; run by the Cron Trigger, resumes where it stopped. */
export async function purge(env: HubEnv): Promise<void> {
  const cursor = (await env.OAUTH_KV.get(cursorKey)) ?? undefined
  const result = await authorizationServer(env).purgeExpiredData(env, {
    batchSize: 200,
    ...(cursor !== undefined && { cursor }),
  })
  if (result.cursor) await env.OAUTH_KV.put(cursorKey, result.cursor)
  else await env.OAUTH_KV.delete(cursorKey)
}
