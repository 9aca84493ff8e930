/** The API's description, derived from the contract's table so that it cannot go stale. */
import type { FastifyInstance } from 'fastify'
import type { TSchema } from 'typebox'
import { ErrorEnvelope } from '../../../../contract/error.ts'
import { pathParameters, type Procedure } from '../../../../contract/procedure.ts'
import { procedures } from '../../../../contract/procedures.ts'
import { type Doors, gate } from '../doors.ts'

export function openApiRoute(app: FastifyInstance, doors: Doors): void {
  const document = openApi(doors.version)
  app.get('/api/v1/openapi.json', { onRequest: gate(doors, 'viewer') }, async () => document)
}

export function openApi(version: string) {
  const paths: Record<string, Record<string, object>> = {}
  for (const [name, spec] of Object.entries<Procedure>(procedures)) {
    const path = spec.path.replace(/:([a-z_]+)/g, '{$1}')
    paths[path] = { ...paths[path], [spec.method.toLowerCase()]: operation(name, spec) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'claw-mesh', version, description: 'One mesh, many claws. Errors are listed in the envelope.' },
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { ErrorEnvelope },
    },
  }
}

function operation(name: string, spec: Procedure): object {
  const inPath = pathParameters(spec.path)
  const { properties } = spec.input
  const rest = Object.keys(properties).filter((field) => !inPath.includes(field))
  const inQuery = spec.method === 'GET' || spec.method === 'DELETE'
  const isRequired = (field: string): boolean =>
    (spec.input.required as readonly string[] | undefined)?.includes(field) ?? false
  const parameter = (field: string, where: 'path' | 'query') => ({
    name: field,
    in: where,
    required: where === 'path' || isRequired(field),
    schema: properties[field] as TSchema,
  })
  return {
    operationId: name,
    summary: spec.summary,
    description: spec.scope === 'none' ? 'Needs no token.' : `Needs a token of scope ${spec.scope}.`,
    security: spec.scope === 'none' ? [] : [{ token: [] }],
    parameters: [
      ...inPath.map((field) => parameter(field, 'path')),
      ...(inQuery ? rest.map((field) => parameter(field, 'query')) : []),
    ],
    ...(inQuery || rest.length === 0 ? {} : { requestBody: body(spec, rest, isRequired) }),
    responses: {
      [spec.status]: spec.status === 204 ? { description: 'Done' } : json('Done', spec.output),
      default: json('What went wrong', { $ref: '#/components/schemas/ErrorEnvelope' }),
    },
  }
}

const body = (spec: Procedure, fields: readonly string[], isRequired: (field: string) => boolean): object => ({
  required: true,
  content: {
    'application/json': {
      schema: {
        type: 'object',
        properties: Object.fromEntries(fields.map((field) => [field, spec.input.properties[field]])),
        required: fields.filter(isRequired),
        additionalProperties: false,
      },
    },
  },
})

const json = (description: string, schema: object): object => ({
  description,
  content: { 'application/json': { schema } },
})
