paper-title = Gamintojo deklaracija
paper-subtitle = Galutinės paskirties sertifikatas su gamintojo elektroniniu spaudu
paper-printed = atspausdinta
paper-what-it-proves = Šis dokumentas rodo, ką gamintojas patvirtino elektroniniu spaudu. Nuskaitykite kodą arba pagal numerį pasiteiraukite registro, ar sertifikatas tebegalioja: jis galėjo būti sustabdytas, atšauktas arba išnaudotas.
paper-code-shortened = { $count ->
    [one] Kode nėra { $count } eilutės; priede yra visos.
    [few] Kode nėra { $count } eilučių; priede yra visos.
    [many] Kode nėra { $count } eilutės; priede yra visos.
   *[other] Kode nėra { $count } eilučių; priede yra visos.
}
paper-register = Registras
paper-reference = Gamintojo nuoroda
paper-validity = Galima naudoti (dienos imtinai)
paper-scope = Taikymas
paper-scope-single = Vienas vežimas
paper-scope-multiple = Keli vežimai, kol yra likęs kiekis
paper-manufacturer = Gamintojas
paper-seller = Pardavėjas
paper-exporter = Eksportuotojas
paper-buyer = Pirkėjas
paper-consignee = Gavėjas
paper-end-user = Galutinis naudotojas
paper-end-use = Galutinis naudojimas
paper-contract = Sutartis
paper-destination = Paskirties šalis
paper-routing = Maršrutas už Sąjungos ribų
paper-means = Transporto priemonės
paper-trailers = Priekabos
paper-containers = Konteineriai
paper-seals = Plombos
paper-replaces = Vietoj
paper-goods = Prekės
paper-line = Eilutė
paper-origin = kilmė
paper-new = nauja
paper-used = naudota
paper-trade-name = Prekės pavadinimas:
paper-model = Modelis:
paper-net-mass = Neto masė:
paper-supplementary-units = Papildomi matavimo vienetai:
paper-serial-numbers = Serijos numeriai:
paper-statements = Gamintojas patvirtina
paper-statement-set = Formuluotė
paper-statements-unknown = Žodžiai yra tekste, kurio SHA-256
paper-seal = Spaudas
paper-sealed-by = Spaudo savininkas
paper-signatory = Pasirašęs asmuo
paper-mandate = Įgaliojimas
paper-digest = Užantspauduotų duomenų SHA-256
paper-attachment = Pats spaudu patvirtintas sertifikatas pridėtas prie šios rinkmenos pavadinimu certificate.jws.
paper-transliterated = Raidės, kurių šis spaudinys neturi, perrašytos lotyniškai; priede jos tokios, kokios yra.
