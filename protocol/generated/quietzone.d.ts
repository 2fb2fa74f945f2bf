import * as $protobuf from "protobufjs";
import Long = require("long");

/** Namespace quietzone. */
export namespace quietzone {

    /** Namespace v1. */
    namespace v1 {

        /** Issuer enum. */
        enum Issuer {

            /** ISSUER_UNSPECIFIED value */
            ISSUER_UNSPECIFIED = 0,

            /** ISSUER_ALIPAY value */
            ISSUER_ALIPAY = 1,

            /** ISSUER_ALIPAYPLUS value */
            ISSUER_ALIPAYPLUS = 2,

            /** ISSUER_WECHATPAY value */
            ISSUER_WECHATPAY = 3,

            /** ISSUER_UNIONPAY value */
            ISSUER_UNIONPAY = 4,

            /** ISSUER_ECNY value */
            ISSUER_ECNY = 5,

            /** ISSUER_JDPAY value */
            ISSUER_JDPAY = 6,

            /** ISSUER_BESTPAY value */
            ISSUER_BESTPAY = 7,

            /** ISSUER_QQWALLET value */
            ISSUER_QQWALLET = 8,

            /** ISSUER_JKOPAY value */
            ISSUER_JKOPAY = 9,

            /** ISSUER_LINEPAY value */
            ISSUER_LINEPAY = 10,

            /** ISSUER_PAYPAY value */
            ISSUER_PAYPAY = 11,

            /** ISSUER_RAKUTENPAY value */
            ISSUER_RAKUTENPAY = 12,

            /** ISSUER_DBARAI value */
            ISSUER_DBARAI = 13,

            /** ISSUER_MERPAY value */
            ISSUER_MERPAY = 14,

            /** ISSUER_AUPAY value */
            ISSUER_AUPAY = 15
        }

        /** Delivery enum. */
        enum Delivery {

            /** DELIVERY_UNSPECIFIED value */
            DELIVERY_UNSPECIFIED = 0,

            /** DELIVERY_NOT_DELIVERED value */
            DELIVERY_NOT_DELIVERED = 1,

            /** DELIVERY_DELIVERED value */
            DELIVERY_DELIVERED = 2,

            /** DELIVERY_FAILED value */
            DELIVERY_FAILED = 3,

            /** DELIVERY_DOUBTFUL value */
            DELIVERY_DOUBTFUL = 4
        }

        /** Standing enum. */
        enum Standing {

            /** STANDING_UNSPECIFIED value */
            STANDING_UNSPECIFIED = 0,

            /** STANDING_SUBMITTED value */
            STANDING_SUBMITTED = 1,

            /** STANDING_PASSWORD_PENDING value */
            STANDING_PASSWORD_PENDING = 2,

            /** STANDING_APPROVED value */
            STANDING_APPROVED = 3,

            /** STANDING_DECLINED value */
            STANDING_DECLINED = 4,

            /** STANDING_REVERSING value */
            STANDING_REVERSING = 5,

            /** STANDING_REVERSED value */
            STANDING_REVERSED = 6,

            /** STANDING_DELIVERED value */
            STANDING_DELIVERED = 7,

            /** STANDING_OPERATOR value */
            STANDING_OPERATOR = 8,

            /** STANDING_REFUSED value */
            STANDING_REFUSED = 9,

            /** STANDING_CONFIRM_PENDING value */
            STANDING_CONFIRM_PENDING = 10
        }

        /** Reason enum. */
        enum Reason {

            /** REASON_UNSPECIFIED value */
            REASON_UNSPECIFIED = 0,

            /** REASON_CODE_EXPIRED value */
            REASON_CODE_EXPIRED = 1,

            /** REASON_CODE_NOT_ACCEPTED value */
            REASON_CODE_NOT_ACCEPTED = 2,

            /** REASON_INSUFFICIENT_FUNDS value */
            REASON_INSUFFICIENT_FUNDS = 3,

            /** REASON_LIMIT_EXCEEDED value */
            REASON_LIMIT_EXCEEDED = 4,

            /** REASON_WALLET_RESTRICTED value */
            REASON_WALLET_RESTRICTED = 5,

            /** REASON_WRONG_PASSWORD value */
            REASON_WRONG_PASSWORD = 6,

            /** REASON_RISK value */
            REASON_RISK = 7,

            /** REASON_ACQUIRER_UNAVAILABLE value */
            REASON_ACQUIRER_UNAVAILABLE = 8,

            /** REASON_CONFIGURATION value */
            REASON_CONFIGURATION = 9,

            /** REASON_NOT_CONFIRMED value */
            REASON_NOT_CONFIRMED = 10,

            /** REASON_CUSTOMER_ABORTED value */
            REASON_CUSTOMER_ABORTED = 11,

            /** REASON_WRONG_AMOUNT value */
            REASON_WRONG_AMOUNT = 12,

            /** REASON_VEND_FAILED value */
            REASON_VEND_FAILED = 13,

            /** REASON_NOT_DELIVERED value */
            REASON_NOT_DELIVERED = 14,

            /** REASON_KIOSK_RESTARTED value */
            REASON_KIOSK_RESTARTED = 15,

            /** REASON_VEND_DOUBTFUL value */
            REASON_VEND_DOUBTFUL = 16,

            /** REASON_CANCEL_UNCONFIRMED value */
            REASON_CANCEL_UNCONFIRMED = 17,

            /** REASON_UNLINKED value */
            REASON_UNLINKED = 18,

            /** REASON_STALE value */
            REASON_STALE = 20,

            /** REASON_NOT_GREETED value */
            REASON_NOT_GREETED = 21,

            /** REASON_OVER_LIMIT value */
            REASON_OVER_LIMIT = 22,

            /** REASON_ORDER_TAKEN value */
            REASON_ORDER_TAKEN = 23,

            /** REASON_CODE_USED value */
            REASON_CODE_USED = 24,

            /** REASON_TOMBSTONE value */
            REASON_TOMBSTONE = 25,

            /** REASON_MALFORMED value */
            REASON_MALFORMED = 26,

            /** REASON_OTHER value */
            REASON_OTHER = 30
        }

        /** LinkState enum. */
        enum LinkState {

            /** LINK_STATE_UNSPECIFIED value */
            LINK_STATE_UNSPECIFIED = 0,

            /** LINK_STATE_OFFERED value */
            LINK_STATE_OFFERED = 1,

            /** LINK_STATE_OPENED value */
            LINK_STATE_OPENED = 2,

            /** LINK_STATE_AUTHORISED value */
            LINK_STATE_AUTHORISED = 3,

            /** LINK_STATE_LINKED value */
            LINK_STATE_LINKED = 4,

            /** LINK_STATE_EXPIRED value */
            LINK_STATE_EXPIRED = 5,

            /** LINK_STATE_FAILED value */
            LINK_STATE_FAILED = 6
        }

        /**
         * Properties of a Down.
         * @deprecated Use quietzone.v1.Down.$Properties instead.
         */
        interface IDown extends quietzone.v1.Down.$Properties {
        }

        /** Represents a Down. */
        class Down {

            /**
             * Constructs a new Down.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietzone.v1.Down.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Down welcome. */
            welcome?: (quietzone.v1.Welcome.$Properties|null);

            /** Down challenge. */
            challenge?: (quietzone.v1.Challenge.$Properties|null);

            /** Down update. */
            update?: (quietzone.v1.Update.$Properties|null);

            /** Down vendAck. */
            vendAck?: (quietzone.v1.VendAck.$Properties|null);

            /** Down linkCode. */
            linkCode?: (quietzone.v1.LinkCode.$Properties|null);

            /** Down linkResult. */
            linkResult?: (quietzone.v1.LinkResult.$Properties|null);

            /** Down service. */
            service?: (quietzone.v1.Service.$Properties|null);

            /** Down seq. */
            seq: (number|Long);

            /** Down relay. */
            relay: string;

            /** Down body. */
            body?: ("welcome"|"challenge"|"update"|"vendAck"|"linkCode"|"linkResult"|"service");

            /**
             * Encodes the specified Down message. Does not implicitly {@link quietzone.v1.Down.verify|verify} messages.
             * @param message Down message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietzone.v1.Down.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Down message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietzone.v1.Down & quietzone.v1.Down.$Shape} Down
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietzone.v1.Down & quietzone.v1.Down.$Shape;
        }

        namespace Down {

            /** Properties of a Down. */
            interface $Properties {

                /** Down welcome */
                welcome?: (quietzone.v1.Welcome.$Properties|null);

                /** Down challenge */
                challenge?: (quietzone.v1.Challenge.$Properties|null);

                /** Down update */
                update?: (quietzone.v1.Update.$Properties|null);

                /** Down vendAck */
                vendAck?: (quietzone.v1.VendAck.$Properties|null);

                /** Down linkCode */
                linkCode?: (quietzone.v1.LinkCode.$Properties|null);

                /** Down linkResult */
                linkResult?: (quietzone.v1.LinkResult.$Properties|null);

                /** Down service */
                service?: (quietzone.v1.Service.$Properties|null);

                /** Down seq */
                seq?: (number|Long|null);

                /** Down relay */
                relay?: (string|null);

                /** Down body */
                body?: ("welcome"|"challenge"|"update"|"vendAck"|"linkCode"|"linkResult"|"service");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a Down. */
            type $Shape = {
              welcome?: quietzone.v1.Welcome.$Shape|null;
              challenge?: quietzone.v1.Challenge.$Shape|null;
              update?: quietzone.v1.Update.$Shape|null;
              vendAck?: quietzone.v1.VendAck.$Shape|null;
              linkCode?: quietzone.v1.LinkCode.$Shape|null;
              linkResult?: quietzone.v1.LinkResult.$Shape|null;
              service?: quietzone.v1.Service.$Shape|null;
              seq?: number|Long|null;
              relay?: string|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ body?: undefined; welcome?: null; challenge?: null; update?: null; vendAck?: null; linkCode?: null; linkResult?: null; service?: null }|{ body?: "welcome"; welcome: quietzone.v1.Welcome.$Shape; challenge?: null; update?: null; vendAck?: null; linkCode?: null; linkResult?: null; service?: null }|{ body?: "challenge"; welcome?: null; challenge: quietzone.v1.Challenge.$Shape; update?: null; vendAck?: null; linkCode?: null; linkResult?: null; service?: null }|{ body?: "update"; welcome?: null; challenge?: null; update: quietzone.v1.Update.$Shape; vendAck?: null; linkCode?: null; linkResult?: null; service?: null }|{ body?: "vendAck"; welcome?: null; challenge?: null; update?: null; vendAck: quietzone.v1.VendAck.$Shape; linkCode?: null; linkResult?: null; service?: null }|{ body?: "linkCode"; welcome?: null; challenge?: null; update?: null; vendAck?: null; linkCode: quietzone.v1.LinkCode.$Shape; linkResult?: null; service?: null }|{ body?: "linkResult"; welcome?: null; challenge?: null; update?: null; vendAck?: null; linkCode?: null; linkResult: quietzone.v1.LinkResult.$Shape; service?: null }|{ body?: "service"; welcome?: null; challenge?: null; update?: null; vendAck?: null; linkCode?: null; linkResult?: null; service: quietzone.v1.Service.$Shape })
            );
        }

        /**
         * Properties of a Welcome.
         * @deprecated Use quietzone.v1.Welcome.$Properties instead.
         */
        interface IWelcome extends quietzone.v1.Welcome.$Properties {
        }

        /** Represents a Welcome. */
        class Welcome {

            /**
             * Constructs a new Welcome.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietzone.v1.Welcome.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Welcome nonce. */
            nonce: Uint8Array;

            /** Welcome helloAtMs. */
            helloAtMs: (number|Long);

            /** Welcome leaseMs. */
            leaseMs: number;

            /**
             * Encodes the specified Welcome message. Does not implicitly {@link quietzone.v1.Welcome.verify|verify} messages.
             * @param message Welcome message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietzone.v1.Welcome.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Welcome message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietzone.v1.Welcome & quietzone.v1.Welcome.$Shape} Welcome
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietzone.v1.Welcome & quietzone.v1.Welcome.$Shape;
        }

        namespace Welcome {

            /** Properties of a Welcome. */
            interface $Properties {

                /** Welcome nonce */
                nonce?: (Uint8Array|null);

                /** Welcome helloAtMs */
                helloAtMs?: (number|Long|null);

                /** Welcome leaseMs */
                leaseMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Welcome. */
            type $Shape = quietzone.v1.Welcome.$Properties;
        }

        /**
         * Properties of a Challenge.
         * @deprecated Use quietzone.v1.Challenge.$Properties instead.
         */
        interface IChallenge extends quietzone.v1.Challenge.$Properties {
        }

        /** Represents a Challenge. */
        class Challenge {

            /**
             * Constructs a new Challenge.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietzone.v1.Challenge.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Challenge nonce. */
            nonce: Uint8Array;

            /** Challenge challenge. */
            challenge: Uint8Array;

            /**
             * Encodes the specified Challenge message. Does not implicitly {@link quietzone.v1.Challenge.verify|verify} messages.
             * @param message Challenge message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietzone.v1.Challenge.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Challenge message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietzone.v1.Challenge & quietzone.v1.Challenge.$Shape} Challenge
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietzone.v1.Challenge & quietzone.v1.Challenge.$Shape;
        }

        namespace Challenge {

            /** Properties of a Challenge. */
            interface $Properties {

                /** Challenge nonce */
                nonce?: (Uint8Array|null);

                /** Challenge challenge */
                challenge?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Challenge. */
            type $Shape = quietzone.v1.Challenge.$Properties;
        }

        /**
         * Properties of an Update.
         * @deprecated Use quietzone.v1.Update.$Properties instead.
         */
        interface IUpdate extends quietzone.v1.Update.$Properties {
        }

        /** Represents an Update. */
        class Update {

            /**
             * Constructs a new Update.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietzone.v1.Update.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Update attempt. */
            attempt: Uint8Array;

            /** Update boot. */
            boot: number;

            /** Update standing. */
            standing: quietzone.v1.Standing;

            /** Update reason. */
            reason: quietzone.v1.Reason;

            /** Update leftMs. */
            leftMs: number;

            /** Update receipt. */
            receipt: string;

            /**
             * Encodes the specified Update message. Does not implicitly {@link quietzone.v1.Update.verify|verify} messages.
             * @param message Update message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietzone.v1.Update.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Update message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietzone.v1.Update & quietzone.v1.Update.$Shape} Update
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietzone.v1.Update & quietzone.v1.Update.$Shape;
        }

        namespace Update {

            /** Properties of an Update. */
            interface $Properties {

                /** Update attempt */
                attempt?: (Uint8Array|null);

                /** Update boot */
                boot?: (number|null);

                /** Update standing */
                standing?: (quietzone.v1.Standing|null);

                /** Update reason */
                reason?: (quietzone.v1.Reason|null);

                /** Update leftMs */
                leftMs?: (number|null);

                /** Update receipt */
                receipt?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Update. */
            type $Shape = quietzone.v1.Update.$Properties;
        }

        /**
         * Properties of a VendAck.
         * @deprecated Use quietzone.v1.VendAck.$Properties instead.
         */
        interface IVendAck extends quietzone.v1.VendAck.$Properties {
        }

        /** Represents a VendAck. */
        class VendAck {

            /**
             * Constructs a new VendAck.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietzone.v1.VendAck.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** VendAck attempt. */
            attempt: Uint8Array;

            /** VendAck delivery. */
            delivery: quietzone.v1.Delivery;

            /**
             * Encodes the specified VendAck message. Does not implicitly {@link quietzone.v1.VendAck.verify|verify} messages.
             * @param message VendAck message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietzone.v1.VendAck.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a VendAck message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietzone.v1.VendAck & quietzone.v1.VendAck.$Shape} VendAck
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietzone.v1.VendAck & quietzone.v1.VendAck.$Shape;
        }

        namespace VendAck {

            /** Properties of a VendAck. */
            interface $Properties {

                /** VendAck attempt */
                attempt?: (Uint8Array|null);

                /** VendAck delivery */
                delivery?: (quietzone.v1.Delivery|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a VendAck. */
            type $Shape = quietzone.v1.VendAck.$Properties;
        }

        /**
         * Properties of a Service.
         * @deprecated Use quietzone.v1.Service.$Properties instead.
         */
        interface IService extends quietzone.v1.Service.$Properties {
        }

        /** Represents a Service. */
        class Service {

            /**
             * Constructs a new Service.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietzone.v1.Service.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Service reason. */
            reason: quietzone.v1.Reason;

            /** Service forMs. */
            forMs: number;

            /**
             * Encodes the specified Service message. Does not implicitly {@link quietzone.v1.Service.verify|verify} messages.
             * @param message Service message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietzone.v1.Service.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Service message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietzone.v1.Service & quietzone.v1.Service.$Shape} Service
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietzone.v1.Service & quietzone.v1.Service.$Shape;
        }

        namespace Service {

            /** Properties of a Service. */
            interface $Properties {

                /** Service reason */
                reason?: (quietzone.v1.Reason|null);

                /** Service forMs */
                forMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Service. */
            type $Shape = quietzone.v1.Service.$Properties;
        }

        /**
         * Properties of a LinkCode.
         * @deprecated Use quietzone.v1.LinkCode.$Properties instead.
         */
        interface ILinkCode extends quietzone.v1.LinkCode.$Properties {
        }

        /** Represents a LinkCode. */
        class LinkCode {

            /**
             * Constructs a new LinkCode.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietzone.v1.LinkCode.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LinkCode link. */
            link: Uint8Array;

            /** LinkCode code. */
            code: string;

            /** LinkCode leftMs. */
            leftMs: number;

            /**
             * Encodes the specified LinkCode message. Does not implicitly {@link quietzone.v1.LinkCode.verify|verify} messages.
             * @param message LinkCode message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietzone.v1.LinkCode.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LinkCode message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietzone.v1.LinkCode & quietzone.v1.LinkCode.$Shape} LinkCode
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietzone.v1.LinkCode & quietzone.v1.LinkCode.$Shape;
        }

        namespace LinkCode {

            /** Properties of a LinkCode. */
            interface $Properties {

                /** LinkCode link */
                link?: (Uint8Array|null);

                /** LinkCode code */
                code?: (string|null);

                /** LinkCode leftMs */
                leftMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LinkCode. */
            type $Shape = quietzone.v1.LinkCode.$Properties;
        }

        /**
         * Properties of a LinkResult.
         * @deprecated Use quietzone.v1.LinkResult.$Properties instead.
         */
        interface ILinkResult extends quietzone.v1.LinkResult.$Properties {
        }

        /** Represents a LinkResult. */
        class LinkResult {

            /**
             * Constructs a new LinkResult.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietzone.v1.LinkResult.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LinkResult link. */
            link: Uint8Array;

            /** LinkResult state. */
            state: quietzone.v1.LinkState;

            /** LinkResult reason. */
            reason: quietzone.v1.Reason;

            /** LinkResult digits. */
            digits: string;

            /** LinkResult leftMs. */
            leftMs: number;

            /** LinkResult code. */
            code: string;

            /**
             * Encodes the specified LinkResult message. Does not implicitly {@link quietzone.v1.LinkResult.verify|verify} messages.
             * @param message LinkResult message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietzone.v1.LinkResult.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LinkResult message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietzone.v1.LinkResult & quietzone.v1.LinkResult.$Shape} LinkResult
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietzone.v1.LinkResult & quietzone.v1.LinkResult.$Shape;
        }

        namespace LinkResult {

            /** Properties of a LinkResult. */
            interface $Properties {

                /** LinkResult link */
                link?: (Uint8Array|null);

                /** LinkResult state */
                state?: (quietzone.v1.LinkState|null);

                /** LinkResult reason */
                reason?: (quietzone.v1.Reason|null);

                /** LinkResult digits */
                digits?: (string|null);

                /** LinkResult leftMs */
                leftMs?: (number|null);

                /** LinkResult code */
                code?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LinkResult. */
            type $Shape = quietzone.v1.LinkResult.$Properties;
        }

        /**
         * Properties of an Up.
         * @deprecated Use quietzone.v1.Up.$Properties instead.
         */
        interface IUp extends quietzone.v1.Up.$Properties {
        }

        /** Represents an Up. */
        class Up {

            /**
             * Constructs a new Up.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietzone.v1.Up.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Up boot. */
            boot: number;

            /** Up seq. */
            seq: number;

            /** Up hello. */
            hello?: (quietzone.v1.Hello.$Properties|null);

            /** Up pay. */
            pay?: (quietzone.v1.Pay.$Properties|null);

            /** Up abort. */
            abort?: (quietzone.v1.Abort.$Properties|null);

            /** Up vend. */
            vend?: (quietzone.v1.Vend.$Properties|null);

            /** Up ack. */
            ack?: (quietzone.v1.Ack.$Properties|null);

            /** Up link. */
            link?: (quietzone.v1.Link.$Properties|null);

            /** Up payLinked. */
            payLinked?: (quietzone.v1.PayLinked.$Properties|null);

            /** Up body. */
            body?: ("hello"|"pay"|"abort"|"vend"|"ack"|"link"|"payLinked");

            /**
             * Encodes the specified Up message. Does not implicitly {@link quietzone.v1.Up.verify|verify} messages.
             * @param message Up message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietzone.v1.Up.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Up message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietzone.v1.Up & quietzone.v1.Up.$Shape} Up
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietzone.v1.Up & quietzone.v1.Up.$Shape;
        }

        namespace Up {

            /** Properties of an Up. */
            interface $Properties {

                /** Up boot */
                boot?: (number|null);

                /** Up seq */
                seq?: (number|null);

                /** Up hello */
                hello?: (quietzone.v1.Hello.$Properties|null);

                /** Up pay */
                pay?: (quietzone.v1.Pay.$Properties|null);

                /** Up abort */
                abort?: (quietzone.v1.Abort.$Properties|null);

                /** Up vend */
                vend?: (quietzone.v1.Vend.$Properties|null);

                /** Up ack */
                ack?: (quietzone.v1.Ack.$Properties|null);

                /** Up link */
                link?: (quietzone.v1.Link.$Properties|null);

                /** Up payLinked */
                payLinked?: (quietzone.v1.PayLinked.$Properties|null);

                /** Up body */
                body?: ("hello"|"pay"|"abort"|"vend"|"ack"|"link"|"payLinked");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of an Up. */
            type $Shape = {
              boot?: number|null;
              seq?: number|null;
              hello?: quietzone.v1.Hello.$Shape|null;
              pay?: quietzone.v1.Pay.$Shape|null;
              abort?: quietzone.v1.Abort.$Shape|null;
              vend?: quietzone.v1.Vend.$Shape|null;
              ack?: quietzone.v1.Ack.$Shape|null;
              link?: quietzone.v1.Link.$Shape|null;
              payLinked?: quietzone.v1.PayLinked.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ body?: undefined; hello?: null; pay?: null; abort?: null; vend?: null; ack?: null; link?: null; payLinked?: null }|{ body?: "hello"; hello: quietzone.v1.Hello.$Shape; pay?: null; abort?: null; vend?: null; ack?: null; link?: null; payLinked?: null }|{ body?: "pay"; hello?: null; pay: quietzone.v1.Pay.$Shape; abort?: null; vend?: null; ack?: null; link?: null; payLinked?: null }|{ body?: "abort"; hello?: null; pay?: null; abort: quietzone.v1.Abort.$Shape; vend?: null; ack?: null; link?: null; payLinked?: null }|{ body?: "vend"; hello?: null; pay?: null; abort?: null; vend: quietzone.v1.Vend.$Shape; ack?: null; link?: null; payLinked?: null }|{ body?: "ack"; hello?: null; pay?: null; abort?: null; vend?: null; ack: quietzone.v1.Ack.$Shape; link?: null; payLinked?: null }|{ body?: "link"; hello?: null; pay?: null; abort?: null; vend?: null; ack?: null; link: quietzone.v1.Link.$Shape; payLinked?: null }|{ body?: "payLinked"; hello?: null; pay?: null; abort?: null; vend?: null; ack?: null; link?: null; payLinked: quietzone.v1.PayLinked.$Shape })
            );
        }

        /**
         * Properties of a Hello.
         * @deprecated Use quietzone.v1.Hello.$Properties instead.
         */
        interface IHello extends quietzone.v1.Hello.$Properties {
        }

        /** Represents a Hello. */
        class Hello {

            /**
             * Constructs a new Hello.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietzone.v1.Hello.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Hello epoch. */
            epoch: Uint8Array;

            /** Hello number. */
            number: number;

            /** Hello nonce. */
            nonce: Uint8Array;

            /** Hello chain. */
            chain: Uint8Array[];

            /** Hello board. */
            board: string;

            /** Hello atMs. */
            atMs: (number|Long);

            /** Hello open. */
            open: quietzone.v1.OpenAttempt.$Properties[];

            /** Hello challenge. */
            challenge: Uint8Array;

            /** Hello version. */
            version: string;

            /**
             * Encodes the specified Hello message. Does not implicitly {@link quietzone.v1.Hello.verify|verify} messages.
             * @param message Hello message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietzone.v1.Hello.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietzone.v1.Hello & quietzone.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietzone.v1.Hello & quietzone.v1.Hello.$Shape;
        }

        namespace Hello {

            /** Properties of a Hello. */
            interface $Properties {

                /** Hello epoch */
                epoch?: (Uint8Array|null);

                /** Hello number */
                number?: (number|null);

                /** Hello nonce */
                nonce?: (Uint8Array|null);

                /** Hello chain */
                chain?: (Uint8Array[]|null);

                /** Hello board */
                board?: (string|null);

                /** Hello atMs */
                atMs?: (number|Long|null);

                /** Hello open */
                open?: (quietzone.v1.OpenAttempt.$Properties[]|null);

                /** Hello challenge */
                challenge?: (Uint8Array|null);

                /** Hello version */
                version?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Hello. */
            type $Shape = quietzone.v1.Hello.$Properties;
        }

        /**
         * Properties of an OpenAttempt.
         * @deprecated Use quietzone.v1.OpenAttempt.$Properties instead.
         */
        interface IOpenAttempt extends quietzone.v1.OpenAttempt.$Properties {
        }

        /** Represents an OpenAttempt. */
        class OpenAttempt {

            /**
             * Constructs a new OpenAttempt.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietzone.v1.OpenAttempt.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** OpenAttempt attempt. */
            attempt: Uint8Array;

            /** OpenAttempt delivery. */
            delivery: quietzone.v1.Delivery;

            /**
             * Encodes the specified OpenAttempt message. Does not implicitly {@link quietzone.v1.OpenAttempt.verify|verify} messages.
             * @param message OpenAttempt message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietzone.v1.OpenAttempt.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an OpenAttempt message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietzone.v1.OpenAttempt & quietzone.v1.OpenAttempt.$Shape} OpenAttempt
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietzone.v1.OpenAttempt & quietzone.v1.OpenAttempt.$Shape;
        }

        namespace OpenAttempt {

            /** Properties of an OpenAttempt. */
            interface $Properties {

                /** OpenAttempt attempt */
                attempt?: (Uint8Array|null);

                /** OpenAttempt delivery */
                delivery?: (quietzone.v1.Delivery|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an OpenAttempt. */
            type $Shape = quietzone.v1.OpenAttempt.$Properties;
        }

        /**
         * Properties of a Pay.
         * @deprecated Use quietzone.v1.Pay.$Properties instead.
         */
        interface IPay extends quietzone.v1.Pay.$Properties {
        }

        /** Represents a Pay. */
        class Pay {

            /**
             * Constructs a new Pay.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietzone.v1.Pay.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Pay attempt. */
            attempt: Uint8Array;

            /** Pay code. */
            code: Uint8Array;

            /** Pay amount. */
            amount: (number|Long);

            /** Pay currency. */
            currency: number;

            /** Pay issuer. */
            issuer: quietzone.v1.Issuer;

            /** Pay reference. */
            reference: string;

            /** Pay scanMs. */
            scanMs: (number|Long);

            /** Pay validMs. */
            validMs: number;

            /** Pay cpm. */
            cpm: Uint8Array;

            /** Pay text. */
            text: string;

            /** Pay issuerName. */
            issuerName: string;

            /**
             * Encodes the specified Pay message. Does not implicitly {@link quietzone.v1.Pay.verify|verify} messages.
             * @param message Pay message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietzone.v1.Pay.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Pay message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietzone.v1.Pay & quietzone.v1.Pay.$Shape} Pay
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietzone.v1.Pay & quietzone.v1.Pay.$Shape;
        }

        namespace Pay {

            /** Properties of a Pay. */
            interface $Properties {

                /** Pay attempt */
                attempt?: (Uint8Array|null);

                /** Pay code */
                code?: (Uint8Array|null);

                /** Pay amount */
                amount?: (number|Long|null);

                /** Pay currency */
                currency?: (number|null);

                /** Pay issuer */
                issuer?: (quietzone.v1.Issuer|null);

                /** Pay reference */
                reference?: (string|null);

                /** Pay scanMs */
                scanMs?: (number|Long|null);

                /** Pay validMs */
                validMs?: (number|null);

                /** Pay cpm */
                cpm?: (Uint8Array|null);

                /** Pay text */
                text?: (string|null);

                /** Pay issuerName */
                issuerName?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Pay. */
            type $Shape = quietzone.v1.Pay.$Properties;
        }

        /**
         * Properties of an Abort.
         * @deprecated Use quietzone.v1.Abort.$Properties instead.
         */
        interface IAbort extends quietzone.v1.Abort.$Properties {
        }

        /** Represents an Abort. */
        class Abort {

            /**
             * Constructs a new Abort.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietzone.v1.Abort.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Abort attempt. */
            attempt: Uint8Array;

            /**
             * Encodes the specified Abort message. Does not implicitly {@link quietzone.v1.Abort.verify|verify} messages.
             * @param message Abort message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietzone.v1.Abort.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Abort message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietzone.v1.Abort & quietzone.v1.Abort.$Shape} Abort
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietzone.v1.Abort & quietzone.v1.Abort.$Shape;
        }

        namespace Abort {

            /** Properties of an Abort. */
            interface $Properties {

                /** Abort attempt */
                attempt?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Abort. */
            type $Shape = quietzone.v1.Abort.$Properties;
        }

        /**
         * Properties of a Vend.
         * @deprecated Use quietzone.v1.Vend.$Properties instead.
         */
        interface IVend extends quietzone.v1.Vend.$Properties {
        }

        /** Represents a Vend. */
        class Vend {

            /**
             * Constructs a new Vend.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietzone.v1.Vend.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Vend attempt. */
            attempt: Uint8Array;

            /** Vend delivery. */
            delivery: quietzone.v1.Delivery;

            /**
             * Encodes the specified Vend message. Does not implicitly {@link quietzone.v1.Vend.verify|verify} messages.
             * @param message Vend message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietzone.v1.Vend.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Vend message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietzone.v1.Vend & quietzone.v1.Vend.$Shape} Vend
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietzone.v1.Vend & quietzone.v1.Vend.$Shape;
        }

        namespace Vend {

            /** Properties of a Vend. */
            interface $Properties {

                /** Vend attempt */
                attempt?: (Uint8Array|null);

                /** Vend delivery */
                delivery?: (quietzone.v1.Delivery|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Vend. */
            type $Shape = quietzone.v1.Vend.$Properties;
        }

        /**
         * Properties of an Ack.
         * @deprecated Use quietzone.v1.Ack.$Properties instead.
         */
        interface IAck extends quietzone.v1.Ack.$Properties {
        }

        /** Represents an Ack. */
        class Ack {

            /**
             * Constructs a new Ack.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietzone.v1.Ack.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Ack attempt. */
            attempt: Uint8Array;

            /** Ack standing. */
            standing: quietzone.v1.Standing;

            /**
             * Encodes the specified Ack message. Does not implicitly {@link quietzone.v1.Ack.verify|verify} messages.
             * @param message Ack message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietzone.v1.Ack.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Ack message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietzone.v1.Ack & quietzone.v1.Ack.$Shape} Ack
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietzone.v1.Ack & quietzone.v1.Ack.$Shape;
        }

        namespace Ack {

            /** Properties of an Ack. */
            interface $Properties {

                /** Ack attempt */
                attempt?: (Uint8Array|null);

                /** Ack standing */
                standing?: (quietzone.v1.Standing|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Ack. */
            type $Shape = quietzone.v1.Ack.$Properties;
        }

        /**
         * Properties of a Link.
         * @deprecated Use quietzone.v1.Link.$Properties instead.
         */
        interface ILink extends quietzone.v1.Link.$Properties {
        }

        /** Represents a Link. */
        class Link {

            /**
             * Constructs a new Link.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietzone.v1.Link.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Link link. */
            link: Uint8Array;

            /** Link wallet. */
            wallet: string;

            /** Link modulesMost. */
            modulesMost: number;

            /** Link amount. */
            amount: (number|Long);

            /** Link currency. */
            currency: number;

            /** Link givenUp. */
            givenUp: boolean;

            /**
             * Encodes the specified Link message. Does not implicitly {@link quietzone.v1.Link.verify|verify} messages.
             * @param message Link message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietzone.v1.Link.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Link message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietzone.v1.Link & quietzone.v1.Link.$Shape} Link
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietzone.v1.Link & quietzone.v1.Link.$Shape;
        }

        namespace Link {

            /** Properties of a Link. */
            interface $Properties {

                /** Link link */
                link?: (Uint8Array|null);

                /** Link wallet */
                wallet?: (string|null);

                /** Link modulesMost */
                modulesMost?: (number|null);

                /** Link amount */
                amount?: (number|Long|null);

                /** Link currency */
                currency?: (number|null);

                /** Link givenUp */
                givenUp?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Link. */
            type $Shape = quietzone.v1.Link.$Properties;
        }

        /**
         * Properties of a PayLinked.
         * @deprecated Use quietzone.v1.PayLinked.$Properties instead.
         */
        interface IPayLinked extends quietzone.v1.PayLinked.$Properties {
        }

        /** Represents a PayLinked. */
        class PayLinked {

            /**
             * Constructs a new PayLinked.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietzone.v1.PayLinked.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PayLinked pay. */
            pay?: (quietzone.v1.Pay.$Properties|null);

            /** PayLinked pressed. */
            pressed: boolean;

            /**
             * Encodes the specified PayLinked message. Does not implicitly {@link quietzone.v1.PayLinked.verify|verify} messages.
             * @param message PayLinked message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietzone.v1.PayLinked.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PayLinked message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietzone.v1.PayLinked & quietzone.v1.PayLinked.$Shape} PayLinked
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietzone.v1.PayLinked & quietzone.v1.PayLinked.$Shape;
        }

        namespace PayLinked {

            /** Properties of a PayLinked. */
            interface $Properties {

                /** PayLinked pay */
                pay?: (quietzone.v1.Pay.$Properties|null);

                /** PayLinked pressed */
                pressed?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PayLinked. */
            type $Shape = quietzone.v1.PayLinked.$Properties;
        }
    }
}
