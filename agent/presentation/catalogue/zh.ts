import type { Catalogue, Words } from './words.js';

// Rejected scans that leave the customer the same thing to do.
const showYours = '请打开钱包应用，选择“付款”，将其中的付款码对准扫码口。';
const noPaymentCode: Words = { title: '这不是付款码', body: showYours };
const payNotScan = '请在钱包中选择“付款”而不是“扫一扫”，出示您自己的付款码。';
const receivingCode: Words = { title: '这是收款码', body: `收款码用于收钱。${payNotScan}` };
const productLabel: Words = { title: '这是商品条码', body: `无需扫描商品。${showYours}` };
const refreshOrChange = '请在钱包中刷新付款码后重试。如仍不行，请换用其他钱包。';
const damagedCode: Words = { title: '付款码已损坏', body: `付款码内容不完整。${refreshOrChange}` };
const wrongLook: Words = { title: '付款码不正确', body: `这个码与付款码相似，但内容有误。${refreshOrChange}` };
const unreadable: Words = { title: '本机无法识别此码', body: `请确认出示的是付款码。${refreshOrChange}` };

export const zh: Catalogue = {
  views: {
    'out-of-service': { title: '暂停服务', body: '本机暂时无法收款，请稍后再试。' },
    idle: { title: '欢迎使用', body: '请选择您要购买的商品或服务。' },
    armed: { title: '请出示付款码', body: '请打开钱包应用，将付款码对准扫码口。' },
    busy: { title: '正在处理付款', body: '请稍候，不要收起手机。' },
    'confirm-on-phone': { title: '请在手机上确认', body: '您的钱包需要验证支付密码，请输入密码完成付款。' },
    'press-to-pay': { title: '请按键付款', body: '将用已绑定的钱包支付此金额。请按付款键，或在手机上确认。' },
    vending: { title: '付款成功', body: '正在为您出货，请稍候。' },
    approved: { title: '谢谢惠顾', body: '付款已完成，请取走您的商品。' },
    unconfirmed: {
      title: '本次购买已中止',
      body: '本次不会出货，请不要再确认付款。如果您的钱包显示已扣款，款项将会退回。请记下参考号。',
    },
    refunding: { title: '正在退款', body: '本次购买未完成，款项正在退回您的钱包。到账前请保留参考号。' },
    refunded: { title: '本次最终未扣款', body: '本次购买未完成。如果您的钱包显示已扣款，款项已经退回。' },
    operator: { title: '请联系工作人员', body: '我们无法确认本次购买的结果，将由工作人员为您处理。请记下参考号。' },
  },
  links: {
    'link-asked': (wallet) => ({ title: `绑定${wallet}`, body: '请稍候，正在准备二维码。' }),
    'link-offered': (wallet, pays) =>
      pays
        ? {
            title: `扫码绑定${wallet}并付款`,
            body: '请用手机扫码并同意授权。绑定后立即支付此金额，以后只需按一下即可付款。',
          }
        : { title: `扫码绑定${wallet}`, body: '请用手机扫码并同意授权，以后只需按一下即可付款。' },
    'link-opened': () => ({
      title: '手机上显示此数字吗？',
      body: '只有手机显示相同的数字时，才可选择“是”。如不相同或没有显示，请选择“否”。',
    }),
    'link-authorised': () => ({ title: '谢谢，请稍候', body: '正在绑定您的钱包，请不要收起手机。' }),
    linked: (wallet) => ({
      title: `${wallet}已绑定`,
      body: '未扣款。以后出示手机页面上的会员码，按一下即可付款。',
    }),
    'link-expired': () => ({
      title: '二维码已过期',
      body: '未绑定，未扣款。如要重试，请重新获取二维码，或出示付款码付款。',
    }),
    'link-failed': (wallet) => ({
      title: `${wallet}未绑定`,
      body: '未扣款。您可以重试，或出示钱包的付款码付款。',
    }),
    'link-late': () => ({
      title: '钱包处理较慢',
      body: '绑定完成后，手机上会显示。本机未扣款。如需现在付款，请出示付款码。',
    }),
    'link-desk': () => ({ title: '请到人工柜台', body: '本机无法显示绑定钱包的二维码。您仍可在此出示付款码付款。' }),
  },
  wallets: { alipayhk: '支付宝香港', dana: 'DANA' },
  buttons: { link: (wallet) => `绑定${wallet}`, pay: (amount) => `支付 ${amount}` },
  reasons: {
    'code-expired': { title: '付款码已过期', body: '未扣款。请在钱包中刷新付款码后重试。' },
    'code-not-accepted': { title: '付款码未被接受', body: '未扣款。请刷新付款码，或换用其他钱包。' },
    'insufficient-funds': { title: '余额不足', body: '未扣款。请充值、在钱包中更换付款方式，或换用其他钱包。' },
    'limit-exceeded': { title: '此钱包无法支付', body: '未扣款。您的钱包目前无法支付此金额，请换用其他钱包。' },
    'wallet-restricted': { title: '此钱包暂时无法付款', body: '未扣款。请查看钱包应用中的提示，或换用其他钱包。' },
    'wrong-password': { title: '手机上未确认付款', body: '未扣款。如要付款，请重试，并用正确的支付密码确认。' },
    risk: { title: '钱包拒绝了本次付款', body: '未扣款。请查看钱包应用中的提示，或换用其他钱包。' },
    'acquirer-unavailable': { title: '支付服务暂不可用', body: '未扣款。请过几分钟再试。' },
    configuration: { title: '此处不支持该钱包', body: '未扣款。请换用其他钱包。' },
    'not-confirmed': { title: '付款未及时确认', body: '未扣款。您可以重试。' },
    'customer-aborted': { title: '付款已取消', body: '未扣款。您可以重新开始。' },
    'wrong-amount': { title: '付款金额不符', body: '本次购买已中止。如已扣款，款项将退回您的钱包。' },
    'vend-failed': { title: '出货失败', body: '非常抱歉。如已扣款，款项将退回您的钱包。' },
    'not-delivered': { title: '未能出货', body: '未扣款。本次购买已中止，您可以重新开始。' },
    'kiosk-restarted': { title: '设备已重新启动', body: '未扣款。本次购买已中止，您可以重新开始。' },
    'vend-doubtful': {
      title: '请联系工作人员',
      body: '我们无法确认商品是否已出货，将由工作人员为您处理。请记下参考号。',
    },
    'cancel-unconfirmed': {
      title: '请联系工作人员',
      body: '我们暂时无法确认款项是否已退回，将由工作人员为您处理。请记下参考号。',
    },
    unlinked: { title: '钱包未绑定', body: '未扣款。请重新绑定钱包，或出示付款码。' },
    stale: { title: '操作超时', body: '未扣款。请刷新付款码后重试。' },
    'not-greeted': { title: '请重试', body: '未扣款。本机刚才网络中断。' },
    'over-limit': { title: '此金额无法支付', body: '未扣款。本机目前不能收取此金额，请联系工作人员。' },
    'order-taken': { title: '已有付款正在处理', body: '本次购买的上一笔付款尚未结束，请稍候，切勿重复付款。' },
    'code-used': { title: '付款码已被使用', body: '本次未扣款。请在钱包中刷新付款码后重试。' },
    tombstone: { title: '本次付款已关闭', body: '未扣款。请重新开始。' },
    malformed: { title: '付款码无法使用', body: '未扣款。请刷新付款码，或换用其他钱包。' },
    other: { title: '付款未成功', body: '未扣款。请重试，或换用其他钱包。' },
  },
  rejects: {
    empty: { title: '没有读到付款码', body: '请调亮手机屏幕，将付款码对准扫码口，保持不动，再试一次。' },
    incomplete: { title: '请拿稳手机', body: '付款码没有读完整。请将手机对准扫码口，保持不动，再试一次。' },
    'too-long': { title: '内容过长，不是付款码', body: `这可能是票券、证明或其他文字。${showYours}` },
    'control-char': unreadable,
    'non-ascii': unreadable,
    'bad-charset': wrongLook,
    'bad-length': wrongLook,
    'unknown-prefix': {
      title: '本机不收此号码',
      body: '这可能是会员卡或优惠券。请出示钱包应用中的付款码，或换用其他钱包。',
    },
    'merchant-presented': receivingCode,
    'merchant-presented-corrupt': receivingCode,
    url: { title: '这是网页链接', body: `网页链接不能用于付款。${payNotScan}` },
    'structured-text': { title: '这是名片或无线网络码', body: `其中是联系方式或网络信息，不能用于付款。${showYours}` },
    'boarding-pass': { title: '这是登机牌', body: `请留好登机牌，旅途中还要使用。${showYours}` },
    'product-code': productLabel,
    'gs1-data': productLabel,
    'invoice-carrier': { title: '这是电子发票载具条码', body: `载具条码用于存放发票，不能用于付款。${showYours}` },
    'scanner-config': noPaymentCode,
    'unsupported-eci': unreadable,
    'unrecognised-text': noPaymentCode,
    'cpm-bad-base64': damagedCode,
    'cpm-bad-header': damagedCode,
    'cpm-unsupported-version': {
      title: '本机不支持这种付款码',
      body: '您的钱包出示的付款码，本机还不能识别。请换用其他钱包。',
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
    busy: { title: '正在处理上一笔付款', body: '请等待当前付款结束后再扫码。' },
    'no-order': { title: '请先选择商品', body: '未扣款。请先选择商品或服务，再出示付款码。' },
  },
  contact: (contact) => `如需帮助，请联系：${contact}`,
};
