// A net/http server on port 8880 with its keep-alives disabled.
package main

import (
	"io"
	"log"
	"net/http"
)

func main() {
	answer := func(response http.ResponseWriter, _ *http.Request) {
		io.WriteString(response, "ok\n")
	}
	server := http.Server{Addr: "127.0.0.1:8880", Handler: http.HandlerFunc(answer)}
	server.SetKeepAlivesEnabled(false)
	log.Fatal(server.ListenAndServe())
}
