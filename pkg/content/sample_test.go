package content_test

import (
	"fmt"
	"testing/fstest"
)

// types are small content types that together have every field kind and every rule.
func types() fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range map[string]string{
		"topic": `"x-type": {"plural": "topics", "display": "name", "slug": "name", "public": true},
			"required": ["name"],
			"properties": {
				"name": {"type": "string", "title": "Name", "x-search": {"sort": true}},
				"slug": {"type": "string", "title": "Kurzname", "format": "slug"},
				"order": {"type": "integer", "title": "Folge", "x-search": {"sort": true}},
				"parent": {"title": "Oberthema", "x-relation": {"to": "topic"}},
				"note": {"type": "string", "title": "Notiz", "x-access": {"read": ["editor"]}}
			}`,
		"person": `"x-type": {"plural": "persons", "display": "name", "public": true},
			"required": ["name"],
			"properties": {
				"name": {"type": "string", "title": "Name", "x-search": {"weight": 5, "sort": true}},
				"mail": {"type": "string", "title": "E-Mail", "format": "email", "x-unique": true},
				"badge": {"type": "string", "title": "Ausweis", "maxLength": 2000, "x-unique": true},
				"phone": {"type": "string", "title": "Telefon", "x-search": {"weight": 1}, "x-access": {"read": ["editor"], "readIf": {"shown": "phone"}}},
				"mentor": {"title": "Mentor", "x-relation": {"to": "person"}, "x-access": {"read": ["editor"], "readIf": {"shown": "mentor"}}},
				"shown": {"type": "array", "title": "Gezeigt", "x-access": {"read": ["editor"]},
					"items": {"oneOf": [{"const": "phone", "title": "Telefon"}, {"const": "mentor", "title": "Mentor"}]}},
				"boss": {"title": "Leitung", "x-relation": {"to": "person"}, "x-access": {"read": ["editor"]}},
				"grade": {"type": "string", "title": "Stufe", "x-access": {"read": ["editor", "public"], "write": ["admin"]}},
				"pay": {"type": "integer", "title": "Gehalt", "x-search": {"sort": true}, "x-access": {"read": ["admin"]}}
			}`,
		"town": `"x-type": {"plural": "towns", "display": "name", "public": true, "drafts": false},
			"required": ["name", "ags"],
			"properties": {
				"name": {"type": "string", "title": "Name", "x-search": {"sort": true}},
				"ags": {"type": "string", "title": "Schlüssel", "pattern": "^[0-9A-Za-z]{2,8}$", "x-unique": true},
				"number": {"type": "integer", "title": "Nummer", "x-unique": true},
				"population": {"type": "integer", "title": "Einwohner", "minimum": 0, "x-search": {"facet": true, "sort": true}},
				"twin": {"title": "Partner", "x-relation": {"to": "town"}}
			}`,
		"project": `"x-type": {"plural": "projects", "display": "title", "slug": "title", "locales": ["de", "en", "fr"], "public": true},
			"required": ["title", "phase"],
			"properties": {
				"title": {"type": "string", "title": "Titel", "maxLength": 60, "x-search": {"weight": 10, "sort": true}},
				"slug": {"type": "string", "title": "Kurzname", "format": "slug"},
				"summary": {"type": "string", "title": "Kurztext", "contentMediaType": "text/plain", "maxLength": 500, "x-search": {"weight": 2}},
				"body": {"type": "string", "title": "Text", "contentMediaType": "text/html"},
				"phase": {"title": "Stand", "oneOf": [{"const": "planned", "title": "geplant"}, {"const": "running", "title": "läuft"}], "x-search": {"facet": true}},
				"startYear": {"type": "integer", "title": "Beginn", "minimum": 1945, "maximum": 2100, "x-search": {"facet": true, "sort": true}},
				"topics": {"type": "array", "title": "Themen", "maxItems": 3000, "x-relation": {"to": "topic", "onDelete": "restrict"}, "x-search": {"facet": true}},
				"towns": {"type": "array", "title": "Orte", "x-relation": {"to": "town"}},
				"contact": {"title": "Kontakt", "x-relation": {"to": "person"}},
				"related": {"type": "array", "title": "Verwandt", "x-relation": {"to": "project"}},
				"memo": {"title": "Vermerk", "x-relation": {"to": "memo"}},
				"secret": {"type": "string", "title": "Geheim", "x-search": {"weight": 1, "sort": true}, "x-access": {"read": ["editor"]}},
				"code": {"type": "string", "title": "Code", "x-unique": true, "x-localized": false},
				"seo": {"type": "object", "title": "SEO", "properties": {
					"text": {"type": "string", "title": "Text"},
					"topic": {"title": "Thema", "x-relation": {"to": "topic"}},
					"words": {"type": "array", "title": "Wörter", "items": {"type": "string", "maxLength": 20}}}},
				"links": {"type": "array", "title": "Links", "items": {"type": "object", "required": ["label"], "properties": {
					"label": {"type": "string", "title": "Linktext", "maxLength": 20},
					"url": {"type": "string", "title": "Adresse", "format": "uri"},
					"external": {"type": "boolean", "title": "Extern", "default": true},
					"raw": {"title": "Roh", "x-json": true},
					"topic": {"title": "Thema", "x-relation": {"to": "topic"}}}}},
				"tags": {"type": "array", "title": "Stichwörter", "items": {"type": "string", "maxLength": 20}}
			}`,
		"thing": `"x-type": {"plural": "things", "display": "title", "locales": ["de", "en"], "public": true},
			"required": ["title"],
			"anyOf": [{"required": ["title"]}, {"required": ["home"]}],
			"properties": {
				"title": {"type": "string", "title": "Titel", "minLength": 3},
				"slug": {"type": "string", "title": "Kurzname", "format": "slug"},
				"text": {"type": "string", "title": "Text", "contentMediaType": "text/plain"},
				"body": {"type": "string", "title": "HTML", "contentMediaType": "text/html"},
				"year": {"type": "integer", "title": "Jahr", "minimum": 1900, "default": 2026, "x-search": {"sort": true}},
				"share": {"type": "number", "title": "Anteil", "maximum": 1},
				"costs": {"type": "integer", "title": "Kosten", "x-money": "EUR"},
				"good": {"type": "boolean", "title": "Gut", "default": false},
				"day": {"type": "string", "title": "Tag", "format": "date"},
				"at": {"type": "string", "title": "Zeit", "format": "date-time"},
				"start": {"type": "object", "title": "Anfang", "x-local-time": {"zone": "Europe/Berlin"}},
				"kind": {"title": "Art", "oneOf": [{"const": "a", "title": "A"}, {"const": "b", "title": "B"}], "default": "a"},
				"mail": {"type": "string", "title": "E-Mail", "format": "email"},
				"home": {"type": "string", "title": "Seite", "format": "uri"},
				"one": {"title": "Eines", "x-relation": {"to": "topic"}},
				"many": {"type": "array", "title": "Viele", "x-relation": {"to": "topic"}},
				"logo": {"title": "Logo", "x-asset": {}},
				"files": {"type": "array", "title": "Dateien", "x-asset": {}},
				"spot": {"type": "object", "title": "Lage", "x-geo": true},
				"extra": {"title": "Mehr", "x-json": true},
				"place": {"type": "object", "title": "Ort", "properties": {"name": {"type": "string", "title": "Name"}, "spot": {"type": "object", "title": "Lage", "x-geo": true}}},
				"rows": {"type": "array", "title": "Zeilen", "items": {"type": "object", "properties": {"n": {"type": "integer", "title": "N"}, "s": {"type": "string", "title": "S"}}}},
				"years": {"type": "array", "title": "Jahre", "items": {"type": "integer"}}
			}`,
		"memo": `"x-type": {"plural": "memos", "display": "title", "versions": 3},
			"required": ["title"],
			"properties": {
				"title": {"type": "string", "title": "Titel", "x-search": {"sort": true}},
				"about": {"title": "Über", "x-relation": {"to": "person"}},
				"must": {"title": "Pflicht", "x-relation": {"to": "person"}}
			}`,
		"home": `"x-type": {"single": true, "public": true, "locales": ["de", "en"]},
			"properties": {
				"title": {"type": "string", "title": "Titel"},
				"count": {"type": "integer", "title": "Zahl"},
				"topic": {"title": "Thema", "x-relation": {"to": "topic"}}
			}`,
	} {
		fsys[name+".json"] = schemaFile(name, text)
	}
	return fsys
}

func schemaFile(name, text string) *fstest.MapFile {
	head := fmt.Sprintf(`{"$schema": "meta/content-type.json", "$id": %q, "title": %q, "type": "object", `, name, name)
	return &fstest.MapFile{Data: []byte(head + text + "}")}
}
