import { ago } from '../time.ts'

/** A moment as people say it, with the exact one (UTC) on hover and for machines. 0: never. */
export function When({ at, now, never = 'never' }: { at: number; now: number; never?: string }) {
  if (at === 0) return <span class="soft">{never}</span>
  const iso = new Date(at).toISOString()
  return (
    <time datetime={iso} title={`${iso.slice(0, 19).replace('T', ' ')} UTC`}>
      {ago(at, now)}
    </time>
  )
}
