import type { ConsultRequest } from '../contract.js';
import { accountIn, type ContractFields, regionIn } from './requests.js';

/** What the calls of an authorisation say. Source: reference acquirers/antom.md sections 2.1, 2.3 and 2.5. */

export type ConsultContext = ContractFields & {
  readonly notifyUrl: string;
  /** Of an acquirer with sub-merchants only. */
  readonly authClientId?: string | undefined;
};

export const consultBody = ({ state, returnUrl }: ConsultRequest, method: string, context: ConsultContext) => ({
  customerBelongsTo: method,
  authRedirectUrl: returnUrl,
  scopes: ['AGREEMENT_PAY'],
  authState: state,
  terminalType: 'WEB',
  authNotifyUrl: context.notifyUrl,
  ...(context.authClientId === undefined ? {} : { authClientId: context.authClientId }),
  ...regionIn(context),
  ...accountIn(context),
});

export const applyBody = (authCode: string, method: string, contract: ContractFields) => ({
  grantType: 'AUTHORIZATION_CODE',
  customerBelongsTo: method,
  authCode,
  ...regionIn(contract),
  ...accountIn(contract),
});

export const refreshBody = (refreshToken: string, method: string, contract: ContractFields) => ({
  grantType: 'REFRESH_TOKEN',
  customerBelongsTo: method,
  refreshToken,
  ...regionIn(contract),
  ...accountIn(contract),
});

export const revokeBody = (accessToken: string, contract: ContractFields) => ({ accessToken, ...accountIn(contract) });
