-- From the wire to the rows: what the collector inserts, and the views that decode it.
--
-- One table per encoding takes requests as they came (ClickHouse parses them), both views write `received_spans`: one
-- row per span, in one form whatever its encoding. The last view reads the business columns and writes `spans`. The
-- tables between keep nothing (ENGINE = Null).
--
-- Each column and function that a view or a MATERIALIZED column adds costs every insert about 0.1 ms of planning: that
-- is the price of the shortest insert, so there is nothing here for convenience.

DROP VIEW IF EXISTS received_spans_stored;
DROP TABLE IF EXISTS received_spans;

-- One row per span, whatever its encoding was; every attribute's value as text beside its kind (of a key that stands
-- twice, the first counts). The MATERIALIZED columns are what the next view reads more than once.
CREATE TABLE IF NOT EXISTS received_spans
(
    Tenant LowCardinality(String),
    Batch UUID,
    StoredAt DateTime64(9, 'UTC'),
    TraceId String,
    SpanId String,
    ParentSpanId String,
    TraceState String,
    Flags UInt32,
    SpanName LowCardinality(String),
    Kind Int32,
    StartNs UInt64,
    EndNs UInt64,
    Keys Array(LowCardinality(String)),
    Kinds Array(Enum8('no' = 0, 'text' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'list' = 5, 'bytes' = 7, 'json' = 15)),
    Texts Array(String),
    Lists Array(Array(String)),
    Status Int32,
    StatusMessage String,
    EventNs Array(UInt64),
    EventNames Array(LowCardinality(String)),
    EventAttributes Array(Map(LowCardinality(String), String)),
    LinkTraceIds Array(String),
    LinkSpanIds Array(String),
    LinkTraceStates Array(String),
    LinkAttributes Array(Map(LowCardinality(String), String)),
    ResourceAttributes Map(LowCardinality(String), String),
    ScopeName LowCardinality(String),
    ScopeVersion LowCardinality(String),
    ScopeAttributes Map(LowCardinality(String), String),
    ResourceSchemaUrl LowCardinality(String),
    ScopeSchemaUrl LowCardinality(String),
    ResourceDroppedAttributes UInt32,
    ScopeDroppedAttributes UInt32,
    DroppedAttributes UInt32,
    DroppedEvents UInt32,
    DroppedLinks UInt32,
    EventDropped Array(UInt32),
    LinkDropped Array(UInt32),
    LinkFlags Array(UInt32),
    -- Of values that are no strings, as those of the span are in Keys and Kinds.
    ResourceKinds Map(
        LowCardinality(String),
        Enum8('no' = 0, 'text' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'list' = 5, 'bytes' = 7, 'json' = 15)),
    ScopeKinds Map(
        LowCardinality(String),
        Enum8('no' = 0, 'text' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'list' = 5, 'bytes' = 7, 'json' = 15)),
    EventKinds Array(Map(
        LowCardinality(String),
        Enum8('no' = 0, 'text' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'list' = 5, 'bytes' = 7, 'json' = 15))),
    LinkKinds Array(Map(
        LowCardinality(String),
        Enum8('no' = 0, 'text' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'list' = 5, 'bytes' = 7, 'json' = 15))),

    -- Times. A missing one is the other one, or the moment of storing; an end before its start is the start.
    FirstNs UInt64 MATERIALIZED least(
        multiIf(StartNs > 0, StartNs, EndNs > 0, EndNs, toUInt64(toUnixTimestamp64Nano(StoredAt))),
        9223372036854775807),
    OccurredText String MATERIALIZED Texts[indexOf(Keys, 'business.occurred_at')],
    DueText String MATERIALIZED Texts[indexOf(Keys, 'business.due_at')],

    Process LowCardinality(String) MATERIALIZED Texts[indexOf(Keys, 'business.process')],
    TransactionText String MATERIALIZED Texts[indexOf(Keys, 'business.transaction')],
    Step LowCardinality(String) MATERIALIZED Texts[indexOf(Keys, 'business.step')],
    OutcomeText LowCardinality(String) MATERIALIZED Texts[indexOf(Keys, 'business.outcome')],
    AmountText String MATERIALIZED Texts[indexOf(Keys, 'business.amount')],
    CurrencyText LowCardinality(String) MATERIALIZED Texts[indexOf(Keys, 'business.currency')],
    QuantityText String MATERIALIZED Texts[indexOf(Keys, 'business.quantity')],
    IdScope String MATERIALIZED Texts[indexOf(Keys, 'business.id_scope')],

    -- Attributes whose name carries an entity type: (name, value), one pair for each value of a list.
    IsNaming Array(Bool) MATERIALIZED arrayMap(
        key -> startsWith(key, 'business.entity.')
            OR startsWith(key, 'business.alias.')
            OR startsWith(key, 'business.allocation.'),
        Keys),
    Named Array(Tuple(String, String)) MATERIALIZED arrayFlatten(arrayMap(
        (key, kind, text, list) -> arrayMap(
            item -> (key, item),
            multiIf(kind = 'list', list, kind = 'json', JSONExtract(text, 'Array(String)'), [text])),
        arrayFilter((x, naming) -> naming, Keys, IsNaming),
        arrayFilter((x, naming) -> naming, Kinds, IsNaming),
        arrayFilter((x, naming) -> naming, Texts, IsNaming),
        arrayFilter((x, naming) -> naming, Lists, IsNaming))),
    -- ('business.allocation.invoice', 'INV-1=100.00'): what stands after the last '=' is the amount.
    Allocations Array(Tuple(String, String, Decimal(38, 9))) MATERIALIZED arrayMap(
        a -> (substring(a.1, 21), extract(a.2, '^(.*)='), toDecimal128OrZero(extract(a.2, '=([^=]*)$'), 9)),
        arrayFilter(
            n -> startsWith(n.1, 'business.allocation.') AND length(n.1) > 20
                AND match(n.2, '.=[+-]?[0-9]{1,29}(?:[.][0-9]{1,9}0*)?$'),
            Named)),
    Entities Array(Tuple(String, String)) MATERIALIZED arrayDistinct(arrayConcat(
        arrayMap(
            n -> (substring(n.1, 17), n.2),
            arrayFilter(n -> startsWith(n.1, 'business.entity.') AND length(n.1) > 16 AND n.2 != '', Named)),
        arrayMap(a -> (a.1, a.2), Allocations)))
)
ENGINE = Null;

-- The business columns. A value that cannot be read never loses its span: the column stays empty and Problems names it.
CREATE MATERIALIZED VIEW IF NOT EXISTS received_spans_stored TO spans AS
WITH
    least(greatest(EndNs, FirstNs), 9223372036854775807) AS LastNs,
    parseDateTime64BestEffortOrNull(
        extract(
            upper(OccurredText),
            '^\\d{4}-\\d\\d-\\d\\d[T ](?:[01]\\d|2[0-3]):[0-5]\\d:[0-6]\\d(?:[.]\\d+)?(?:Z|[+-]\\d\\d:\\d\\d)$'),
        9, 'UTC') AS OccurredGiven,
    arrayFilter(n -> startsWith(n.1, 'business.alias.') AND n.2 != '', Named) AS AliasItems,
    arrayFilter(n -> countEqual(EntityTypes, substring(n.1, 16)) = 1, AliasItems) AS Aliases,
    arrayMap(key -> startsWith(key, 'business.attribute.') AND position(key, '.', 20) > 20, Keys) AS IsFact,
    arrayFilter((key, is) -> is, Keys, IsFact) AS FactKeys,
    -- ISO 4217's codes, in force and withdrawn: ledgers of the past are in currencies of the past.
    splitByWhitespace('
        ADP AED AFA AFN ALK ALL AMD ANG AOA AOK AON AOR ARA ARL ARM ARP ARS ATS AUD AWG AZM AZN BAD BAM BAN BBD BDT BEC
        BEF BEL BGL BGM BGN BGO BHD BIF BMD BND BOB BOL BOP BOV BRB BRC BRE BRL BRN BRR BRZ BSD BTN BUK BWP BYB BYN BYR
        BZD CAD CDF CHE CHF CHW CLE CLF CLP CNH CNY COP COU CRC CSD CSK CUC CUP CVE CYP CZK DDM DEM DJF DKK DOP DZD ECS
        ECV EEK EGP ERN ESA ESB ESP ETB EUR FIM FJD FKP FRF GBP GEK GEL GHC GHS GIP GMD GNF GNS GQE GRD GTQ GWE GWP GYD
        HKD HNL HRD HRK HTG HUF IDR IEP ILP ILR ILS INR IQD IRR ISJ ISK ITL JMD JOD JPY KES KGS KHR KMF KPW KRH KRO KRW
        KWD KYD KZT LAK LBP LKR LRD LSL LTL LTT LUC LUF LUL LVL LVR LYD MAD MAF MCF MDC MDL MGA MGF MKD MKN MLF MMK MNT
        MOP MRO MRU MTL MTP MUR MVP MVR MWK MXN MXP MXV MYR MZE MZM MZN NAD NGN NIC NIO NLG NOK NPR NZD OMR PAB PEI PEN
        PES PGK PHP PKR PLN PLZ PTE PYG QAR RHD ROL RON RSD RUB RUR RWF SAR SBD SCR SDD SDG SDP SEK SGD SHP SIT SKK SLE
        SLL SOS SRD SRG SSP STD STN SUR SVC SYP SZL THB TJR TJS TMM TMT TND TOP TPE TRL TRY TTD TWD TZS UAH UAK UGS UGX
        USD USN USS UYI UYP UYU UYW UZS VEB VED VEF VES VND VNN VUV WST XAD XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XEU
        XFO XFU XOF XPD XPF XPT XRE XSU XTS XUA XXX YDD YER YUD YUM YUN YUR ZAL ZAR ZMK ZMW ZRN ZRZ ZWD ZWG ZWL ZWR')
        AS Currencies,
    extract(OutcomeText, '^(?:success|failure|rejected|partial|skipped|cancelled|compensated)$') AS OutcomeGiven
SELECT
    Tenant, TraceId, SpanId, ParentSpanId, TraceState, Flags,
    fromUnixTimestamp64Nano(toInt64(FirstNs), 'UTC') AS Timestamp, LastNs - FirstNs AS Duration, SpanName,
    transform(Kind, [1, 2, 3, 4, 5], ['Internal', 'Server', 'Client', 'Producer', 'Consumer'], 'Unspecified')
        AS SpanKind,
    ResourceAttributes['service.name'] AS ServiceName, ResourceAttributes, ScopeName, ScopeVersion,
    CAST((Keys, Texts), 'Map(LowCardinality(String), String)') AS SpanAttributes,
    transform(Status, [1, 2], ['Ok', 'Error'], 'Unset') AS StatusCode, StatusMessage,
    arrayMap(ns -> fromUnixTimestamp64Nano(toInt64(least(ns, 9223372036854775807)), 'UTC'), EventNs)
        AS `Events.Timestamp`,
    EventNames AS `Events.Name`, EventAttributes AS `Events.Attributes`,
    LinkTraceIds AS `Links.TraceId`, LinkSpanIds AS `Links.SpanId`, LinkTraceStates AS `Links.TraceState`,
    LinkAttributes AS `Links.Attributes`,
    ResourceSchemaUrl, ScopeSchemaUrl, ScopeAttributes,
    ResourceKinds AS ResourceAttributeKinds, ScopeKinds AS ScopeAttributeKinds,
    mapFromArrays(
        arrayFilter((key, kind) -> kind != 'text', Keys, Kinds), arrayFilter(kind -> kind != 'text', Kinds))
        AS SpanAttributeKinds,
    EventKinds AS `Events.AttributeKinds`, EventDropped AS `Events.DroppedAttributes`,
    LinkKinds AS `Links.AttributeKinds`, LinkDropped AS `Links.DroppedAttributes`, LinkFlags AS `Links.Flags`,
    ResourceDroppedAttributes, ScopeDroppedAttributes, DroppedAttributes, DroppedEvents, DroppedLinks,
    StoredAt, Batch,
    cityHash64(
        TraceId, SpanId, ParentSpanId, TraceState, Flags, SpanName, Kind, StartNs, EndNs, Keys, Texts,
        Status, StatusMessage, EventNs, EventNames, EventAttributes,
        LinkTraceIds, LinkSpanIds, LinkTraceStates, LinkAttributes, ResourceAttributes, ScopeName, ScopeVersion,
        Kinds, EventKinds, LinkKinds, ResourceKinds, ScopeKinds, ScopeAttributes, ResourceSchemaUrl, ScopeSchemaUrl,
        DroppedAttributes, DroppedEvents, DroppedLinks, EventDropped, LinkDropped, LinkFlags,
        ResourceDroppedAttributes, ScopeDroppedAttributes)
        AS ContentHash,
    ifNull(OccurredGiven, fromUnixTimestamp64Nano(toInt64(LastNs), 'UTC')) AS OccurredAt,
    Process,
    if(
        Process = '' OR TransactionText = '' OR position(TransactionText, '/') > 0,
        TransactionText, concat(Process, '/', TransactionText)) AS TransactionKey,
    Step,
    Texts[indexOf(Keys, 'business.system')] AS System,
    Entities.1 AS EntityTypes,
    if(IdScope = '', Entities.2, arrayMap(e -> concat(IdScope, '/', e.2), Entities)) AS EntityIds,
    arrayMap(a -> substring(a.1, 16), Aliases) AS AliasTypes,
    Aliases.2 AS AliasIds,
    arrayMap(key -> substring(key, 20, position(key, '.', 20) - 20), FactKeys) AS AttributeTypes,
    arrayMap(key -> substring(key, position(key, '.', 20) + 1), FactKeys) AS AttributeKeys,
    arrayFilter((text, is) -> is, Texts, IsFact) AS AttributeValues,
    multiIf(Step = '', '', OutcomeGiven != '', OutcomeGiven, Status = 2, 'failure', 'success') AS Outcome,
    toDecimal128OrNull(extract(AmountText, '^[+-]?[0-9]{1,29}(?:[.][0-9]{1,9}0*)?$'), 9) AS Amount,
    extract(CurrencyText, '^[A-Z]{3}$') AS Currency,
    Allocations.1 AS AllocationTypes,
    if(IdScope = '', Allocations.2, arrayMap(a -> concat(IdScope, '/', a.2), Allocations)) AS AllocationIds,
    Allocations.3 AS AllocationAmounts,
    toDecimal128OrNull(extract(QuantityText, '^[+-]?[0-9]{1,29}(?:[.][0-9]{1,9}0*)?$'), 9) AS Quantity,
    Texts[indexOf(Keys, 'business.unit')] AS Unit,
    Texts[indexOf(Keys, 'business.legal_entity')] AS LegalEntity,
    Texts[indexOf(Keys, 'business.region')] AS Region,
    parseDateTime64BestEffortOrNull(
        extract(
            upper(DueText),
            '^\\d{4}-\\d\\d-\\d\\d[T ](?:[01]\\d|2[0-3]):[0-5]\\d:[0-6]\\d(?:[.]\\d+)?(?:Z|[+-]\\d\\d:\\d\\d)$'),
        9, 'UTC') AS DueAt,
    Texts[indexOf(Keys, 'business.idempotency_key')] AS IdempotencyKey,
    toUInt32OrZero(Texts[indexOf(Keys, 'business.attempt')]) AS Attempt,
    Texts[indexOf(Keys, 'business.replay_of')] AS ReplayOf,
    Texts[indexOf(Keys, 'business.error.kind')] AS ErrorKind,
    Texts[indexOf(Keys, 'business.error.code')] AS ErrorCode,
    Texts[indexOf(Keys, 'business.error.message')] AS ErrorMessage,
    transform(
        Texts[indexOf(Keys, 'business.error.retryable')],
        ['true', 'false'], [true, false]::Array(Nullable(Bool)), NULL) AS ErrorRetryable,
    Texts[indexOf(Keys, 'business.impact')] AS Impact,
    toUInt64OrZero(Texts[indexOf(Keys, 'business.record_count')]) AS RecordCount,
    Texts[indexOf(Keys, 'business.producer.id')] AS ProducerId,
    toUInt64OrZero(Texts[indexOf(Keys, 'business.producer.seq')]) AS ProducerSeq,
    Texts[indexOf(Keys, 'business.announces')] AS Announces,
    arrayFilter(
        (problem, found) -> found,
        [
            'amount_not_a_number', 'amount_without_currency', 'unknown_currency', 'quantity_not_a_number',
            'occurred_at_unreadable', 'due_at_unreadable', 'allocation_unreadable', 'alias_ambiguous',
            'unknown_outcome', 'step_without_entity', 'time_missing', 'end_before_start', 'occurs_in_future'],
        [
            AmountText != '' AND isNull(Amount), isNotNull(Amount) AND CurrencyText = '',
            CurrencyText != '' AND NOT has(Currencies, CurrencyText), QuantityText != '' AND isNull(Quantity),
            OccurredText != '' AND isNull(OccurredGiven), DueText != '' AND isNull(DueAt),
            length(Allocations) < arrayCount(n -> startsWith(n.1, 'business.allocation.'), Named),
            length(Aliases) < length(AliasItems), OutcomeText != OutcomeGiven,
            Step != '' AND empty(Entities) AND TransactionText = '', StartNs = 0 OR EndNs = 0,
            EndNs > 0 AND EndNs < StartNs, OccurredAt > StoredAt]) AS Problems
FROM received_spans
WHERE
    match(TraceId, '^[0-9a-f]{32}$') AND TraceId != '00000000000000000000000000000000'
    AND match(SpanId, '^[0-9a-f]{16}$') AND SpanId != '0000000000000000';

