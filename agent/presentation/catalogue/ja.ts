import type { Catalogue, Words } from './words.js';

// Rejected scans that leave the customer the same thing to do.
const showYours = 'ウォレットアプリで「支払う」を選び、表示された支払いコードを読取口にかざしてください。';
const noPaymentCode: Words = { title: '支払いコードではありません', body: showYours };
const payNotScan = 'ウォレットで「スキャン」ではなく「支払う」を選び、ご自分のコードをお見せください。';
const receivingCode: Words = { title: 'お店の受取用コードです', body: `代金を受け取るためのコードです。${payNotScan}` };
const productLabel: Words = { title: '商品のバーコードです', body: `商品の読み取りは不要です。${showYours}` };
const refreshOrChange =
  'ウォレットで支払いコードを更新して、もう一度お試しください。できない場合は別のウォレットをご利用ください。';
const damagedCode: Words = { title: '支払いコードが壊れています', body: refreshOrChange };
const wrongLook: Words = {
  title: 'コードが正しくありません',
  body: `欠けているか、古い可能性があります。${refreshOrChange}`,
};
const unreadable: Words = {
  title: 'このコードは読めません',
  body: `ウォレットの支払いコードをお見せください。${refreshOrChange}`,
};

export const ja: Catalogue = {
  views: {
    'out-of-service': {
      title: 'ご利用いただけません',
      body: 'ただいまお支払いを受け付けできません。後ほどお試しください。',
    },
    idle: { title: 'いらっしゃいませ', body: 'ご希望の商品をお選びください。' },
    armed: {
      title: '支払いコードをかざす',
      body: 'ウォレットアプリを開き、支払いコードを読取口にかざしてください。',
    },
    busy: { title: 'お支払いを確認中です', body: 'しばらくお待ちください。スマホはそのままお持ちください。' },
    'confirm-on-phone': {
      title: 'スマホで確認してください',
      body: 'ウォレットがパスワードを求めています。入力するとお支払いが完了します。',
    },
    'press-to-pay': {
      title: 'ボタンでお支払い',
      body: '連携済みのウォレットでこの金額を支払います。ボタンを押すか、スマホで確認してください。',
    },
    vending: { title: 'お支払い済みです', body: '商品をご用意しています。しばらくお待ちください。' },
    approved: { title: 'ありがとうございました', body: 'お支払いが完了しました。商品をお取りください。' },
    unconfirmed: {
      title: 'お買い物を中止しました',
      body: '商品は出ませんので、もう確認しないでください。ウォレットに支払いが表示された場合は返金されます。受付番号をお控えください。',
    },
    refunding: {
      title: '返金しています',
      body: 'お買い物は完了しませんでした。代金はウォレットに戻ります。戻るまで受付番号をお控えください。',
    },
    refunded: {
      title: '代金はかかっていません',
      body: 'お買い物は完了しませんでした。ウォレットに支払いが表示されている場合、代金は返金済みです。',
    },
    operator: {
      title: '係員にお知らせください',
      body: 'このお買い物の結果を確認できません。係員が対応します。受付番号をお控えください。',
    },
  },
  links: {
    'link-asked': (wallet) => ({ title: `${wallet}を連携`, body: 'しばらくお待ちください。コードを準備しています。' }),
    'link-offered': (wallet, pays) =>
      pays
        ? {
            title: `読み取って${wallet}で支払う`,
            body: 'スマホでコードを読み取り、同意してください。すぐにこの金額を支払い、次回からはボタン一つです。',
          }
        : {
            title: `読み取って${wallet}を連携`,
            body: 'スマホでコードを読み取り、同意してください。次回からボタン一つで支払えます。',
          },
    'link-opened': () => ({
      title: 'スマホと同じ数字ですか？',
      body: '同じ数字のときだけ、スマホで「はい」を選んでください。違う場合や表示がない場合は「いいえ」を選んでください。',
    }),
    'link-authorised': () => ({
      title: 'しばらくお待ちください',
      body: 'ウォレットを連携しています。スマホはそのままお持ちください。',
    }),
    linked: (wallet) => ({
      title: `${wallet}を連携しました`,
      body: '代金はかかっていません。次回はスマホのページのコードをかざし、ボタンを押してお支払いください。',
    }),
    'link-expired': () => ({
      title: 'コードの有効期限切れです',
      body: '連携もお支払いもされていません。もう一度コードを表示するか、支払いコードをかざしてください。',
    }),
    'link-failed': (wallet) => ({
      title: `${wallet}は未連携です`,
      body: '代金はかかっていません。もう一度試すか、ウォレットの支払いコードをかざしてください。',
    }),
    'link-late': () => ({
      title: '時間がかかっています',
      body: '連携が済むとスマホに表示されます。ここでは代金はかかっていません。今支払うには支払いコードをかざしてください。',
    }),
    'link-desk': () => ({
      title: '有人窓口をご利用ください',
      body: 'この機械は連携用のコードを表示できません。支払いコードをかざせば、ここでお支払いいただけます。',
    }),
  },
  wallets: { alipayhk: 'AlipayHK', dana: 'DANA' },
  buttons: { link: (wallet) => `${wallet}を連携`, pay: (amount) => `${amount} を支払う` },
  reasons: {
    'code-expired': {
      title: 'コードの有効期限切れです',
      body: '代金はかかっていません。ウォレットで支払いコードを更新して、もう一度お試しください。',
    },
    'code-not-accepted': {
      title: 'コードが使えませんでした',
      body: '代金はかかっていません。支払いコードを更新するか、別のウォレットをご利用ください。',
    },
    'insufficient-funds': {
      title: '残高が足りません',
      body: '代金はかかっていません。チャージするか、支払い方法を変えるか、別のウォレットをご利用ください。',
    },
    'limit-exceeded': {
      title: 'このウォレットでは払えません',
      body: '代金はかかっていません。この金額は今このウォレットでは支払えません。別のウォレットをご利用ください。',
    },
    'wallet-restricted': {
      title: '今このウォレットは使えません',
      body: '代金はかかっていません。ウォレットアプリのお知らせをご覧になるか、別のウォレットをご利用ください。',
    },
    'wrong-password': {
      title: 'スマホで未確認でした',
      body: '代金はかかっていません。もう一度試し、正しいパスワードで確認してください。',
    },
    risk: {
      title: 'ウォレットが拒否しました',
      body: '代金はかかっていません。ウォレットアプリのお知らせをご覧になるか、別のウォレットをご利用ください。',
    },
    'acquirer-unavailable': {
      title: '決済サービスが使えません',
      body: '代金はかかっていません。数分後にもう一度お試しください。',
    },
    configuration: {
      title: '使えないウォレットです',
      body: '代金はかかっていません。別のウォレットをご利用ください。',
    },
    'not-confirmed': { title: '時間内に未確認でした', body: '代金はかかっていません。もう一度お試しいただけます。' },
    'customer-aborted': {
      title: 'お支払いを取り消しました',
      body: '代金はかかっていません。もう一度始められます。',
    },
    'wrong-amount': {
      title: '金額が正しくありません',
      body: 'お買い物を中止しました。引き落とされた代金はウォレットに戻ります。',
    },
    'vend-failed': {
      title: '商品を出せませんでした',
      body: '申し訳ありません。引き落とされた代金はウォレットに戻ります。',
    },
    'not-delivered': {
      title: '商品は出ていません',
      body: '代金はかかっていません。お買い物を中止しました。もう一度始められます。',
    },
    'kiosk-restarted': {
      title: '機械が再起動しました',
      body: '代金はかかっていません。お買い物を中止しました。もう一度始められます。',
    },
    'vend-doubtful': {
      title: '係員にお知らせください',
      body: '商品が出たかどうか確認できません。係員が対応します。受付番号をお控えください。',
    },
    'cancel-unconfirmed': {
      title: '係員にお知らせください',
      body: '返金されたかどうかまだ確認できません。係員が対応します。受付番号をお控えください。',
    },
    unlinked: {
      title: '未連携のウォレットです',
      body: '代金はかかっていません。もう一度連携するか、支払いコードをかざしてください。',
    },
    stale: {
      title: '時間がかかりすぎました',
      body: '代金はかかっていません。支払いコードを更新して、もう一度お試しください。',
    },
    'not-greeted': {
      title: 'もう一度お試しください',
      body: '代金はかかっていません。機械の通信が途切れていました。',
    },
    'over-limit': {
      title: 'この金額は支払えません',
      body: '代金はかかっていません。この機械は今この金額を扱えません。係員にお知らせください。',
    },
    'order-taken': {
      title: '別のお支払いが進行中です',
      body: 'このお買い物の前のお支払いが終わっていません。お待ちください。二重に支払わないでください。',
    },
    'code-used': {
      title: '使用済みのコードです',
      body: '今回の代金はかかっていません。ウォレットで支払いコードを更新して、もう一度お試しください。',
    },
    tombstone: { title: '受付を終了したお支払いです', body: '代金はかかっていません。もう一度始めてください。' },
    malformed: {
      title: 'コードが使えませんでした',
      body: '代金はかかっていません。支払いコードを更新するか、別のウォレットをご利用ください。',
    },
    other: {
      title: 'お支払いできませんでした',
      body: '代金はかかっていません。もう一度試すか、別のウォレットをご利用ください。',
    },
  },
  rejects: {
    empty: {
      title: 'コードを読めませんでした',
      body: '画面を明るくし、支払いコードを読取口にかざして動かさずに、もう一度お試しください。',
    },
    incomplete: {
      title: '動かさないでください',
      body: 'コードの一部しか読めませんでした。スマホを読取口にかざして動かさずに、もう一度お試しください。',
    },
    'too-long': {
      title: '支払いコードには長すぎます',
      body: `切符、証明書、メモなどかもしれません。${showYours}`,
    },
    'control-char': unreadable,
    'non-ascii': unreadable,
    'bad-charset': wrongLook,
    'bad-length': wrongLook,
    'unknown-prefix': {
      title: 'この番号は使えません',
      body: '会員証やクーポンかもしれません。ウォレットアプリの支払いコードをお見せになるか、別のウォレットをご利用ください。',
    },
    'merchant-presented': receivingCode,
    'merchant-presented-corrupt': receivingCode,
    url: { title: 'ウェブのリンクです', body: `リンクではお支払いできません。${payNotScan}` },
    'structured-text': {
      title: '連絡先やWi-Fiのコードです',
      body: `住所やネットワークの情報で、お支払いには使えません。${showYours}`,
    },
    'boarding-pass': { title: '搭乗券です', body: `ご旅行のため大切にお持ちください。${showYours}` },
    'product-code': productLabel,
    'gs1-data': productLabel,
    'invoice-carrier': {
      title: '電子レシートのバーコードです',
      body: `レシートを保存するためのもので、お支払いには使えません。${showYours}`,
    },
    'scanner-config': noPaymentCode,
    'unsupported-eci': unreadable,
    'unrecognised-text': noPaymentCode,
    'cpm-bad-base64': damagedCode,
    'cpm-bad-header': damagedCode,
    'cpm-unsupported-version': {
      title: '対応していないコードです',
      body: 'このウォレットの支払いコードは、この機械では扱えません。別のウォレットをご利用ください。',
    },
    'cpm-truncated': damagedCode,
    'cpm-indefinite-length': damagedCode,
    'cpm-bad-length': damagedCode,
    'cpm-bad-tag': damagedCode,
    'cpm-bad-nesting': damagedCode,
    'cpm-duplicate': damagedCode,
    'cpm-missing-application': damagedCode,
    'cpm-missing-adf': damagedCode,
    'cpm-bad-value': damagedCode,
  },
  refusedScans: {
    busy: { title: '前のお支払いを処理中です', body: '終わるまでお待ちください。' },
    'no-order': {
      title: '先に商品をお選びください',
      body: '代金はかかっていません。商品を選んでからコードをかざしてください。',
    },
  },
  contact: (contact) => `お問い合わせ：${contact}`,
};
