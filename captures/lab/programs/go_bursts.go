// Two bursts of six requests at once with the default client of net/http, which keeps at most two idle connections for
// each host.
package main

import (
	"io"
	"log"
	"net/http"
	"sync"
	"time"
)

func ask() {
	response, err := http.Get("http://127.0.0.1:8880/")
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		log.Fatal(err)
	}
}

func burst() {
	var running sync.WaitGroup
	for i := 0; i < 6; i++ {
		running.Add(1)
		go func() {
			defer running.Done()
			ask()
		}()
	}
	running.Wait()
}

func main() {
	burst()
	time.Sleep(500 * time.Millisecond)
	burst()
	time.Sleep(100 * time.Millisecond)
}
