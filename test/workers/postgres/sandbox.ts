import type { TestProject } from 'vitest/node'
import { startEmbedded } from '../../sandbox/postgres/start.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The shop database that this run's tests share. */
    postgres: SharedDatabase
  }
}

export interface SharedDatabase {
  /** Where Neon's protocols are answered. */
  readonly neonUrl: string
  /** Connection strings with a host that `toNeon` leads there. */
  readonly loginUrl: string
  readonly ownerUrl: string
}

/** One embedded PostgreSQL for all files of the project. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { neon, loginUrl, ownerUrl, close } = await startEmbedded()
  const owner = new URL(ownerUrl)
  owner.host = new URL(loginUrl).hostname
  project.provide('postgres', { neonUrl: neon.url, loginUrl, ownerUrl: owner.href })
  return close
}
