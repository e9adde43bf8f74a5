package capture

import "testing"

func TestImpersonal(t *testing.T) {
	p := &Place{Root: "/home/ada/work", Home: "/home/ada"}
	for text, want := range map[string]string{
		`open /home/ada/work/a b: no such file`:   `open repo:a b: no such file`,
		`"/home/ada/work" and "/home/ada"`:        `"repo:." and "home:."`,
		`/home/ada/workshop, /home/adam`:          `home:workshop, /home/adam`,
		`/mnt/home/ada/work/x`:                    `/mnt/home/ada/work/x`,
		`/home/ada/work/home/ada/work`:            `repo:home/ada/work`,
		`scanning "/home/ada/x": "/home/ada/x/y"`: `scanning "home:x": "home:x/y"`,
		`file:///home/ada/work/x`:                 `file:///home/ada/work/x`,
		``:                                        ``,
	} {
		if got := p.impersonal(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := (&Place{Root: "/", Home: ""}).impersonal("/a /"); got != "/a /" {
		t.Errorf("got %q", got)
	}
}
