package demo

import (
	"html"
	"strings"
)

// rich makes the HTML of a rich-text field.
func rich(list []block) string {
	var b strings.Builder
	for i, x := range list {
		text := html.EscapeString(x.text)
		text = strings.NewReplacer("&#34;", `"`, "&#39;", "'").Replace(text) // as the sanitiser writes them
		switch x.kind {
		case heading:
			b.WriteString("<h2>" + text + "</h2>")
		case bullet:
			if i == 0 || list[i-1].kind != bullet {
				b.WriteString("<ul>")
			}
			b.WriteString("<li>" + text + "</li>")
			if i == len(list)-1 || list[i+1].kind != bullet {
				b.WriteString("</ul>")
			}
		default:
			if strings.HasPrefix(text, "Frage: ") {
				text = "<strong>" + strings.TrimPrefix(text, "Frage: ") + "</strong>"
			}
			b.WriteString("<p>" + text + "</p>")
		}
	}
	return b.String()
}

// paragraphs makes a block of each text that is not empty.
func paragraphs(list ...string) []block { return blocksOf(paragraph, list) }

func bullets(list ...string) []block { return blocksOf(bullet, list) }

func blocksOf(k kind, list []string) []block {
	var out []block
	for _, text := range list {
		if text = strings.TrimSpace(text); text != "" {
			out = append(out, block{k, text})
		}
	}
	return out
}
