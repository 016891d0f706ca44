/** A refusal at the HTTP level in JSON-RPC's shape. @param id the message's, when it is known */
export const jsonRpcError = (
  status: number,
  message: string,
  { id = null, code = -32_000 }: { readonly id?: unknown; readonly code?: number } = {},
): Response => {
  const known = typeof id === 'string' || typeof id === 'number' ? id : null
  return Response.json({ jsonrpc: '2.0', id: known, error: { code, message } }, { status })
}
