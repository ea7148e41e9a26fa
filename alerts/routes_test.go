package alerts_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"vigie"
	"vigie/alerts"
)

func TestRoutes(t *testing.T) {
	var routes alerts.Routes
	src := "[{severity: medium, to: [team]}, {severity: imminent, to: [phone, team]}, {severity: low, to: [archive]}]"
	if err := yaml.Unmarshal([]byte(src), &routes); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		severity vigie.Severity
		want     []string
	}{
		{vigie.SeverityNone, nil},
		{vigie.SeverityLow, []string{"archive"}},
		{vigie.SeverityMedium, []string{"team", "archive"}},
		{vigie.SeverityHigh, []string{"team", "archive"}},
		{vigie.SeverityImminent, []string{"team", "phone", "archive"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, routes.Route(vigie.DefaultOrg, tt.severity)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.severity, diff)
		}
	}
}

func TestRoutesValidate(t *testing.T) {
	medium, high := vigie.SeverityMedium, vigie.SeverityHigh
	tests := []struct {
		name   string
		routes alerts.Routes
		field  string // of the fault, "" if none
	}{
		{"none", nil, ""},
		{"fine", alerts.Routes{{medium, []string{"team"}}, {high, []string{"team", "boss"}}}, ""},
		{"no severity", alerts.Routes{{To: []string{"team"}}}, "[0].severity"},
		{"no channel", alerts.Routes{{Severity: medium}}, "[0].to"},
		{"unknown channel", alerts.Routes{{medium, []string{"team", "tema"}}}, "[0].to[1]"},
		{"channel twice", alerts.Routes{{medium, []string{"team", "team"}}}, "[0].to[1]"},
		{"severity twice", alerts.Routes{{medium, []string{"team"}}, {medium, []string{"boss"}}}, "[1].severity"},
	}
	for _, tt := range tests {
		err := tt.routes.Validate([]string{"team", "boss"})
		var fault *vigie.FieldError
		got := ""
		if errors.As(err, &fault) {
			got = fault.Field
		}
		if got != tt.field || (err == nil) != (tt.field == "") {
			t.Errorf("%s: error %v, want one in field %q", tt.name, err, tt.field)
		}
	}
}
