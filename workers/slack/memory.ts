/**
 * What an isolate remembers of the workspace between calls: facts about channels and people, the
 * same for everybody. Whether a caller may see them is asked each time, so nothing here grants it.
 */
import QuickLRU from 'quick-lru'
import type { ToolContext } from '../../shared/tool.ts'
import type { Channel } from './channels.ts'
import type { Person } from './people.ts'
import type { Self } from './self.ts'

const minuteMs = 60_000

const empty = () => ({
  self: new QuickLRU<'self', Self>({ maxSize: 1, maxAge: 60 * minuteMs }),
  channels: new QuickLRU<string, Channel>({ maxSize: 500, maxAge: minuteMs }),
  /** Names of channels the app is in, and their ids. */
  ids: new QuickLRU<string, string>({ maxSize: 1_000, maxAge: 5 * minuteMs }),
  /** `null`: Slack knows nobody of that id. */
  people: new QuickLRU<string, Person | null>({ maxSize: 2_000, maxAge: 60 * minuteMs }),
})

const memories = new WeakMap<object, ReturnType<typeof empty>>()

/** One memory for each set of bindings, as `restClient` does it. */
export function memory({ env }: Pick<ToolContext, 'env'>): ReturnType<typeof empty> {
  const bindings = typeof env === 'object' && env !== null ? env : memories
  const known = memories.get(bindings) ?? empty()
  memories.set(bindings, known)
  return known
}
