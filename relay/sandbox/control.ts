import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Declared } from './antom/customs.js';
import type { LinkingControls } from './antom/linking.js';
import type { Dialog, Ledger } from './books.js';
import { type Answer, fault, ok } from './control-answers.js';
import { type Json, jsonIn } from './json.js';
import { routeLinking } from './linking-control.js';
import { readBody } from './listener.js';
import { isNotifyManner, type NotifyManner, notifyManners, type Sent } from './notifier.js';
import { isScenarioName, type ScenarioName, scenarioNames } from './scenarios.js';

/** The stage door: what tests, the demo's page and its phone do to the sandbox. Not a part of an acquirer's protocol. */
export type Controls = {
  scenario(): ScenarioName;
  setScenario(name: ScenarioName): Promise<void>;
  ledger(): Ledger;
  declarations(): readonly Declared[];
  dialogs(): readonly Dialog[];
  /** 'not-found': no such payment; 'closed': its dialog is no longer open. */
  answerDialog(paymentRequestId: string, action: 'confirm' | 'reject'): 'done' | 'not-found' | 'closed';
  isOpen(): boolean;
  setOpen(open: boolean): Promise<void>;
  notifications(): readonly Sent[];
  /** Undefined: this sandbox sends none. */
  notifyManner(): NotifyManner | undefined;
  setNotifyManner(manner: NotifyManner): void;
  /** Undefined: this acquirer links no wallets. */
  readonly linking: LinkingControls | undefined;
};

const BODY_MAX_BYTES = 4_096;

async function setScenario(controls: Controls, { scenario }: Json): Promise<Answer> {
  if (typeof scenario !== 'string' || !isScenarioName(scenario)) {
    return fault(422, 'bad-scenario', `scenario: expected one of ${scenarioNames.join(', ')}`);
  }
  await controls.setScenario(scenario);
  return ok({ scenario });
}

/** For news that comes next. */
function setManner(controls: Controls, { manner }: Json): Answer {
  if (typeof manner !== 'string' || !isNotifyManner(manner)) {
    return fault(422, 'bad-manner', `manner: expected one of ${notifyManners.join(', ')}`);
  }
  if (controls.notifyManner() === undefined) return fault(409, 'no-notifications', 'start it with --notify-factor N');
  controls.setNotifyManner(manner);
  return ok({ manner });
}

async function setOpen(controls: Controls, { open }: Json): Promise<Answer> {
  if (typeof open !== 'boolean') return fault(422, 'bad-open', 'open: expected true or false');
  await controls.setOpen(open);
  return ok({ open });
}

function answerDialog(controls: Controls, paymentRequestId: string, { action }: Json): Answer {
  if (action !== 'confirm' && action !== 'reject') {
    return fault(422, 'bad-action', 'action: expected confirm or reject');
  }
  switch (controls.answerDialog(paymentRequestId, action)) {
    case 'done':
      return ok({ paymentRequestId, action });
    case 'closed':
      return fault(409, 'dialog-closed', 'the payment is decided already');
    case 'not-found':
      return fault(404, 'not-found', 'no dialog of that payment');
  }
}

async function route(controls: Controls, method: string, path: string, body: Json): Promise<Answer> {
  const dialog = /^\/control\/dialogs\/([^/?]+)$/.exec(path)?.[1];
  if (dialog !== undefined && method === 'POST') return answerDialog(controls, decodeURIComponent(dialog), body);
  const linked = await routeLinking(controls.linking, method, path, body);
  if (linked) return linked;
  switch (`${method} ${path}`) {
    case 'GET /control/scenario':
      return ok({ scenario: controls.scenario(), scenarios: scenarioNames });
    case 'POST /control/scenario':
      return setScenario(controls, body);
    case 'GET /control/ledger':
      return ok(controls.ledger());
    case 'GET /control/declarations':
      return ok({ declarations: controls.declarations() });
    case 'GET /control/dialogs':
      return ok({ dialogs: controls.dialogs() });
    case 'GET /control/notifications':
      return ok({ manner: controls.notifyManner() ?? 'none', notifications: controls.notifications() });
    case 'POST /control/notifications':
      return setManner(controls, body);
    case 'GET /control/listen':
      return ok({ open: controls.isOpen() });
    case 'POST /control/listen':
      return setOpen(controls, body);
    default:
      return fault(404, 'not-found', 'see relay/sandbox/README.md for the control port');
  }
}

export function createControl(controls: Controls) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const raw = await readBody(request, BODY_MAX_BYTES);
    const body = raw && (raw.length === 0 ? {} : jsonIn(raw));
    const { status, body: answer } = body
      ? await route(controls, request.method ?? '', request.url ?? '', body)
      : fault(400, 'bad-body', `body: expected a JSON object of at most ${BODY_MAX_BYTES} bytes`);
    response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' });
    response.end(JSON.stringify(answer));
  };
}
