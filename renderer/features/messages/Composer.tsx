/** Writes and sends one message, to a node or to whichever the mesh chooses. */
import { type KeyboardEvent, useState } from 'react'
import { maxContentBytes } from '../../../shared/contract/limits.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { useMessages, useNodes } from '../../stores/stores-context.tsx'
import { Button } from '../../ui/Button.tsx'
import { Problem } from '../../ui/Problem.tsx'
import { useTexts } from '../../ui/use-texts.ts'

export const Composer = () => {
  const { t } = useTexts<WebTextKey>()
  const [content, setContent] = useState('')
  const [nodeId, setNodeId] = useState('')
  const nodes = useNodes((state) => state.nodes)
  const sending = useMessages((state) => state.sending)
  const send = useMessages((state) => state.send)
  const size = bytes(content)
  const tooLong = size > maxContentBytes
  const ready = content.trim() !== '' && !tooLong && !sending
  // A node that left meanwhile cannot be sent to.
  const target = nodes.some(({ id }) => id === nodeId) ? nodeId : ''

  const submit = async (): Promise<void> => {
    if (!ready) return
    const sent = await send(target === '' ? { content } : { content, nodeId: target })
    // What was typed while it was on its way stays.
    if (sent) setContent((now) => (now === content ? '' : now))
  }
  const keyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || composes(event.nativeEvent)) return
    event.preventDefault()
    void submit()
  }
  return (
    <form
      aria-labelledby="compose-title"
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
      className="rounded-xl border border-line bg-surface p-4"
    >
      <h2 id="compose-title" className="mb-2 text-base font-semibold">
        {t('web:compose.title')}
      </h2>
      <SendProblem />
      <textarea
        id="compose"
        aria-label={t('web:compose.label')}
        aria-describedby="compose-keys"
        aria-invalid={tooLong}
        dir="auto"
        rows={3}
        value={content}
        placeholder={t('web:compose.placeholder')}
        onChange={(event) => setContent(event.target.value)}
        onKeyDown={keyDown}
        className="field-sizing-content max-h-72 min-h-20 w-full resize-y rounded-lg border border-edge bg-surface px-3 py-2 placeholder:text-muted"
      />
      {tooLong && (
        <p role="alert" className="mt-1 text-sm text-bad">
          {t('web:compose.too_long', { kib: Math.ceil(size / 1_024), max: maxContentBytes / 1_024 })}
        </p>
      )}
      <div className="mt-2 flex flex-wrap items-center gap-2">
        <label htmlFor="compose-to" className="text-sm text-muted">
          {t('web:compose.to')}
        </label>
        <select
          id="compose-to"
          value={target}
          onChange={(event) => setNodeId(event.target.value)}
          className="min-h-9 min-w-0 flex-1 basis-40 truncate rounded-lg border border-edge bg-surface px-2 text-sm sm:max-w-72"
        >
          <option value="">{t('web:compose.auto')}</option>
          {nodes.map((node) => (
            <option key={node.id} value={node.id} dir="auto">
              {t('web:compose.option', { name: node.name, status: t(`common:status.${node.status}`) })}
            </option>
          ))}
        </select>
        <p id="compose-keys" className="hidden flex-1 text-end text-xs text-muted sm:block">
          {t('web:compose.keys')}
        </p>
        <Button type="submit" look="primary" busy={sending} disabled={!ready} className="ms-auto">
          {t('web:compose.send')}
        </Button>
      </div>
    </form>
  )
}

const SendProblem = () => {
  const { t } = useTexts<WebTextKey>()
  const error = useMessages((state) => state.sendError)
  if (!error) return null
  const unsure = error.code === 'coordinator_unreachable' || error.code === 'timeout'
  return (
    <div className="mb-2">
      <Problem
        title={t(unsure ? 'web:compose.unsure' : 'web:compose.failed')}
        text={unsure ? t('web:compose.unsure_hint') : error.message}
        hint={unsure ? undefined : error.hint}
        code={error.code}
      />
    </div>
  )
}

/** Enter that ends the composition of a Chinese word is not meant to send; Safari tells it by the code 229 only. */
const composes = (key: { readonly isComposing: boolean; readonly keyCode: number }): boolean =>
  key.isComposing || key.keyCode === 229

const encoder = new TextEncoder()
/** Cheap for what people type; only near the limit are the bytes counted. */
const bytes = (text: string): number => (text.length * 3 < maxContentBytes ? text.length : encoder.encode(text).length)
