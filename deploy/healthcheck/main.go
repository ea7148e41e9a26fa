// Command healthcheck asks one address and exits 0 if it answers 200. It is for
// the HEALTHCHECK of a container that has no shell.
package main

import (
	"fmt"
	"net/http"
	"os"
	"time"
)

func main() { os.Exit(run(os.Args[1:])) }

// run returns the exit code: 0 healthy, 1 not, 2 wrong use.
func run(args []string) int {
	if len(args) != 1 {
		fmt.Fprintln(os.Stderr, "usage: healthcheck http://host:port/readyz")
		return 2
	}
	client := &http.Client{Timeout: 4 * time.Second}
	resp, err := client.Get(args[0])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		fmt.Fprintln(os.Stderr, resp.Status)
		return 1
	}
	return 0
}
