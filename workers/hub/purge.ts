import * as z from 'zod'
import { authorizationServer, registrationSeconds } from './authorization-server.ts'
import type { HubEnv } from './env.ts'

const cursorKey = 'gatehouse:purge-cursor'
/** A registration that nobody used within a day is one of those that clients leave behind. */
const unusedSeconds = 86_400
const deletesARun = 400

/** What the Cron Trigger runs: the library's sweep, and then the registrations that came to nothing. */
export async function purge(env: HubEnv): Promise<void> {
  const cursor = (await env.OAUTH_KV.get(cursorKey)) ?? undefined
  const result = await authorizationServer(env).purgeExpiredData(env, {
    batchSize: 200,
    ...(cursor !== undefined && { cursor }),
  })
  if (result.cursor) await env.OAUTH_KV.put(cursorKey, result.cursor)
  else await env.OAUTH_KV.delete(cursorKey)
  await purgeUnusedClients(env.OAUTH_KV)
}

/**
 * Deletes registered clients that are a day old and hold no grant: claude.ai registers anew at
 * each connection, and anybody may register. The library's key metadata names each grant's
 * client, so this reads no record; a grant without it (a very long client id) stops the sweep.
 */
async function purgeUnusedClients(kv: KVNamespace): Promise<void> {
  const inUse = new Set<string>()
  for await (const { metadata } of keysOf(kv, 'grant:')) {
    const known = GrantKey.safeParse(metadata)
    if (!known.success) return
    inUse.add(known.data.clientId)
  }
  const registeredBefore = Date.now() / 1000 - unusedSeconds
  let deleted = 0
  for await (const { name, expiration } of keysOf(kv, 'client:')) {
    const registeredAt = (expiration ?? Infinity) - registrationSeconds
    if (registeredAt > registeredBefore || inUse.has(name.slice('client:'.length))) continue
    await kv.delete(name)
    if (++deleted === deletesARun) return
  }
}

const GrantKey = z.object({ clientId: z.string() })

async function* keysOf(kv: KVNamespace, prefix: string) {
  let cursor: string | undefined
  do {
    const page = await kv.list({ prefix, ...(cursor !== undefined && { cursor }) })
    yield* page.keys
    cursor = page.list_complete ? undefined : page.cursor
  } while (cursor)
}
