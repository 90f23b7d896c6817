//! The tables, as both databases have them (a test compares the two schemas).

diesel::table! {
    head (id) {
        id -> Integer,
        origin -> Text,
        size -> BigInt,
        root -> Binary,
        epoch -> BigInt,
        time_micros -> BigInt,
        callers -> Binary,
        registry -> Binary,
        hmac -> Binary,
    }
}

diesel::table! {
    entry (leaf) {
        leaf -> BigInt,
        at_micros -> BigInt,
        kind -> Text,
        organisation -> Text,
        decision -> Text,
        certificate -> Nullable<Text>,
        mrn -> Nullable<Text>,
        office -> Nullable<Text>,
        body -> Binary,
    }
}

diesel::table! {
    evidence (leaf) {
        leaf -> BigInt,
        salt -> Binary,
        body -> Binary,
    }
}

diesel::table! {
    log_key (key) {
        key -> Text,
        last_size -> Nullable<BigInt>,
        leaf -> BigInt,
        hmac -> Binary,
    }
}

diesel::table! {
    erasure (leaf) {
        leaf -> BigInt,
        erased_by -> BigInt,
    }
}

diesel::table! {
    entry_rows (leaf, name) {
        leaf -> BigInt,
        name -> Text,
        body -> Binary,
    }
}

diesel::table! {
    legal_hold (id) {
        id -> Text,
        subject -> Text,
        reason -> Text,
        at_micros -> BigInt,
        leaf -> BigInt,
        hmac -> Binary,
    }
}

diesel::table! {
    tile (level, position) {
        level -> Integer,
        position -> BigInt,
        hashes -> Binary,
    }
}

diesel::table! {
    certificate (number) {
        number -> Text,
        organisation -> Text,
        reference -> Text,
        digest -> Binary,
        accepted_micros -> BigInt,
        leaf -> BigInt,
        status -> Text,
        status_reason -> Text,
        status_micros -> BigInt,
        status_leaf -> BigInt,
        hmac -> Binary,
    }
}

diesel::table! {
    sealed_certificate (leaf) {
        leaf -> BigInt,
        jws -> Binary,
    }
}

diesel::table! {
    short_form (leaf) {
        leaf -> BigInt,
        body -> Binary,
    }
}

diesel::table! {
    manufacturer (organisation) {
        organisation -> Text,
        name -> Text,
        identifiers -> Text,
        scope -> Text,
        status -> Text,
        leaf -> BigInt,
        hmac -> Binary,
    }
}

diesel::table! {
    client (fingerprint) {
        fingerprint -> Text,
        organisation -> Text,
        label -> Text,
        grants -> Text,
        not_after_micros -> BigInt,
        revoked_micros -> Nullable<BigInt>,
        leaf -> BigInt,
        hmac -> Binary,
    }
}

diesel::table! {
    anchor (fingerprint) {
        fingerprint -> Text,
        name -> Text,
        der -> Binary,
        distrusted_micros -> Nullable<BigInt>,
        leaf -> BigInt,
        hmac -> Binary,
    }
}

diesel::table! {
    crl (leaf) {
        leaf -> BigInt,
        issuer -> Text,
        der -> Binary,
        next_update_micros -> BigInt,
    }
}

diesel::table! {
    certificate_line (certificate, line) {
        certificate -> Text,
        line -> Integer,
        commodity_code -> Text,
        unit -> Text,
        granted -> BigInt,
        inherited -> BigInt,
        reserved -> BigInt,
        consumed -> BigInt,
        passed_on -> BigInt,
        confidential -> BigInt,
        excess -> BigInt,
        heir -> Nullable<Text>,
        leaf -> BigInt,
        hmac -> Binary,
    }
}

diesel::table! {
    declaration (mrn) {
        mrn -> Text,
        organisation -> Text,
        version -> BigInt,
        status -> Text,
        office -> Text,
        confidential -> Integer,
        overridden -> Integer,
        joined -> Text,
        since_micros -> BigInt,
        leaf -> BigInt,
        hmac -> Binary,
    }
}

diesel::table! {
    claim (mrn, item, certificate, line) {
        mrn -> Text,
        item -> Integer,
        certificate -> Text,
        line -> Integer,
        quantity -> BigInt,
        drawn -> BigInt,
        excess -> BigInt,
        came -> BigInt,
        went -> BigInt,
        phase -> Text,
        confidential -> Integer,
        covers -> Text,
        movement -> Text,
        office -> Text,
        at_micros -> BigInt,
        leaf -> BigInt,
        hmac -> Binary,
    }
}

diesel::table! {
    follower (later, earlier) {
        later -> Text,
        earlier -> Text,
    }
}

diesel::table! {
    presentation (mrn, id) {
        mrn -> Text,
        id -> Text,
        organisation -> Text,
        office -> Text,
        turned_back -> Integer,
        goods -> Text,
        at_micros -> BigInt,
        leaf -> BigInt,
        hmac -> Binary,
        means -> Text,
    }
}

diesel::table! {
    control (organisation, id, certificate) {
        organisation -> Text,
        id -> Text,
        certificate -> Text,
        mrn -> Nullable<Text>,
        office -> Text,
        officer -> Text,
        result -> Text,
        findings -> Text,
        answers -> Nullable<Text>,
        explained -> Integer,
        conflicts -> Text,
        offline -> Integer,
        content -> Text,
        recorded_micros -> BigInt,
        at_micros -> BigInt,
        leaf -> BigInt,
        hmac -> Binary,
    }
}

diesel::table! {
    webhook (id) {
        id -> Text,
        organisation -> Text,
        url -> Text,
        secret -> Binary,
        state -> Text,
        reason -> Text,
        leaf -> BigInt,
        hmac -> Binary,
    }
}

diesel::table! {
    delivery (id) {
        id -> Text,
        webhook -> Text,
        leaf -> BigInt,
        body -> Text,
        attempts -> Integer,
        next_micros -> BigInt,
        state -> Text,
        last_error -> Text,
    }
}

diesel::table! {
    lease (name) {
        name -> Text,
        holder -> Text,
        until_micros -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(entry, claim, declaration);
diesel::allow_tables_to_appear_in_same_query!(certificate, sealed_certificate, short_form);

diesel::table! {
    regime_document (kind, id, version) {
        kind -> Text,
        id -> Text,
        version -> Text,
        place -> BigInt,
        digest -> Text,
        body -> Text,
        leaf -> BigInt,
        hmac -> Binary,
    }
}

diesel::table! {
    regime_edition (leaf) {
        leaf -> BigInt,
        digest -> Text,
        hmac -> Binary,
    }
}

diesel::table! {
    officer (id) {
        id -> Text,
        name -> Text,
        organisation -> Text,
        office -> Text,
        language -> Text,
        supervisor -> Integer,
        status -> Text,
        fingerprint -> Nullable<Text>,
        not_after_micros -> Nullable<BigInt>,
        leaf -> BigInt,
        hmac -> Binary,
        auditor -> Integer,
    }
}

diesel::table! {
    officer_link (id) {
        id -> Text,
        digest -> Text,
        officer -> Text,
        until_micros -> BigInt,
        used_micros -> Nullable<BigInt>,
        refused -> Integer,
        leaf -> BigInt,
        hmac -> Binary,
    }
}

diesel::table! {
    officer_session (digest) {
        digest -> Text,
        officer -> Text,
        began_micros -> BigInt,
        used_micros -> BigInt,
        fingerprint -> Nullable<Text>,
        pin -> Nullable<Binary>,
        wrong_pins -> Integer,
        parked -> Integer,
        hmac -> Binary,
    }
}
