paper-title = Deklaracja producenta
paper-subtitle = Certyfikat przeznaczenia końcowego z pieczęcią elektroniczną producenta
paper-printed = wydrukowano
paper-what-it-proves = Ten dokument pokazuje, co producent opatrzył pieczęcią. Zeskanuj kod albo zapytaj rejestr, podając numer, czy certyfikat nadal obowiązuje: mógł zostać zawieszony, cofnięty albo wykorzystany.
paper-code-shortened = { $count ->
    [one] W kodzie brakuje { $count } pozycji; załącznik zawiera wszystkie.
    [few] W kodzie brakuje { $count } pozycji; załącznik zawiera wszystkie.
    [many] W kodzie brakuje { $count } pozycji; załącznik zawiera wszystkie.
   *[other] W kodzie brakuje { $count } pozycji; załącznik zawiera wszystkie.
}
paper-register = Rejestr
paper-reference = Numer referencyjny producenta
paper-validity = Można stosować (dni włącznie)
paper-scope = Zakres
paper-scope-single = Jeden przewóz
paper-scope-multiple = Wiele przewozów, dopóki pozostaje ilość
paper-manufacturer = Producent
paper-seller = Sprzedawca
paper-exporter = Eksporter
paper-buyer = Kupujący
paper-consignee = Odbiorca
paper-end-user = Użytkownik końcowy
paper-end-use = Zastosowanie końcowe
paper-contract = Umowa
paper-destination = Kraj przeznaczenia
paper-routing = Trasa poza Unią
paper-means = Środki transportu
paper-trailers = Przyczepy
paper-containers = Kontenery
paper-seals = Zamknięcia
paper-replaces = Zamiast
paper-goods = Towary
paper-line = Pozycja
paper-origin = pochodzenie
paper-new = nowy
paper-used = używany
paper-trade-name = Nazwa handlowa:
paper-model = Model:
paper-net-mass = Masa netto:
paper-supplementary-units = Jednostki uzupełniające:
paper-serial-numbers = Numery seryjne:
paper-statements = Producent potwierdza
paper-statement-set = Brzmienie
paper-statements-unknown = Treść znajduje się w tekście o SHA-256
paper-seal = Pieczęć
paper-sealed-by = Pieczęć złożył
paper-signatory = Osoba podpisująca
paper-mandate = Pełnomocnictwo
paper-digest = SHA-256 opieczętowanych danych
paper-attachment = Sam opieczętowany certyfikat jest załączony do tego pliku jako certificate.jws.
paper-transliterated = Litery, których ten wydruk nie ma, zapisano alfabetem łacińskim; załącznik zawiera je bez zmian.
