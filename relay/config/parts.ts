import { createAntom } from '../acquirers/antom/adapter.js';
import type { Acquirer, PollPlan } from '../acquirers/contract.js';
import { type Database, LedgerError } from '../ledger/database.js';
import { PGliteDatabase } from '../ledger/pglite.js';
import { PostgresDatabase } from '../ledger/postgres.js';
import type { Clock } from '../runtime/clock.js';
import type { Log } from '../runtime/log.js';
import { ConfigError } from './load.js';
import type { RelayConfig } from './schema.js';
import type { RelaySecrets } from './secrets.js';

/** The parts whose kind the config chooses. Nothing is started here. */

/** @throws LedgerError for PGlite in production. */
export function openDatabase(config: RelayConfig, secrets: RelaySecrets): Database {
  const { ledger, mode } = config;
  if (ledger.kind === 'postgres') {
    const url = secrets.ledgerUrl ?? '';
    return new PostgresDatabase({ url, connections: ledger.connections, production: mode === 'production' });
  }
  if (mode === 'production') {
    throw new LedgerError('ledger.kind: found "pglite", expected "postgres" in production: PGlite never syncs to disk');
  }
  return new PGliteDatabase(ledger.directory === undefined ? {} : { directory: ledger.directory });
}

/** @throws ConfigError naming the option that the adapter refuses. */
export function openAcquirer(config: RelayConfig, secrets: RelaySecrets, clock: Clock, log: Log): Acquirer {
  const { merchant, plan, currencies, ...a } = config.acquirer;
  const { store } = merchant;
  try {
    return createAntom({
      baseUrl: a.base_url,
      clientId: a.client_id,
      privateKeyPem: secrets.privateKeyPem,
      antomPublicKeyPem: secrets.publicKeyPem,
      keyVersion: a.key_version,
      ...(secrets.acquirerCaPem === undefined ? {} : { caPem: secrets.acquirerCaPem }),
      settlementCurrency: a.settlement_currency,
      merchant: {
        referenceMerchantId: merchant.reference_merchant_id,
        merchantName: merchant.merchant_name,
        merchantMCC: merchant.merchant_mcc,
        store: { referenceStoreId: store.reference_store_id, storeName: store.store_name, storeMCC: store.store_mcc },
      },
      notifyUrl: a.notify_url,
      ...(currencies ? { currencies } : {}),
      plan: planOf(plan),
      clock: () => new Date(clock.now()),
      onTrace: (trace) => log.info({ event: 'acquirer', ...trace }),
    });
  } catch (error) {
    throw new ConfigError(`acquirer: ${error instanceof Error ? error.message : 'cannot be used'}`);
  }
}

function planOf(plan: RelayConfig['acquirer']['plan']): Partial<PollPlan> {
  return {
    ...(plan.call_timeout_ms === undefined ? {} : { callTimeoutMs: plan.call_timeout_ms }),
    ...(plan.inquiry_delays_ms === undefined ? {} : { inquiryDelaysMs: plan.inquiry_delays_ms }),
    ...(plan.cancel_delays_ms === undefined ? {} : { cancelDelaysMs: plan.cancel_delays_ms }),
    ...(plan.refund_inquiry_delays_ms === undefined ? {} : { refundInquiryDelaysMs: plan.refund_inquiry_delays_ms }),
    ...(plan.new_refund_delays_ms === undefined ? {} : { newRefundDelaysMs: plan.new_refund_delays_ms }),
    ...(plan.code_life_ms === undefined ? {} : { codeLifeMs: plan.code_life_ms }),
  };
}
