/** What was made: channels, messages as they were sent, threads, and whom each notified. */
import { html } from 'hono/html'
import { messagesOf, type Channel, type Message, type Workspace } from './workspace.ts'

export const pageOfWorkspace = (workspace: Workspace) =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Pretend Slack</title>
        <style>
          :root {
            color-scheme: light dark;
            font:
              15px/1.5 system-ui,
              sans-serif;
          }
          body {
            margin: 0 auto;
            max-width: 60rem;
            padding: 1.5rem;
          }
          h2 {
            border-bottom: 1px solid #8884;
            margin-top: 2.5rem;
            font-size: 1.1rem;
          }
          article {
            margin: 0.9rem 0;
          }
          article article {
            margin-left: 1.2rem;
            padding-left: 0.9rem;
            border-left: 2px solid #8884;
          }
          header {
            color: #777;
            font-size: 0.85rem;
          }
          header b {
            color: light-dark(#111, #eee);
          }
          pre {
            margin: 0.1rem 0;
            white-space: pre-wrap;
            overflow-wrap: anywhere;
            font: inherit;
          }
          .bell {
            background: #c9341f;
            color: #fff;
            border-radius: 4px;
            padding: 0 0.4rem;
          }
          .note {
            color: #777;
          }
        </style>
      </head>
      <body>
        <h1>Pretend Slack</h1>
        <p class="note">
          ${workspace.url} · ${workspace.channels.size} channels · ${workspace.scheduled.length}
          scheduled · ${workspace.canvases.length} canvases
        </p>
        ${[...workspace.channels.values()].map((channel) => channelSection(workspace, channel))}
        ${workspace.canvases.map(
          (canvas) =>
            html`<h2>Canvas: ${canvas.title}</h2>
              <pre>${canvas.markdown}</pre>`,
        )}
      </body>
    </html>`

function channelSection(workspace: Workspace, channel: Channel) {
  const all = messagesOf(workspace, channel.id)
  const scheduled = workspace.scheduled.filter((one) => one.channel === channel.id)
  const kind = [
    channel.isPrivate ? 'private' : 'public',
    ...(channel.isExternal ? ['shared with partner'] : []),
    ...(channel.isArchived ? ['archived'] : []),
    `${channel.members.length} members`,
  ].join(', ')
  return html`<section id="${channel.id}">
    <h2>#${channel.name} <small class="note">${channel.id} · ${kind}</small></h2>
    ${all
      .filter((message) => !message.threadTs)
      .map((message) =>
        article(
          workspace,
          message,
          all.filter((one) => one.threadTs === message.ts),
        ),
      )}
    ${scheduled.map(
      (one) =>
        html`<article>
          <header>scheduled for ${new Date(one.postAt * 1000).toISOString()}</header>
          <pre>${one.text}</pre>
        </article>`,
    )}
  </section>`
}

function article(
  workspace: Workspace,
  message: Message,
  thread: readonly Message[],
): ReturnType<typeof html> {
  const author = workspace.users.get(message.user)
  const reactions = Array.from(message.reactions, ([name, users]) => `:${name}: ${users.length}`)
  return html`<article id="${message.ts}">
    <header>
      <b>${author?.realName ?? message.username ?? message.user}</b>
      ${author && author.teamId !== workspace.teamId ? '(outside) ' : ''}
      ${new Date(Number(message.ts) * 1000).toISOString().slice(0, 16)}
      ${message.edited ? '(edited)' : ''}
      ${message.notified.map((id) => html`<span class="bell">notifies ${workspace.users.get(id)?.realName ?? id}</span> `)}
    </header>
    <pre>${message.text}</pre>
    ${message.files.map((id) => html`<p class="note">file ${workspace.files.get(id)?.name ?? id}</p>`)}
    ${reactions.length > 0 ? html`<p class="note">${reactions.join(' ')}</p>` : ''}
    ${thread.map((reply) => article(workspace, reply, []))}
  </article>`
}
