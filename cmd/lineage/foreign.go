package main

import "sync"

// namedForeign is how many names that are none of a store's are said one by one.
const namedForeign = 3

// foreign says of each name that is none of a store's, once, that it is passed over.
func (c *cli) foreign() func(key string) {
	var mu sync.Mutex
	seen := map[string]bool{}
	return func(key string) {
		mu.Lock()
		defer mu.Unlock()
		if seen[key] || len(seen) > namedForeign {
			return
		}
		seen[key] = true
		if len(seen) > namedForeign {
			c.say(c.stderr, "and more of them: `lineage fsck` lists all")
			return
		}
		c.say(c.stderr, "passed over, since nothing of a store has such a name: %s", clean(key))
	}
}
