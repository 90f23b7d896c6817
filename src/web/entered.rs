//! Goods that an officer enters from the papers, for a certificate that is held up: a question, never a reservation.

use endmark_core::consignment::{
    Citation, Consignment, DataSet, Document, Element, GoodsItem, Offices, Parties, Stage, Transport,
};
use endmark_core::goods::{CommodityCode, Country, Decimal, Quantity, Unit};
use endmark_core::number::CertificateNumber;
use endmark_core::reference::{DeclarationReference, Mrn, Office};

use super::fields::Fields;
use super::supplied::{countries, party, plates};

/// The consignment that the form describes; `Err` with the field that cannot be read.
pub(super) fn consignment(fields: &Fields, office: &Office) -> Result<Consignment, &'static str> {
    let certificate: CertificateNumber = fields.needed("certificate")?;
    let data_set = match fields.one("data-set") {
        "B1" => DataSet::B1,
        "TIR" => DataSet::Tir,
        "D1" => DataSet::D1,
        _ => return Err("data-set"),
    };
    let mrn: Option<Mrn> = fields.read("mrn")?;
    let quantity = Quantity { value: decimal(fields, "quantity")?.ok_or("quantity")?, unit: unit(fields)? };
    let routing = countries(fields.one("routing")).ok_or("routing")?;
    let destination: Country = fields.one("destination").to_ascii_uppercase().parse().map_err(|_| "destination")?;
    let who = |name: &'static str| match fields.one(name) {
        "" => Ok(None),
        text => party(text).map(Some).ok_or(name),
    };
    let (exporter, consignee) = (who("exporter")?, who("consignee")?);
    let means = plates(fields.one("plates")).ok_or("plates")?;
    let net_mass = decimal(fields, "net-mass")?;
    let documents = fields.one("documents").split_whitespace().map(|kind| {
        let kind = kind.to_ascii_uppercase().parse().map_err(|_| "documents")?;
        Ok(Document { kind, reference: None, goods_item_number: None })
    });
    let documents = documents.collect::<Result<Vec<_>, &'static str>>()?;
    let supplied = [
        (true, Element::CountryOfDestination),
        (!routing.is_empty(), Element::CountriesOfRouting),
        (exporter.is_some(), Element::Exporter),
        (consignee.is_some(), Element::Consignee),
        (!means.is_empty(), Element::Transport),
        (net_mass.is_some(), Element::NetMass),
    ];
    Ok(Consignment {
        data_set,
        security: !routing.is_empty(),
        // At the border only what is reserved may pass; without a declaration the question is what the certificate has.
        stage: if mrn.is_some() { Stage::Border } else { Stage::Start },
        reference: mrn.map(|value| DeclarationReference::Mrn { value }),
        declaration_version: 1,
        office: office.clone(),
        procedure: None,
        declaration_type: None,
        acceptance_date: None,
        parties: Parties { exporter, consignee, ..Parties::default() },
        country_of_destination: Some(destination),
        countries_of_routing: routing,
        offices: Offices::default(),
        transport: Some(Transport { mode: fields.read("mode")?, means, ..Transport::default() }),
        previous_documents: Vec::new(),
        supporting_documents: documents,
        goods_items: vec![GoodsItem {
            goods_item_number: 1,
            description: None,
            commodity_code: code(fields.one("code")).ok_or("code")?,
            net_mass,
            gross_mass: None,
            supplementary_units: None,
            country_of_origin: None,
            condition: None,
            serial_numbers: Vec::new(),
            consignee: None,
            country_of_destination: None,
            previous_documents: Vec::new(),
            supporting_documents: Vec::new(),
            citations: vec![Citation {
                certificate: certificate.to_string().parse().map_err(|_| "certificate")?,
                line: fields.needed("line")?,
                quantity,
            }],
        }],
        supplied_from_papers: supplied.into_iter().filter_map(|(is, element)| is.then_some(element)).collect(),
    })
}

fn decimal(fields: &Fields, name: &'static str) -> Result<Option<Decimal>, &'static str> {
    match fields.one(name) {
        "" => Ok(None),
        text => text.replace(',', ".").replace(' ', "").parse().map(Some).map_err(|_| name),
    }
}

fn unit(fields: &Fields) -> Result<Unit, &'static str> {
    fields.one("unit").to_ascii_uppercase().parse().map_err(|_| "unit")
}

/// 6, 8 or 10 digits, however they are grouped.
fn code(text: &str) -> Option<CommodityCode> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '.')).collect();
    if !matches!(digits.len(), 6 | 8 | 10) {
        return None;
    }
    Some(CommodityCode {
        harmonized_system_subheading_code: digits.get(..6)?.parse().ok()?,
        combined_nomenclature_code: digits.get(6..8).map(str::parse).transpose().ok()?,
        taric_code: digits.get(8..10).map(str::parse).transpose().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::{Fields, consignment};

    #[test]
    fn what_is_entered_is_a_question_that_can_be_read_again() {
        let fields = Fields::from([
            ("certificate", "EDC-7K3M-9QXD-41TZ-P0AB-0"),
            ("data-set", "D1"),
            ("line", "2"),
            ("code", "8427 20 19"),
            ("quantity", "1,5"),
            ("unit", "nar"),
            ("destination", "kz"),
            ("routing", "LT BY RU KZ"),
            ("plates", "LHK 417, KB 903"),
            ("documents", "y901"),
            ("mode", "3"),
        ]);
        let asked = consignment(&fields, &"LTVR1000".parse().unwrap()).unwrap();
        let written = serde_json::to_vec(&asked).unwrap();
        assert_eq!(endmark_core::consignment::parse(&written).unwrap(), asked);
        assert_eq!(asked.goods_items[0].commodity_code.digits(), "84272019");
        assert_eq!(asked.supplied_from_papers.len(), 3);
    }

    #[test]
    fn a_field_that_cannot_be_read_is_named() {
        let empty = Fields::from([("certificate", "EDC-7K3M-9QXD-41TZ-P0AB-0"), ("data-set", "D1")]);
        assert_eq!(consignment(&empty, &"LTVR1000".parse().unwrap()).unwrap_err(), "quantity");
    }
}
