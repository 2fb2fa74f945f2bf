import { createAntom } from '../acquirers/antom/adapter.js';
import { createCodepay } from '../acquirers/codepay/adapter.js';
import { type CodePaySettings, codepaySettings } from '../acquirers/codepay/settings.js';
import type { Acquirer, PollPlan } from '../acquirers/contract.js';
import type { AnswerTime } from '../acquirers/time.js';
import type { Clock } from '../runtime/clock.js';
import type { Log } from '../runtime/log.js';
import { currentSpan } from '../runtime/trace.js';
import { type AccountLinking, walletsOf } from './account-linking.js';
import type { AccountConfig } from './accounts.js';
import { limitsOf } from './limits.js';
import { ConfigError } from './load.js';
import type { AccountSecrets } from './secrets.js';

/** An adapter for each account of the config: adding an acquirer means one `case` here. */

type Surroundings = {
  readonly clock: Clock;
  readonly log: Log;
  /** Each answer's own time. */
  readonly onTime?: ((account: string, time: AnswerTime) => void) | undefined;
};
type CustomsConfig = NonNullable<ConfigOf<'antom'>['customs']>;
type ConfigOf<Kind> = Extract<AccountConfig, { readonly kind: Kind }>;

/** @throws ConfigError naming the option that the adapter refuses. */
export function openAcquirer(account: AccountConfig, secrets: AccountSecrets, surroundings: Surroundings): Acquirer {
  const { clock, log, onTime } = surroundings;
  try {
    const shared = {
      baseUrl: account.base_url,
      privateKeyPem: secrets.privateKeyPem,
      ...(secrets.caPem === undefined ? {} : { caPem: secrets.caPem }),
      ...(account.currencies ? { currencies: account.currencies } : {}),
      plan: planOf(account.plan),
      limits: limitsOf(account),
      clock: () => new Date(clock.now()),
      onTrace: (trace: object) => log.info({ event: 'acquirer', account: account.name, ...currentSpan(), ...trace }),
      onTime: (time: AnswerTime) => onTime?.(account.name, time),
    };
    switch (account.kind) {
      case 'antom':
        return createAntom({ ...shared, ...antomOptions(account), ...antomKeys(secrets) });
      case 'codepay':
        return createCodepay({ ...shared, ...codepayOptions(account), codepayPublicKeyPem: secrets.publicKeyPem });
    }
  } catch (error) {
    const said = error instanceof Error ? error.message : 'cannot be used';
    throw new ConfigError(`account "${account.name}": ${asWritten(said, account)}`);
  }
}

/** The adapter's name of a key's text, as the config's key and the file that it names. */
const asWritten = (said: string, { private_key_file, public_key_file }: AccountConfig): string =>
  said
    .replace(/^privateKeyPem:/, () => `private_key_file: ${private_key_file}:`)
    .replace(/^(antom|codepay)PublicKeyPem:/, () => `public_key_file: ${public_key_file}:`);

const antomKeys = ({ publicKeyPem, publicKeys, agentToken }: AccountSecrets) => ({
  antomPublicKeyPem: publicKeyPem,
  ...(publicKeys === undefined ? {} : { antomPublicKeys: publicKeys }),
  ...(agentToken === undefined ? {} : { agentToken }),
});

function antomOptions({ merchant, ...a }: ConfigOf<'antom'>) {
  const { store } = merchant;
  return {
    clientId: a.client_id,
    keyVersion: a.key_version,
    settlementCurrency: a.settlement_currency,
    merchant: {
      referenceMerchantId: merchant.reference_merchant_id,
      merchantName: merchant.merchant_name,
      merchantMCC: merchant.merchant_mcc,
      store: { referenceStoreId: store.reference_store_id, storeName: store.store_name, storeMCC: store.store_mcc },
    },
    notifyUrl: a.notify_url,
    merchantAccountId: a.merchant_account_id,
    merchantRegion: a.merchant_region,
    ...(a.linking ? { linking: linkingOf(a.linking) } : {}),
    ...(a.customs ? { customs: customsSettings(a.customs) } : {}),
  };
}

const linkingOf = (linking: AccountLinking) => ({
  wallets: walletsOf(linking),
  ...(linking.auth_client_id === undefined ? {} : { authClientId: linking.auth_client_id }),
});

function customsSettings({ place, merchant_code: code, merchant_name: name, statuses }: CustomsConfig) {
  return { place, statuses, ...(code === undefined || name === undefined ? {} : { merchant: { code, name } }) };
}

function codepayOptions(a: ConfigOf<'codepay'>) {
  const settings: Partial<CodePaySettings> = {
    ...(a.entry_path === undefined ? {} : { entryPath: a.entry_path }),
    ...(a.order_numbers === undefined ? {} : { orderNumbers: a.order_numbers }),
    ...(a.send_trans_amount === undefined ? {} : { sendTransAmount: a.send_trans_amount }),
    ...(a.wallets === undefined ? {} : { wallets: { ...codepaySettings.wallets, ...a.wallets } }),
    ...(a.default_wallet === undefined ? {} : { defaultWallet: a.default_wallet }),
    ...(a.codes === undefined ? {} : { codes: a.codes }),
    ...(a.error_codes === undefined ? {} : { errorCodes: a.error_codes }),
    ...(a.believe_notifications === undefined ? {} : { believeNotifications: a.believe_notifications }),
  };
  return {
    appId: a.app_id,
    merchantNo: a.merchant_no,
    shop: {
      description: a.description,
      ...(a.store_no === undefined ? {} : { storeNo: a.store_no }),
      ...(a.terminal_sn === undefined ? {} : { terminalSn: a.terminal_sn }),
      ...(a.attach === undefined ? {} : { attach: a.attach }),
      ...(a.notify_url === undefined ? {} : { notifyUrl: a.notify_url }),
    },
    settings,
    ...(a.reports
      ? { details: { ...(a.reports.page_size === undefined ? {} : { pageSize: a.reports.page_size }) } }
      : {}),
  };
}

function planOf(plan: AccountConfig['plan']): Partial<PollPlan> {
  return {
    ...(plan.call_timeout_ms === undefined ? {} : { callTimeoutMs: plan.call_timeout_ms }),
    ...(plan.inquiry_delays_ms === undefined ? {} : { inquiryDelaysMs: plan.inquiry_delays_ms }),
    ...(plan.cancel_delays_ms === undefined ? {} : { cancelDelaysMs: plan.cancel_delays_ms }),
    ...(plan.refund_inquiry_delays_ms === undefined ? {} : { refundInquiryDelaysMs: plan.refund_inquiry_delays_ms }),
    ...(plan.new_refund_delays_ms === undefined ? {} : { newRefundDelaysMs: plan.new_refund_delays_ms }),
    ...(plan.code_life_ms === undefined ? {} : { codeLifeMs: plan.code_life_ms }),
  };
}
