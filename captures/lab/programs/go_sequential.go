// Asks five times with the default client of net/http, one request after the other. What happens to each response body
// is up to -read (to its end) and -close.
package main

import (
	"flag"
	"io"
	"log"
	"net/http"
	"time"
)

func main() {
	read := flag.Bool("read", true, "read each body to its end")
	closeBody := flag.Bool("close", true, "close each body")
	flag.Parse()

	for i := 0; i < 5; i++ {
		response, err := http.Get("http://127.0.0.1:8880/")
		if err != nil {
			log.Fatal(err)
		}
		if *read {
			if _, err := io.Copy(io.Discard, response.Body); err != nil {
				log.Fatal(err)
			}
		}
		if *closeBody {
			response.Body.Close()
		}
		time.Sleep(20 * time.Millisecond) // the connection is free again, or closed
	}
}
