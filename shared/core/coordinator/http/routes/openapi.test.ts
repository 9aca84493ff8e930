import { expect, it } from 'vitest'
import { procedures } from '../../../../contract/procedures.ts'
import { doorBench } from '../../../../testing/door-bench.ts'
import { openApi } from './openapi.ts'

it('describes every procedure once, as plain JSON', async () => {
  const { call } = await doorBench()
  const document: ReturnType<typeof openApi> = (await call({ url: '/api/v1/openapi.json' })).json()
  expect(document.openapi).toBe('3.1.0')
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path)) as { operationId: string }[]
  expect(operations.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(procedures).sort())
})

it('puts fields where the request carries them', () => {
  const { paths } = openApi('1')
  expect(paths['/api/v1/messages']?.['get']).toMatchObject({
    parameters: expect.arrayContaining([{ name: 'limit', in: 'query', required: false, schema: expect.anything() }]),
  })
  expect(paths['/api/v1/route/{node_id}']?.['post']).toMatchObject({
    parameters: [{ name: 'node_id', in: 'path', required: true }],
    requestBody: { content: { 'application/json': { schema: { required: ['content'] } } } },
  })
  expect(paths['/api/v1/nodes/{node_id}']?.['delete']).toMatchObject({ responses: { 204: { description: 'Done' } } })
})
