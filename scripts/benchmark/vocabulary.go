package main

import (
	"math"
	"math/rand/v2"
	"strings"
	"sync"
)

// Words as officials build them: two stems make a compound, a few of which everyone uses, and thousands that stand in one document only.
// So an index over them is as large, and its words are as unevenly spread, as over real entries.

func wordHeads() []string {
	return strings.Fields(`Abfall Abwasser Akten Anlagen Archiv Arbeits Aufgaben Ausbildungs Bau Bedarfs Behörden Beratungs Betriebs Bildungs Boden
		Brand Brücken Bürger Daten Denkmal Dienst Digital Dorf Einwohner Energie Entwicklungs Fach Fahrzeug Familien Feuerwehr Finanz Flächen
		Förder Forst Freiraum Friedhofs Gebäude Gebühren Gefahren Gemeinde Geräte Gesundheits Gewässer Gewerbe Grün Grundstücks Grundwasser
		Hafen Haushalts Heimat Hochwasser Innen Integrations Investitions Jugend Kanal Kassen Kataster Katastrophen Kinder Klima Kommunal
		Kooperations Kosten Kreis Kultur Landes Landschafts Lärm Leistungs Markt Melde Mieten Mitarbeiter Museums Musik Nachbarschafts Natur
		Netz Notfall Nutzungs Ordnungs Orts Park Personal Pflege Planungs Projekt Prüfungs Quartiers Rad Rechnungs Rechts Regional Rettungs
		Sachbearbeitungs Sanierungs Satzungs Schadens Schul Senioren Service Sicherheits Siedlungs Sozial Sport Stadt Standort Stellen Steuer
		Straßen Strom Tarif Team Tourismus Träger Trinkwasser Umwelt Unterhaltungs Verbands Vereins Vergabe Verkehrs Vermessungs Versorgungs
		Vertrags Verwaltungs Volks Wald Wärme Wasser Wege Weiterbildungs Werkstatt Wirtschafts Wohnungs Zukunfts Zuständigkeits`)
}

func wordTails() []string {
	return strings.Fields(`abgabe abkommen ablauf abrechnung abstimmung akte amt analyse änderung angebot anlage antrag arbeit aufgabe aufsicht
		auftrag ausbau ausgleich ausschuss ausstattung auswertung bedarf begleitung behörde beirat beitrag bericht beschaffung bescheid beschluss
		bestand beteiligung betrieb bewertung bezirk bilanz bündnis büro dienst digitalisierung einrichtung einsatz entgelt entwicklung erfassung
		erhebung fläche fonds förderung forum gebiet gebühr gemeinschaft gesellschaft gesetz gremium grundlage gutachten haushalt hilfe initiative
		kammer karte kasse kennzahl konferenz kontrolle konzept koordination kosten lage leitbild leitung lehrgang leistung lösung maßnahme
		management meldung merkmal mittel modell nachweis netz netzwerk nutzung ordnung organisation partner plan planung plattform portal praxis
		programm projekt protokoll prozess prüfung recht reform regelung register sanierung satzung schlüssel schulung schutz schwerpunkt
		software sprechstunde stelle steuerung strategie struktur studie system technik teilung termin träger übersicht übung umbau umfrage
		unternehmen unterhaltung untersuchung verband verbund verein vereinbarung verfahren vergleich verordnung versammlung versicherung
		versorgung vertrag vertretung verwaltung verzeichnis vorgabe vorhaben vorlage wandel wartung wechsel weg werkstatt wettbewerb zentrum
		ziel zusammenarbeit zuschuss zuständigkeit zweck`)
}

// phrases are what stands around such words; %s is one of them.
func phrases() []string {
	return []string{
		"Für die %s wurde eine %s eingerichtet, die auch die %s übernimmt.",
		"Nach der %s haben die Räte über %s und %s beraten.",
		"Im Mittelpunkt stehen %s, %s und eine verlässliche %s.",
		"Ohne %s bleibt jede %s Stückwerk, das zeigte die %s deutlich.",
		"Zuständig für %s ist seit dem Jahreswechsel die gemeinsame %s.",
		"Die Verwaltung legt %s und %s dem Rat gemeinsam vor.",
		"Mit der %s sank der Aufwand, während die %s spürbar schneller wurde.",
		"Erst eine %s machte sichtbar, wie eng %s und %s zusammenhängen.",
		"Neu ist, dass %s und %s aus einer Hand kommen.",
		"Bei %s hilft die %s, bei %s der Nachbar.",
	}
}

// vocabulary are the compounds, the most frequent first. It is the same in every run.
var vocabulary = sync.OnceValue(func() []string {
	var all []string
	for _, head := range wordHeads() {
		for _, tail := range wordTails() {
			all = append(all, head+tail)
		}
	}
	r := rand.New(rand.NewPCG(7, 7))
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
})

// word picks from the vocabulary by Zipf's law: the n-th word comes an n-th as often as the first.
func word(r *rand.Rand) string {
	all := vocabulary()
	return all[int(math.Exp(r.Float64()*math.Log(float64(len(all)+1))))-1]
}

// phrase is a sentence around a few words.
func phrase(r *rand.Rand) string {
	all := phrases()
	parts := strings.Split(all[r.IntN(len(all))], "%s")
	var b strings.Builder
	for i, p := range parts {
		if i > 0 {
			b.WriteString(word(r))
		}
		b.WriteString(p)
	}
	return b.String()
}
