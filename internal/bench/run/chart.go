package main

import (
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
)

// bar is one ratio in the chart.
type bar struct {
	Label        string
	Y            int
	Width, LineX float64
	Text         string
	Good         bool
}

const (
	chartLeft, chartScale = 330, 260.0 // pixels; the second for a ratio of 1
	barHeight             = 22
)

var chart = template.Must(template.New("chart").Parse(`<svg xmlns="http://www.w3.org/2000/svg" width="980" height="{{.Height}}" viewBox="0 0 980 {{.Height}}" font-family="sans-serif" font-size="13">
<rect width="980" height="{{.Height}}" fill="#ffffff"/>
<text x="16" y="26" font-size="16" font-weight="bold" fill="#1f2933">{{.Title}}</text>
<text x="16" y="46" fill="#52606d">{{.Where}}</text>
<line x1="{{.LineX}}" y1="60" x2="{{.LineX}}" y2="{{.LineEnd}}" stroke="#9aa5b1" stroke-dasharray="4 3"/>
{{range .Bars}}<text x="{{$.Left}}" y="{{.Y}}" dy="15" text-anchor="end" fill="#1f2933">{{.Label}}</text>
<rect x="{{$.Start}}" y="{{.Y}}" width="{{printf "%.1f" .Width}}" height="18" fill="{{if .Good}}#2f855a{{else}}#c05621{{end}}"/>
<text x="{{printf "%.1f" .LineX}}" y="{{.Y}}" dy="14" fill="#1f2933">{{.Text}}</text>
{{end}}</svg>
`))

// writeChart draws the provider's cost relative to one that does nothing: a bar
// that reaches the dashed line costs the same.
func (r *results) writeChart(w io.Writer) error {
	var bars []bar
	for _, row := range r.rows {
		if row.part != "iam_user" || row.floor == "" || strings.HasSuffix(row.figure, "provider CPU") || strings.HasSuffix(row.figure, "CLI memory") {
			continue // included in other bars
		}
		width := min(row.ratio, 1.9) * chartScale
		bars = append(bars, bar{
			Label: fmt.Sprintf("%d users, %s", row.size, row.figure), Y: 66 + len(bars)*barHeight,
			Width: width, LineX: chartLeft + width + 6, Good: row.ratio <= 1, Text: fmt.Sprintf("%.2f (%s %s)", row.ratio, short(row.value), row.unit),
		})
	}
	bars = slices.Clip(bars)
	end := 66 + len(bars)*barHeight
	return chart.Execute(w, map[string]any{
		"Title": "iam_user beside a provider that does nothing (= 1, dashed)",
		"Where": fmt.Sprintf("%s, commit %s, %s", r.day, r.commit, r.machine),
		"Bars":  bars, "Height": end + 16, "LineX": chartLeft + chartScale, "LineEnd": end, "Left": chartLeft - 8, "Start": chartLeft,
	})
}
