import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifyReply, FastifySchema, FastifyServerOptions } from 'fastify';
import { declarationShapes } from './declaration-view.js';
import { linkShapes } from './link-view.js';
import { type Problem, problem } from './problem.js';
import { shapes } from './schemas.js';

/** The API's document, made of the very schemas that check requests and write answers. */

/** Nothing is dropped or turned into something else in silence: what does not fit is refused, and named. */
export const fastifyOptions = {
  logger: false,
  forceCloseConnections: true,
  bodyLimit: 16_384,
  /** Fastify's default is for ever: a body that drips would hold its connection. */
  requestTimeout: 30_000,
  ajv: {
    customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false, allowUnionTypes: true },
  },
  /** What is refused before any route is looked for, such as a path that cannot be decoded. */
  frameworkErrors: (_error: unknown, _request: unknown, reply: Pick<FastifyReply, 'code'>) => {
    void reply.code(400).send(problem('bad-request', 'path: not understood; percent-encode it as UTF-8'));
  },
} as const satisfies FastifyServerOptions;

const info = {
  title: 'Quietzone relay: operations',
  version: '1',
  description:
    'For the people who run kiosks, and their programs. Amounts are in minor units, times in ISO 8601. Every write needs ' +
    'a token and an Idempotency-Key: the same key with the same request repeats the answer and acts no more.',
};

/**
 * What the checks of requests leave to others: the desk says what is wrong with a key, on record, and the gate who may come in.
 */
function documented(schema: FastifySchema | undefined, isOpen: boolean): FastifySchema {
  const { headers, ...rest } = schema ?? {};
  return {
    ...rest,
    ...(headers ? { headers: { ...headers, required: ['idempotency-key'] } } : {}),
    ...(isOpen ? { security: [] } : {}),
  };
}

/** Routes are added once the document listens to them. */
export function addDocument(app: FastifyInstance, add: (routes: FastifyInstance) => void): void {
  for (const [name, shape] of Object.entries({ ...shapes, ...declarationShapes, ...linkShapes }))
    app.addSchema({ $id: name, ...shape });
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info,
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: ({ schema, url, route }) => ({ url, schema: documented(schema, route.config?.access === 'open') }),
    refResolver: {
      buildLocalReference: (json, _base, _fragment, i) => (typeof json.$id === 'string' ? json.$id : `def-${i}`),
    },
  });
  app.register(async (routes) => {
    add(routes);
    const schema = { hide: true };
    routes.get('/v1/openapi.json', { schema }, () => app.swagger());
  });
}

/** Names the field and what is expected of it, never what was found: it may be a payment code in the wrong place. */
export function invalid(error: unknown): Problem {
  const validation = error instanceof Error && 'validation' in error ? error.validation : undefined;
  const context = error instanceof Error && 'validationContext' in error ? String(error.validationContext) : 'request';
  const first: unknown = Array.isArray(validation) ? validation[0] : undefined;
  if (typeof first !== 'object' || first === null) {
    return problem('bad-request', 'the request is not understood; a body is JSON of at most 16 KB');
  }
  const {
    instancePath = '',
    message = 'not as documented',
    params,
  } = first as {
    readonly instancePath?: string;
    readonly message?: string;
    readonly params?: { readonly allowedValues?: readonly string[]; readonly additionalProperty?: string };
  };
  const field = instancePath.slice(1).replaceAll('/', '.') || context;
  const allowed = params?.allowedValues ? `: ${params.allowedValues.join(', ')}` : '';
  const extra = params?.additionalProperty ?? '';
  const odd = /^[A-Za-z][A-Za-z-]{0,30}$/.test(extra) ? `; remove "${extra}"` : '';
  return problem('invalid', `${field}: ${message}${allowed}${odd}; see /v1/openapi.json`);
}
