/**
 * KV as another location sees it: what was read once, or looked for in vain, is answered from
 * memory for 60 seconds, whatever was written or deleted since.
 */
export function staleKv(kv: KVNamespace): KVNamespace {
  const seen = new Map<string, { at: number; value: Promise<unknown> }>()
  return new Proxy(kv, {
    get(target, name) {
      if (name !== 'get') {
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      }
      return (key: string, options?: { type: 'json' }) => {
        const known = seen.get(key)
        if (known && Date.now() - known.at < 60_000) return known.value
        const value = target.get(key, { type: options?.type ?? 'text' } as { type: 'json' })
        seen.set(key, { at: Date.now(), value })
        return value
      }
    },
  })
}
