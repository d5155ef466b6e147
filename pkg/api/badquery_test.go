package api_test

import (
	"fmt"
	"strings"
)

func badQueries() []badRequest {
	many := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	out := []badRequest{
		asked("", "/api/projects?filter=1", 400, "filters is meant"),
		asked("", "/api/projects?Filters[title]=x", 400, "Filters"),
		asked("", "/api/projects?populat=*", 400, "populat"),
		asked("", "/api/projects?publicationFilter=x", 400, "publicationFilter"),
		asked("", "/api/projects/<p>?filters[title]=x", 400, "filters"),
		asked("", "/api/projects/<p>?sort=title", 400, "sort"),
		asked("", "/api/projects/<p>?pagination[page]=1", 400, "pagination"),
		asked("", "/api/projects/<p>?_q=x", 400, "_q"),
		asked("", "/api/settings?filters[siteName]=x", 400, "filters"),
		asked("", "/api/projects?fields=nope", 400, "nope"),
		asked("", "/api/projects?fields=internalNote", 400, "internalNote"),
		asked("", "/api/projects?fields=topics", 400, "topics"),
		asked("", "/api/projects?fields[a][b]=title", 400, "fields"),
		asked("", "/api/projects?populate=nope", 400, "nope"),
		asked("", "/api/projects?populate=title", 400, "title"),
		asked("", "/api/projects?populate[topics][fields]=nope", 400, "nope"),
		asked("", "/api/projects?populate[topics][filters][nope]=1", 400, "nope"),
		asked("", "/api/projects?populate[topics][sort]=nope", 400, "nope"),
		asked("", "/api/projects?populate[topics][pagination][page]=1", 400, "pagination"),
		asked("", "/api/projects?populate=topics.parent.parent.parent.parent", 400, "populate"),
		asked("", "/api/dossiers?populate=memo", 400, "memo"),
		asked("", "/api/dossiers?populate=clues", 400, "clues"),
		asked("", "/api/projects?sort=nope", 400, "nope"),
		asked("", "/api/projects?sort=title:sideways", 400, "order"),
		asked("", "/api/projects?sort=body", 400, "body"),
		asked("", "/api/projects?sort=topics.name", 400, "topics"),
		asked("", "/api/projects?sort=internalNote", 400, "internalNote"),
		asked("", "/api/dossiers?sort=verdict", 400, "verdict"),
		asked("", "/api/projects?sort=a,b,c,d,e,f,g,h,i,j,k", 400, "10"),
		asked("", "/api/projects?status=live", 400, "status"),
		asked("", "/api/projects?status=draft", 403, "Forbidden"),
		asked("", "/api/projects/<d>?status=draft", 403, "Forbidden"),
		asked("", "/api/projects?locale=xx", 400, "xx"),
		asked("", "/api/projects?locale=de,en", 400, "locale"),
		asked("", "/api/projects/<p>?locale=*", 400, "locale"),
		asked("", "/api/projects?locale[]=de", 400, "locale"),
		asked("", "/api/projects?locale="+strings.Repeat("d", 200), 400, "locale"),
		asked("", "/api/projects?_q="+strings.Repeat("x", 501), 400, "_q"),
		asked("", "/api/projects?_q=a&_q=b", 400, "_q takes one value"),
		asked("", "/api/projects?%ff=1", 400, "UTF-8"),
		asked("", "/api/projects?_q=%ff", 400, "UTF-8"),
		asked("", "/api/projects?_q=%c3%28", 400, "UTF-8"),
		asked("", "/api/projects?_q=%ed%a0%80", 400, "UTF-8"), // half a surrogate
		asked("", "/api/projects?_q=%zz", 400, "hexadecimal"),
		asked("", "/api/projects?_q=%", 400, "hexadecimal"),
		asked("", "/api/projects?=1", 400, "no name"),
		asked("", "/api/projects?[title]=1", 400, "no name"),
		asked("", "/api/projects?filters[title=1", 400, "filters"),
		asked("", "/api/projects?filters]title[=1", 400, "filters"),
		asked("", "/api/projects?"+strings.Repeat("a", 150)+"=1", 400, "100 bytes"),
		asked("", "/api/projects?"+many(1001, "sort[%d]=a&"), 400, "1000"),
		asked("", "/api/projects?filters"+strings.Repeat("[$not]", 14)+"[title]=x", 400, "brackets"),
		asked("", "/api/projects?"+many(51, "populate[f%d]=*&"), 400, "50"),
		asked("", "/api/projects?fields="+many(101, "f%d,"), 400, "fields"),
		{call{"GET", "/api/projects?filter=1", "", "", map[string]string{"Content-Type": "application/json"}}, 400, "filters is meant"},
		{call{"HEAD", "/api/projects?filter=1", "", "", nil}, 400, ""},
		asked("editor", "/api/dossiers?fields=verdict", 400, "verdict"),
		asked("editor", "/api/dossiers?filters[verdict]=geheim", 400, "verdict"),
		asked("admin", "/api/dossiers?filters[nope]=geheim", 400, "nope"),
	}
	return out
}

func badFilters() []badRequest {
	out := []badRequest{
		asked("", "/api/projects?filters=x", 400, "filters"),
		asked("", "/api/projects?filters[nope]=1", 400, "nope"),
		asked("", "/api/projects?filters[title_][$containsi]=x", 400, "title_"),
		asked("", "/api/projects?filters[title][$near]=x", 400, "$near"),
		asked("", "/api/projects?filters[$eq]=x", 400, "$eq"),
		asked("", "/api/projects?filters[$or]=x", 400, "$or"),
		asked("", "/api/projects?filters[$and][0]=x", 400, "filters"),
		asked("", "/api/projects?filters[$not][0][title]=x", 400, "$not"),
		asked("", "/api/projects?filters[startYear]=abc", 400, "startYear"),
		asked("", "/api/projects?filters[phase]=runing", 400, "phase must be one of the following values: planned, running"),
		asked("", "/api/projects?filters[phase][$in][0]=running&filters[phase][$in][1]=nope", 400, "planned, running"),
		asked("", "/api/projects?filters[phase][$ne]=Running", 400, "planned, running"),
		asked("", "/api/projects?filters[phase][$eqi]=nope", 400, "planned, running"),
		asked("", "/api/projects?filters[startYear][$gt]=1e999", 400, "startYear"),
		asked("", "/api/projects?filters[startYear][$gt]=99999999999999999999", 400, "startYear"),
		asked("", "/api/projects?filters[startYear][$in]=1,2", 400, "startYear"),
		asked("", "/api/projects?filters[startYear][$between]=1", 400, "$between"),
		asked("", "/api/projects?filters[startYear][$between][0]=1", 400, "$between"),
		asked("", "/api/projects?filters[startYear][$between][0]=1&filters[startYear][$between][1]=2&filters[startYear][$between][2]=3", 400, "$between"),
		asked("", "/api/projects?filters[startYear][$null]=maybe", 400, "$null"),
		asked("", "/api/projects?filters[startYear][$contains]=2", 400, "startYear"),
		asked("", "/api/projects?filters[title][$eq][0][1]=2", 400, "title"),
		asked("", "/api/projects?filters[title][nope]=2", 400, "nope"),
		asked("", "/api/projects?filters[createdAt]=yesterday", 400, "createdAt"),
		asked("", "/api/projects?filters[id]=abc", 400, "id"),
		asked("", "/api/projects?filters[id][$gt]=9007199254740993", 400, "id"),
		asked("", "/api/projects?filters[internalNote][$startsWith]=a", 400, "internalNote"),
		asked("", "/api/projects?filters[createdBy]=1", 400, "createdBy"),
		asked("", "/api/projects?filters[meta.owner]=1", 400, "meta.owner"),
		asked("", "/api/projects?filters[draft.title]=1", 400, "draft.title"),
		asked("", "/api/projects?filters[topics][internal]=1", 400, "internal"),
		asked("", "/api/projects?filters[contact][mail][$startsWith]=a", 400, "mail"),
		asked("", "/api/projects?filters[topics][parent][parent][parent][name]=x", 400, "3 relations"),
		asked("", "/api/dossiers?filters[memo][title]=x", 400, "memo"),
		asked("", "/api/dossiers?filters[clues][title]=x", 400, "clues"),
		asked("", "/api/dossiers?filters[see][verdict]=x", 400, "verdict"),
		asked("", "/api/dossiers?filters[see][see][verdict][$null]=true", 400, "verdict"),
		asked("", "/api/dossiers?populate[see][filters][verdict]=x", 400, "verdict"),
		asked("", "/api/dossiers?filters[$or][0][title]=a&filters[$or][1][verdict]=b", 400, "verdict"),
		asked("", "/api/projects/count?filters[nope]=1", 400, "nope"),
		asked("", "/api/projects?filters[title][$eq]=%00%ff", 400, "UTF-8"),
	}
	var terms strings.Builder
	for i := range 501 {
		fmt.Fprintf(&terms, "filters[$or][%d][id]=1&", i)
	}
	if terms.Len() < 15<<10 { // longer ones do not get past the head's limit
		out = append(out, asked("", "/api/projects?"+terms.String(), 400, "500"))
	}
	return out
}

func badPages() []badRequest {
	return []badRequest{
		asked("", "/api/projects?pagination=1", 400, "pagination"),
		asked("", "/api/projects?pagination[page]=x", 400, "NaN"),
		asked("", "/api/projects?pagination[page]=1.5", 400, "NaN"),
		asked("", "/api/projects?pagination[page]=", 400, "NaN"),
		asked("", "/api/projects?pagination[pageSize]=all", 400, "NaN"),
		asked("", "/api/projects?pagination[pageSize]=99999999999999999999", 400, "range"),
		asked("", "/api/projects?pagination[page]=9007199254740991", 400, "range"),
		asked("", "/api/projects?pagination[page]=-9223372036854775809", 400, "range"),
		asked("", "/api/projects?pagination[limit]=-1", 400, "'limit'. Expected an integer from 1 to 100"),
		asked("", "/api/projects?pagination[pageSize]=-1", 400, "'pageSize'. Expected an integer from 1 to 100"),
		asked("", "/api/projects?pagination[page]=1&pagination[limit]=1", 400, "both page"),
		asked("", "/api/projects?pagination[start]=1&pagination[pageSize]=1", 400, "both page"),
		asked("", "/api/projects?pagination[size]=1", 400, "size"),
		asked("", "/api/projects?pagination[page][0]=1", 400, "NaN"),
		asked("", "/api/projects?pagination[withCount]=perhaps", 400, "withCount"),
		asked("", "/api/projects?pagination[]=1", 400, "pagination"),
	}
}
