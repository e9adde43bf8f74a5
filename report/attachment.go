package report

// Attachment is a place in another system on which a record hangs.
type Attachment struct {
	System string `json:"system"`             // mlflow
	Kind   string `json:"kind"`               // run, logged-model, model-version
	ID     string `json:"id"`                 // as the system has it
	Name   string `json:"name,omitempty"`     // of the run or model, where it has one
	URL    string `json:"url,omitempty"`      // where a person can look
	File   string `json:"location,omitempty"` // of the record's file there
}

// NotAttached is a system on which a record was to hang and does not.
type NotAttached struct {
	System  string   `json:"system"`
	Why     string   `json:"why"`
	Command []string `json:"command,omitempty"` // what does it later
}
