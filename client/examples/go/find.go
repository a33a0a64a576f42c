// find SERVER QUERY prints what a server finds, a quote a line, with its source. QUOTES_SERVICE_CONFIG
// names share/quotes/service_config.json of an installation: which calls are tried again when the
// server is unavailable, and how long they may take. QUOTES_CA is the file of the authority that signed
// the server's certificate, and QUOTES_TOKEN_FILE that of the caller's token, as quotectl has them; without
// QUOTES_CA the server is one of this machine, in plaintext, and gets no token.
//
// Needs the stubs that generate.sh makes. With Debian's packages (golang-go, golang-google-grpc-dev,
// golang-github-golang-protobuf-1-5-dev):
//
//	GO111MODULE=off GOPATH=FOLDER:/usr/share/gocode go build find.go
package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"

	quotes "quotes/v1"
)

// token says who calls, over TLS alone.
type token string

func (t token) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + string(t)}, nil
}

func (token) RequireTransportSecurity() bool { return true }

func find(server, query string) error {
	config, err := os.ReadFile(os.Getenv("QUOTES_SERVICE_CONFIG"))
	if err != nil {
		return err
	}
	options := []grpc.DialOption{grpc.WithDefaultServiceConfig(string(config))}
	if ca := os.Getenv("QUOTES_CA"); ca == "" {
		options = append(options, grpc.WithInsecure())
	} else {
		tls, err := credentials.NewClientTLSFromFile(ca, "")
		if err != nil {
			return err
		}
		options = append(options, grpc.WithTransportCredentials(tls))
		if file := os.Getenv("QUOTES_TOKEN_FILE"); file != "" {
			text, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			options = append(options, grpc.WithPerRPCCredentials(token(strings.TrimSpace(string(text)))))
		}
	}
	connection, err := grpc.Dial(server, options...)
	if err != nil {
		return err
	}
	defer connection.Close()
	client := quotes.NewQuoteServiceClient(connection)

	request := &quotes.SearchQuotesRequest{Query: query, PageSize: 50}
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		page, err := client.SearchQuotes(ctx, request)
		cancel()
		if err != nil {
			return err
		}
		for _, hit := range page.Hits {
			fmt.Printf("%s\t%s\n", hit.Quote.Text, hit.Quote.Citation)
		}
		if page.NextPageToken == "" {
			return nil
		}
		request.PageToken = page.NextPageToken
	}
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: find SERVER QUERY")
		os.Exit(2)
	}
	if err := find(os.Args[1], os.Args[2]); err != nil {
		of := status.Convert(err)
		fmt.Fprintf(os.Stderr, "%s: %s\n", of.Code(), of.Message())
		os.Exit(1)
	}
}
