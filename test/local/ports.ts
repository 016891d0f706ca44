import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** The last digits of each Worker's port: with the base 8700 the hub has 8700, Jira 8702. */
export const portOffsets = {
  hub: 0,
  postgres: 1,
  jira: 2,
  slack: 3,
  github: 4,
  confluence: 5,
  zendesk: 6,
  crm: 7,
  docs: 8,
  custom: 9,
  agent: 10,
} as const

/** A pretend system has the port of its Worker and twenty: Jira's is 8722. */
export const upstreamOffset = 20

export const loopback = '127.0.0.1'

/** Some port is in use by another program. */
export class PortTaken extends Error {
  readonly port: number
  constructor(port: number) {
    super(`Port ${port} is in use by another program. Stop it, or choose others with --port-base.`)
    this.name = 'PortTaken'
    this.port = port
  }
}

/** @throws PortTaken naming the first port of them that can't be listened on */
export async function assertFree(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    await new Promise<void>((resolve, reject) => {
      const probe = createServer()
      probe.once('error', () => reject(new PortTaken(port)))
      probe.listen(port, loopback, () => probe.close(() => resolve()))
    })
  }
}

/** How far above the base the stack's last port may lie. */
const span = 2 * upstreamOffset

/**
 * A base with all of its ports free, for tests that run side by side. Its last port stays listened
 * on until this process ends, so that nobody else takes the base before the stack is up.
 * @throws Error when none is found
 */
export async function freePortBase(): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const base = 20_000 + span * randomInt(300)
    const sign = createServer().unref()
    const taken = await new Promise<boolean>((resolve) => {
      sign.once('error', () => resolve(false))
      sign.listen(base + span - 1, loopback, () => resolve(true))
    })
    if (!taken) continue
    const ports = Array.from({ length: span - 1 }, (_, offset) => base + offset)
    try {
      await assertFree(ports)
      return base
    } catch {
      sign.close()
    }
  }
  throw new Error('No free ports were found.')
}
