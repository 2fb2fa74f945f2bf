import type { Catalogue, Words } from './words.js';

// Rejected scans that leave the customer the same thing to do.
const showYours = '지갑 앱에서 "결제"를 선택하고, 표시된 결제 코드를 스캐너에 대 주세요.';
const noPaymentCode: Words = { title: '결제 코드가 아닙니다', body: showYours };
const payNotScan = '지갑 앱에서 "스캔"이 아니라 "결제"를 선택하고, 본인의 코드를 보여 주세요.';
const receivingCode: Words = { title: '가맹점 수납 코드입니다', body: `돈을 받기 위한 코드입니다. ${payNotScan}` };
const productLabel: Words = { title: '상품 바코드입니다', body: `상품을 스캔할 필요가 없습니다. ${showYours}` };
const refreshOrChange = '지갑에서 결제 코드를 새로고침한 후 다시 시도해 주세요. 안 되면 다른 지갑을 이용해 주세요.';
const damagedCode: Words = { title: '결제 코드가 손상되었습니다', body: refreshOrChange };
const wrongLook: Words = {
  title: '코드가 올바르지 않습니다',
  body: `일부가 빠졌거나 오래된 코드입니다. ${refreshOrChange}`,
};
const unreadable: Words = {
  title: '읽을 수 없는 코드입니다',
  body: `지갑의 결제 코드를 보여 주세요. ${refreshOrChange}`,
};

export const ko: Catalogue = {
  views: {
    'out-of-service': { title: '이용할 수 없습니다', body: '지금은 결제할 수 없습니다. 나중에 다시 이용해 주세요.' },
    idle: { title: '어서 오세요', body: '원하시는 상품을 선택해 주세요.' },
    armed: { title: '결제 코드를 보여 주세요', body: '지갑 앱을 열고 결제 코드를 스캐너에 대 주세요.' },
    busy: { title: '결제를 확인하고 있습니다', body: '잠시 기다려 주세요. 휴대폰을 그대로 들고 계세요.' },
    'confirm-on-phone': {
      title: '휴대폰에서 확인해 주세요',
      body: '지갑에서 비밀번호를 요청합니다. 입력하면 결제가 완료됩니다.',
    },
    'press-to-pay': {
      title: '버튼을 눌러 결제',
      body: '연결된 지갑으로 이 금액을 결제합니다. 버튼을 누르거나 휴대폰에서 확인해 주세요.',
    },
    vending: { title: '결제되었습니다', body: '상품을 준비하고 있습니다. 잠시 기다려 주세요.' },
    approved: { title: '감사합니다', body: '결제가 완료되었습니다. 상품을 가져가 주세요.' },
    unconfirmed: {
      title: '구매가 중단되었습니다',
      body: '상품이 나오지 않으니 더 이상 확인하지 마세요. 지갑에 결제가 표시되면 돈은 환불됩니다. 접수 번호를 보관해 주세요.',
    },
    refunding: {
      title: '환불하고 있습니다',
      body: '구매가 완료되지 않았습니다. 돈은 지갑으로 돌아갑니다. 그때까지 접수 번호를 보관해 주세요.',
    },
    refunded: {
      title: '청구된 금액이 없습니다',
      body: '구매가 완료되지 않았습니다. 지갑에 결제가 표시되어 있다면 돈은 이미 환불되었습니다.',
    },
    operator: {
      title: '직원에게 문의해 주세요',
      body: '구매 결과를 확인할 수 없습니다. 직원이 처리해 드립니다. 접수 번호를 보관해 주세요.',
    },
  },
  links: {
    'link-asked': (wallet) => ({ title: `${wallet} 연결`, body: '잠시 기다려 주세요. 코드를 준비하고 있습니다.' }),
    'link-offered': (wallet, pays) =>
      pays
        ? {
            title: `스캔하여 ${wallet} 결제`,
            body: '휴대폰으로 코드를 스캔하고 동의해 주세요. 바로 이 금액이 결제되며, 다음부터는 버튼만 누르면 됩니다.',
          }
        : {
            title: `스캔하여 ${wallet} 연결`,
            body: '휴대폰으로 코드를 스캔하고 동의해 주세요. 다음부터는 버튼만 누르면 결제됩니다.',
          },
    'link-opened': () => ({
      title: '휴대폰 숫자와 같나요?',
      body: '같은 숫자일 때만 휴대폰에서 "예"를 선택해 주세요. 다르거나 표시되지 않으면 "아니요"를 선택해 주세요.',
    }),
    'link-authorised': () => ({
      title: '잠시 기다려 주세요',
      body: '지갑을 연결하고 있습니다. 휴대폰을 그대로 들고 계세요.',
    }),
    linked: (wallet) => ({
      title: `${wallet} 연결 완료`,
      body: '청구된 금액이 없습니다. 다음에는 휴대폰 페이지의 코드를 대고 버튼을 눌러 결제해 주세요.',
    }),
    'link-expired': () => ({
      title: '코드가 만료되었습니다',
      body: '연결되거나 청구되지 않았습니다. 새 코드를 요청하거나 결제 코드를 대 주세요.',
    }),
    'link-failed': (wallet) => ({
      title: `${wallet} 연결 실패`,
      body: '청구된 금액이 없습니다. 다시 시도하거나 지갑의 결제 코드를 대 주세요.',
    }),
    'link-late': () => ({
      title: '시간이 걸리고 있습니다',
      body: '연결되면 휴대폰에 표시됩니다. 여기서는 청구되지 않았습니다. 지금 결제하려면 결제 코드를 대 주세요.',
    }),
    'link-desk': () => ({
      title: '직원 창구를 이용해 주세요',
      body: '이 기기는 지갑 연결용 코드를 표시할 수 없습니다. 결제 코드를 대면 여기서 결제할 수 있습니다.',
    }),
  },
  wallets: { alipayhk: 'AlipayHK', dana: 'DANA' },
  buttons: { link: (wallet) => `${wallet} 연결`, pay: (amount) => `${amount} 결제` },
  reasons: {
    'code-expired': {
      title: '코드가 만료되었습니다',
      body: '청구된 금액이 없습니다. 지갑에서 결제 코드를 새로고침한 후 다시 시도해 주세요.',
    },
    'code-not-accepted': {
      title: '코드가 승인되지 않았습니다',
      body: '청구된 금액이 없습니다. 결제 코드를 새로고침하거나 다른 지갑을 이용해 주세요.',
    },
    'insufficient-funds': {
      title: '잔액이 부족합니다',
      body: '청구된 금액이 없습니다. 충전하거나 결제 수단을 바꾸거나 다른 지갑을 이용해 주세요.',
    },
    'limit-exceeded': {
      title: '이 지갑으로 결제할 수 없음',
      body: '청구된 금액이 없습니다. 지금 이 지갑으로는 이 금액을 결제할 수 없습니다. 다른 지갑을 이용해 주세요.',
    },
    'wallet-restricted': {
      title: '지금 쓸 수 없는 지갑입니다',
      body: '청구된 금액이 없습니다. 지갑 앱의 알림을 확인하거나 다른 지갑을 이용해 주세요.',
    },
    'wrong-password': {
      title: '휴대폰에서 확인되지 않음',
      body: '청구된 금액이 없습니다. 다시 시도하고 올바른 비밀번호로 확인해 주세요.',
    },
    risk: {
      title: '지갑이 결제를 거부했습니다',
      body: '청구된 금액이 없습니다. 지갑 앱의 알림을 확인하거나 다른 지갑을 이용해 주세요.',
    },
    'acquirer-unavailable': {
      title: '결제 서비스 이용 불가',
      body: '청구된 금액이 없습니다. 몇 분 후에 다시 시도해 주세요.',
    },
    configuration: {
      title: '사용할 수 없는 지갑입니다',
      body: '청구된 금액이 없습니다. 다른 지갑을 이용해 주세요.',
    },
    'not-confirmed': { title: '제시간에 확인되지 않음', body: '청구된 금액이 없습니다. 다시 시도할 수 있습니다.' },
    'customer-aborted': { title: '결제가 취소되었습니다', body: '청구된 금액이 없습니다. 다시 시작할 수 있습니다.' },
    'wrong-amount': {
      title: '금액이 올바르지 않습니다',
      body: '구매가 중단되었습니다. 빠져나간 돈은 지갑으로 돌아갑니다.',
    },
    'vend-failed': {
      title: '상품이 나오지 않았습니다',
      body: '죄송합니다. 빠져나간 돈은 지갑으로 돌아갑니다.',
    },
    'not-delivered': {
      title: '상품이 나오지 않았습니다',
      body: '청구된 금액이 없습니다. 구매가 중단되었습니다. 다시 시작할 수 있습니다.',
    },
    'kiosk-restarted': {
      title: '기기가 다시 시작되었습니다',
      body: '청구된 금액이 없습니다. 구매가 중단되었습니다. 다시 시작할 수 있습니다.',
    },
    'vend-doubtful': {
      title: '직원에게 문의해 주세요',
      body: '상품이 나왔는지 확인할 수 없습니다. 직원이 처리해 드립니다. 접수 번호를 보관해 주세요.',
    },
    'cancel-unconfirmed': {
      title: '직원에게 문의해 주세요',
      body: '환불되었는지 아직 확인할 수 없습니다. 직원이 처리해 드립니다. 접수 번호를 보관해 주세요.',
    },
    unlinked: {
      title: '연결되지 않은 지갑입니다',
      body: '청구된 금액이 없습니다. 지갑을 다시 연결하거나 결제 코드를 대 주세요.',
    },
    stale: {
      title: '시간이 너무 걸렸습니다',
      body: '청구된 금액이 없습니다. 결제 코드를 새로고침한 후 다시 시도해 주세요.',
    },
    'not-greeted': { title: '다시 시도해 주세요', body: '청구된 금액이 없습니다. 기기의 통신이 잠시 끊겼습니다.' },
    'over-limit': {
      title: '결제할 수 없는 금액입니다',
      body: '청구된 금액이 없습니다. 이 기기는 지금 이 금액을 받을 수 없습니다. 직원에게 문의해 주세요.',
    },
    'order-taken': {
      title: '진행 중인 결제가 있습니다',
      body: '이 구매의 이전 결제가 끝나지 않았습니다. 기다려 주시고, 두 번 결제하지 마세요.',
    },
    'code-used': {
      title: '이미 사용된 코드입니다',
      body: '이번에는 청구되지 않았습니다. 지갑에서 결제 코드를 새로고침한 후 다시 시도해 주세요.',
    },
    tombstone: { title: '종료된 결제입니다', body: '청구된 금액이 없습니다. 다시 시작해 주세요.' },
    malformed: {
      title: '사용할 수 없는 코드입니다',
      body: '청구된 금액이 없습니다. 결제 코드를 새로고침하거나 다른 지갑을 이용해 주세요.',
    },
    other: {
      title: '결제되지 않았습니다',
      body: '청구된 금액이 없습니다. 다시 시도하거나 다른 지갑을 이용해 주세요.',
    },
  },
  rejects: {
    empty: {
      title: '코드를 읽지 못했습니다',
      body: '화면을 밝게 하고 결제 코드를 스캐너에 댄 채 움직이지 말고 다시 시도해 주세요.',
    },
    incomplete: {
      title: '움직이지 말아 주세요',
      body: '코드의 일부만 읽혔습니다. 휴대폰을 스캐너에 댄 채 움직이지 말고 다시 시도해 주세요.',
    },
    'too-long': {
      title: '결제 코드치고 너무 깁니다',
      body: `표, 증명서 또는 메모일 수 있습니다. ${showYours}`,
    },
    'control-char': unreadable,
    'non-ascii': unreadable,
    'bad-charset': wrongLook,
    'bad-length': wrongLook,
    'unknown-prefix': {
      title: '받을 수 없는 번호입니다',
      body: '회원 카드나 쿠폰일 수 있습니다. 지갑 앱의 결제 코드를 보여 주시거나 다른 지갑을 이용해 주세요.',
    },
    'merchant-presented': receivingCode,
    'merchant-presented-corrupt': receivingCode,
    url: { title: '웹 링크입니다', body: `링크로는 결제할 수 없습니다. ${payNotScan}` },
    'structured-text': {
      title: '연락처나 Wi-Fi 코드입니다',
      body: `주소나 네트워크 정보이며 결제에 쓸 수 없습니다. ${showYours}`,
    },
    'boarding-pass': { title: '탑승권입니다', body: `여행을 위해 잘 보관해 주세요. ${showYours}` },
    'product-code': productLabel,
    'gs1-data': productLabel,
    'invoice-carrier': {
      title: '전자 영수증 바코드입니다',
      body: `영수증을 모으는 코드이며 결제에 쓸 수 없습니다. ${showYours}`,
    },
    'scanner-config': noPaymentCode,
    'unsupported-eci': unreadable,
    'unrecognised-text': noPaymentCode,
    'cpm-bad-base64': damagedCode,
    'cpm-bad-header': damagedCode,
    'cpm-unsupported-version': {
      title: '지원하지 않는 코드입니다',
      body: '이 지갑의 결제 코드는 이 기기에서 받을 수 없습니다. 다른 지갑을 이용해 주세요.',
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
    busy: { title: '이전 결제를 처리 중입니다', body: '결제가 끝날 때까지 기다려 주세요.' },
    'no-order': {
      title: '먼저 상품을 선택해 주세요',
      body: '청구된 금액이 없습니다. 상품을 선택한 후 코드를 대 주세요.',
    },
  },
  contact: (contact) => `문의: ${contact}`,
};
