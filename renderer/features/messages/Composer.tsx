/** Writes and sends one message, to a node or to whichever the mesh chooses. */
import { type KeyboardEvent, useEffect, useRef } from 'react'
import { maxContentBytes } from '../../../shared/contract/limits.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { useRoute } from '../../stores/route.ts'
import { useMessages, useNodes, useSession } from '../../stores/stores-context.tsx'
import { Button } from '../../ui/Button.tsx'
import { Problem } from '../../ui/Problem.tsx'
import { Select } from '../../ui/Select.tsx'
import { useTexts } from '../../ui/use-texts.ts'

export const Composer = () => {
  const { t } = useTexts<WebTextKey>()
  const { content, nodeId = '' } = useMessages((state) => state.draft)
  const setDraft = useMessages((state) => state.setDraft)
  const nodes = useNodes((state) => state.nodes)
  const sending = useMessages((state) => state.sending)
  const send = useMessages((state) => state.send)
  const mayNot = useSession((state) => state.scope === 'viewer')
  const box = useAddress()
  const size = bytes(content)
  const tooLong = size > maxContentBytes
  const ready = content.trim() !== '' && !tooLong && !sending && !mayNot
  // A node that left meanwhile cannot be sent to.
  const target = nodes.some(({ id }) => id === nodeId) ? nodeId : ''

  const submit = async (): Promise<void> => {
    if (!ready) return
    if (target === '') setDraft({ nodeId: undefined })
    await send()
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
        ref={box}
        aria-label={t('web:compose.label')}
        aria-describedby="compose-keys"
        aria-invalid={tooLong}
        dir="auto"
        rows={3}
        value={content}
        placeholder={t('web:compose.placeholder')}
        onChange={(event) => setDraft({ content: event.target.value })}
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
        <Select
          id="compose-to"
          value={target}
          onChange={(value) => setDraft({ nodeId: value === '' ? undefined : value })}
          options={[
            { value: '', label: t('web:compose.auto') },
            ...nodes.map(({ id, name, status }) => ({
              value: id,
              label: t('web:compose.option', { name, status: t(`common:status.${status}`) }),
            })),
          ]}
          className="flex-1 basis-40 truncate sm:max-w-72"
        />
        <p id="compose-keys" className={`flex-1 text-end text-xs text-muted ${mayNot ? '' : 'max-sm:hidden'}`}>
          {t(mayNot ? 'web:compose.may_not' : 'web:compose.keys')}
        </p>
        <Button type="submit" look="primary" busy={sending} disabled={!ready} className="ms-auto">
          {t('web:compose.send')}
        </Button>
      </div>
    </form>
  )
}

/** An address that names a node is somebody's wish to write to it: it is chosen, and the box waits for the words. */
function useAddress() {
  const { nodeId } = useRoute()
  const setDraft = useMessages((state) => state.setDraft)
  const box = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    if (nodeId === undefined) return
    setDraft({ nodeId })
    box.current?.focus()
  }, [nodeId, setDraft])
  return box
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
