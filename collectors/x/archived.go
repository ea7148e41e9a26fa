package x

import "encoding/json"

// decodeArchived reads one item: bare, or wrapped as {"tweet": …}. Archives
// write numbers as texts, which go-twitter does not take, so the fields in use
// are mended first.
func decodeArchived(raw []byte) (item, error) {
	var fields map[string]json.RawMessage
	if err := unmarshal(raw, &fields); err != nil {
		return item{}, err
	}
	if inner, ok := fields["tweet"]; ok {
		fields = nil
		if err := unmarshal(inner, &fields); err != nil {
			return item{}, err
		}
	}
	edits := fields["edit_info"]
	mended, err := json.Marshal(mend(fields))
	if err != nil {
		return item{}, errNotJSON
	}
	it, err := decodeStatus(mended)
	it.raw, it.history = raw, editHistory(edits)
	return it, err
}

// The fields of a status that are read, by what archives make of them.
var (
	textFields   = []string{"id_str", "created_at", "full_text", "text", "lang", "in_reply_to_status_id_str", "in_reply_to_user_id_str", "quoted_status_id_str"}
	numberFields = []string{"id", "in_reply_to_status_id", "quoted_status_id"}
)

// mend returns the fields in use in the form that go-twitter takes.
func mend(fields map[string]json.RawMessage) map[string]any {
	out := make(map[string]any)
	for _, f := range textFields {
		if v, ok := fields[f]; ok {
			out[f] = v
		}
	}
	for _, f := range numberFields {
		if v, ok := fields[f]; ok {
			out[f] = unquoted(v)
		}
	}
	if v, ok := fields["entities"]; ok {
		out["entities"] = mendEntities(v)
	}
	if v, ok := fields["extended_tweet"]; ok {
		var e map[string]json.RawMessage
		if json.Unmarshal(v, &e) == nil && e["full_text"] != nil {
			out["extended_tweet"] = map[string]any{"full_text": e["full_text"], "entities": mendEntities(e["entities"])}
		}
	}
	if v, ok := fields["user"]; ok {
		out["user"] = mendUser(v)
	}
	return out
}

// unquoted makes a number of "123"; what is none stays, and fails later.
func unquoted(v json.RawMessage) json.RawMessage {
	var s string
	if json.Unmarshal(v, &s) == nil && isID(s) {
		return json.RawMessage(s)
	}
	return v
}

// mendEntities keeps the links; their places in the text are not needed.
func mendEntities(v json.RawMessage) any {
	var e struct {
		URLs []struct {
			URL      string `json:"url"`
			Expanded string `json:"expanded_url"`
		} `json:"urls"`
	}
	if json.Unmarshal(v, &e) != nil {
		return nil // links stay short
	}
	urls := []any{}
	for _, u := range e.URLs {
		urls = append(urls, map[string]string{"url": u.URL, "expanded_url": u.Expanded})
	}
	return map[string]any{"urls": urls}
}

func mendUser(v json.RawMessage) any {
	var u struct {
		ID         json.RawMessage `json:"id"`
		IDStr      string          `json:"id_str"`
		ScreenName string          `json:"screen_name"`
		Name       string          `json:"name"`
		Created    string          `json:"created_at"`
	}
	if json.Unmarshal(v, &u) != nil {
		return nil // an author unknown
	}
	out := map[string]any{"id_str": u.IDStr, "screen_name": u.ScreenName, "name": u.Name, "created_at": u.Created}
	if id := unquoted(u.ID); isID(string(id)) {
		out["id"] = id
	}
	return out
}

// editHistory reads the versions that an archive knows of, first to last.
func editHistory(v json.RawMessage) []string {
	type versions struct {
		IDs []string `json:"editTweetIds"`
	}
	var e struct {
		Initial versions `json:"initial"`
		Edit    struct {
			Initial string   `json:"initialTweetId"`
			Control versions `json:"editControlInitial"`
		} `json:"edit"`
	}
	if len(v) == 0 || json.Unmarshal(v, &e) != nil {
		return nil
	}
	if e.Edit.Initial != "" {
		return append([]string{e.Edit.Initial}, e.Edit.Control.IDs...)
	}
	return e.Initial.IDs
}
