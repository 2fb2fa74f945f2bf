import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorFields, type Log } from '../runtime/log.js';
import { type Ration, type Refused, reads } from './access.js';
import { actOf } from './acting.js';
import type { Actor, OperationsDesk } from './desk.js';
import { invalid } from './openapi.js';
import { type Problem, problem } from './problem.js';
import { QuestionError, targetOf } from './questions.js';

/** Writes that never came as far as their act: on record all the same, without a word of what was asked. */

const record = (desk: OperationsDesk, request: FastifyRequest, actor: Actor, status: number, { error }: Problem) => {
  const act = actOf(request, `${request.method} ${request.routeOptions.url ?? 'unknown'}`);
  const kept = { ...act, target: targetOf(act.target), detail: '' };
  return desk.refuse(kept, actor, status, error.code, error.message);
};

/** Of strangers no more than a few a minute, so that neither the ledger nor the log is filled. */
export const recordRefused =
  (desk: OperationsDesk, ration: Ration, log: Log) =>
  async (request: FastifyRequest, { status, code, message, actor }: Refused): Promise<void> => {
    if (!actor && !ration.take()) return;
    log.warn({ event: 'operations-refused', code, path: request.routeOptions.url ?? '', from: request.ip });
    const who = actor ?? { who: 'unknown', owner: '', origin: request.ip };
    await record(desk, request, who, status, problem(code, message));
  };

type Answer = { readonly status: number; readonly body: Problem };

/** What the asker did wrong; undefined: it is not the asker's fault. */
function faultOf(error: unknown): Answer | undefined {
  if (error instanceof QuestionError) return { status: 422, body: problem(error.field, error.message) };
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  return status < 500 ? { status: status === 400 ? 422 : status, body: invalid(error) } : undefined;
}

export const answerFault =
  (desk: OperationsDesk, log: Log) => async (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const failed = (fault: unknown) => {
      log.error({ event: 'operations-failed', path: request.routeOptions.url ?? '', ...errorFields(fault) });
      return reply.code(503).send(problem('ledger', 'the ledger did not answer'));
    };
    const fault = faultOf(error);
    if (!fault) return failed(error);
    const { actor } = request;
    try {
      if (actor && !reads(request)) await record(desk, request, actor, fault.status, fault.body);
    } catch (unrecorded) {
      return failed(unrecorded);
    }
    return reply.code(fault.status).send(fault.body);
  };
