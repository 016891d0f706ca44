import { html } from 'hono/html'
import type { OrdersState } from './store.ts'

/** What was refunded, by whom and with which approval: to look at after a demonstration. */
export function ordersPage({ orders }: OrdersState) {
  const refunded = orders.filter((order) => order.refund)
  return html`<!doctype html>
    <html lang="en">
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width" />
      <title>Pretend orders system</title>
      <style>
        :root {
          color-scheme: light dark;
          font: 16px/1.5 system-ui;
        }
        body {
          max-width: 60rem;
          margin: 2rem auto;
          padding: 0 1rem;
        }
        td,
        th {
          padding: 0.3rem 1rem 0.3rem 0;
          text-align: left;
          vertical-align: top;
          overflow-wrap: anywhere;
        }
      </style>
      <h1>Pretend orders system</h1>
      <p>${orders.length} orders, from ${orders[0]?.id ?? ''} to ${orders.at(-1)?.id ?? ''}.</p>
      <h2>Refunds made through its API</h2>
      ${
        refunded.length === 0
          ? html`<p>None yet.</p>`
          : html`<table>
              <tr>
                <th>Order</th>
                <th>Amount</th>
                <th>Customer</th>
                <th>Reason</th>
                <th>Asked by</th>
                <th>Approval</th>
              </tr>
              ${refunded.map(
                (order) =>
                  html`<tr>
                    <td>${order.id}</td>
                    <td>${order.total} ${order.currency}</td>
                    <td>${order.customer}</td>
                    <td>${order.refund?.reason}</td>
                    <td>${order.refund?.requestedBy}</td>
                    <td>${order.refund?.approval}</td>
                  </tr>`,
              )}
            </table>`
      }
    </html>`
}
