import type { ConsultAnswer, Linking, RevokeAnswer, TokenAnswer } from '../contract.js';
import type { LinkableWallet } from '../linkable.js';
import type { Answer } from './answers.js';
import type { AntomCall, AntomClient } from './client.js';
import { consultAnswer, revokeAnswer, tokenAnswer } from './linking-answers.js';
import { refreshCodes } from './linking-codes.js';
import { applyBody, type ConsultContext, consultBody, refreshBody, revokeBody } from './linking-requests.js';
import { walletOf } from './wallets.js';

/** Which wallets a contract can link, and as whom. */
export type LinkingOptions = {
  readonly wallets: readonly LinkableWallet[];
  /** At most 64 characters; of an acquirer with sub-merchants only (section 2.1). */
  readonly authClientId?: string;
};

export type LinkingParts = {
  readonly client: AntomClient;
  readonly context: ConsultContext;
  readonly wallets: readonly LinkableWallet[];
  readonly timeoutMs: number;
  /** An address without TLS is none. */
  readonly secure: boolean;
};

const notOffered = { kind: 'failed', reason: 'configuration', alarm: true } as const;
/** Its owner has agreed: a config that names the wallet no more tells nothing of the code or the token. */
const notNamed = { kind: 'not-sent', detail: 'the account links no such wallet' } as const;

/** Scan to Link: consult, applyToken, revoke. Source: reference acquirers/antom.md sections 2.1, 2.3 and 2.5. */
export function createLinking({ client, context, wallets, timeoutMs, secure }: LinkingParts): Linking {
  type Asked = Pick<AntomCall, 'api' | 'content' | 'secret'> & { readonly signal: AbortSignal | undefined };
  async function ask<A>(asked: Asked, read: (answer: Answer) => A) {
    const answer = await client({ ...asked, timeoutMs });
    return 'kind' in answer ? answer : read(answer);
  }
  return {
    wallets,
    async consult(request, signal): Promise<ConsultAnswer> {
      const wallet = walletOf(wallets, request.wallet);
      if (!wallet) return notOffered;
      const content = () => consultBody(request, wallet.method, context);
      return await ask({ api: 'consult', content, secret: request.state, signal }, (a) => consultAnswer(a, secure));
    },
    async applyToken(issuer, code, signal): Promise<TokenAnswer> {
      const wallet = walletOf(wallets, issuer);
      if (!wallet) return notNamed;
      const content = () => applyBody(code, wallet.method, context);
      return await ask({ api: 'applyToken', content, secret: code, signal }, (a) => tokenAnswer(a));
    },
    async refreshToken(issuer, refreshToken, signal): Promise<TokenAnswer> {
      const wallet = walletOf(wallets, issuer);
      if (!wallet) return notNamed;
      const content = () => refreshBody(refreshToken, wallet.method, context);
      return await ask({ api: 'applyToken', content, secret: refreshToken, signal }, (a) =>
        tokenAnswer(a, refreshCodes),
      );
    },
    async revoke(accessToken, signal): Promise<RevokeAnswer> {
      const content = () => revokeBody(accessToken, context);
      return await ask({ api: 'revoke', content, secret: accessToken, signal }, revokeAnswer);
    },
  };
}
