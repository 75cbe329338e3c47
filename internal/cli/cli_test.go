package cli_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/cli"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/server/embedded"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// run runs a command to its end.
func run(t *testing.T, environment map[string]string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	env := cli.Env{Stdout: &out, Stderr: &errs, Getenv: func(name string) string { return environment[name] }, Version: "1.2.3", Commit: "abc"}
	code = cli.Run(t.Context(), env, args)
	return out.String(), errs.String(), code
}

// made returns the path of a database with the tenant acme.
func made(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "iam.db")
	b, err := embedded.Open(t.Context(), embedded.Options{Path: path, Tenant: "acme"})
	if err == nil {
		err = b.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRun(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		{[]string{"version"}, 0, "terraform-provider-iam 1.2.3 (commit abc, go1", ""},
		{[]string{"--version"}, 0, "terraform-provider-iam 1.2.3 (commit abc, go1", ""},
		{nil, 0, "run the reference backend", ""},
		{[]string{"help"}, 0, "run the reference backend", ""},
		{[]string{"--help"}, 0, "run the reference backend", ""},
		{[]string{"help", "serve"}, 0, "Usage: terraform-provider-iam serve [flags]", ""},
		{[]string{"help", "clients", "rotate"}, 0, "Usage: terraform-provider-iam clients rotate [flags]", ""},
		{[]string{"help", "clients"}, 0, "clients list|create", ""},
		{[]string{"fly"}, 2, "", "Unknown command \"fly\" (terraform-provider-iam help lists the commands)\n"},
		{[]string{"reveiw"}, 2, "", `Unknown command "reveiw"; did you mean review?`},
		{[]string{"help", "srve"}, 2, "", `did you mean serve?`},
		{[]string{"version", "now"}, 2, "", "unexpected argument"},
		{[]string{"serve", "--wat"}, 2, "", "serve: unknown flag --wat (serve -h shows all flags)\n"},
		{[]string{"serve", "--tennant", "acme"}, 2, "", "serve: unknown flag --tennant; did you mean --tenant? (serve -h shows all flags)\n"},
		{[]string{"serve", "--max-requests", "few"}, 2, "", "serve: invalid value \"few\" for --max-requests: parse error (serve -h shows all flags)\n"},
		{[]string{"review", "--fial-on", "any-loss"}, 1, "", "did you mean --fail-on?"},
		{[]string{"serve", "-h"}, 0, "Usage: terraform-provider-iam serve", ""},
		{[]string{"serve", "--client", "id:secret"}, 2, "", "name each tenant with --tenant"},
		{[]string{"serve", "--tenant", "acme", "--client", "secret"}, 2, "", "ID:SECRET"},
		{[]string{"serve", "--tls-cert", "x"}, 2, "", "go together"},
		{[]string{"serve", "--drain-delay", "-1s"}, 2, "", "must not be negative"},
		{[]string{"serve", "--log-format", "xml"}, 2, "", "text or json"},
		{[]string{"serve", "--smtp", "mail.example.com"}, 2, "", "must be an address such as mail.example.com:587"},
		{[]string{"serve", "--smtp", "mail.example.com:25", "--smtp-from", "The Boss"}, 2, "", "--smtp-from"},
		{[]string{"serve", "--smtp", "mail.example.com:25", "--listen", ":8080"}, 2, "", "needs --public-url"},
		{[]string{"serve", "--smtp", "mail.example.com:25", "--listen", "0.0.0.0:8080"}, 2, "", "needs --public-url"},
		{[]string{"serve", "--public-url", "https://iam.example.com/iam"}, 2, "", "without a path"},
		{[]string{"serve", "--smtp-user", "iam"}, 2, "", "need --smtp"},
		{[]string{"serve", "--smtp", "mail.example.com:25", "--smtp-password-file", "x"}, 2, "", "needs --smtp-user"},
		{[]string{"serve", "--smtp", "mail.example.com:25", "--smtp-user", "iam"}, 1, "", "--smtp-password-file or IAM_SMTP_PASSWORD"},
		{[]string{"serve", "--cors-origin", "*"}, 2, "", "serve: --cors-origin *: an origin has no wildcard"},
		{[]string{"serve", "--cors-origin", "https://a.example", "--cors-origin", "https://b.example/"}, 2, "", "--cors-origin https://b.example/: browsers send this origin as https://b.example"},
		{[]string{"serve", "--fault", "429=2"}, 2, "", "a share is a number from 0 to 1"},
		{[]string{"serve", "--fault", "gremlins"}, 2, "", "tolerant-deletes"},
		{[]string{"serve", "--fault", "vendor-groups=late"}, 2, "", "vendor-groups=500ms"},
		{[]string{"serve", "--database", "mysql://x"}, 1, "", "sqlite:"},
		{[]string{"serve", "--database", "sqlite:" + t.TempDir() + "/iam.db", "--tenant", "A"}, 1, "", "3 to 16"},
		{[]string{"serve", "--database", "sqlite:" + t.TempDir() + "/iam.db", "--tenant", "acme", "--listen", "256.0.0.1:1"}, 1, "", "--listen"},
		{[]string{"serve", "--database", "sqlite:" + t.TempDir() + "/iam.db"}, 1, "", "--tenant acme"},
		{[]string{"serve", "--tenant", "acme", "--tenant", "globex", "--tenant", "ACME"}, 2, "", "--tenant acme is given twice"},
		{[]string{"serve", "--owner", "nonsense"}, 2, "", `--owner "nonsense"`},
		{[]string{"serve", "--owner", "The Boss <boss@corp.example>"}, 2, "", "not an e-mail address"},
		{[]string{"report", "--email", "a@acme.example"}, 2, "", "--api-url (or IAM_API_URL) or --embedded PATH"},
		{[]string{"report", "--email", "a@acme.example", "--embedded", "nowhere", "--format", "pdf"}, 2, "", "text, csv, html or json"},
		{[]string{"report", "--embedded", t.TempDir() + "/iam.db", "--tenant", "acme"}, 2, "", "--email or --user-id"},
		{[]string{"report", "--embedded", made(t), "--tenant", "ACME", "--email", "nobody@acme.example"}, 1, "", "nobody@acme.example"},
	} {
		stdout, stderr, code := run(t, nil, c.args...)
		if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
			t.Errorf("%v: code %d, stdout %q, stderr %q", c.args, code, stdout, stderr)
		}
	}
}

// Pages of a listed origin can read every response, those of faults as well.
func TestServe_origins(t *testing.T) {
	t.Parallel()
	const origin = "https://app.example.com"
	b := serve(t, "--tenant", "acme", "--listen", "127.0.0.1:0", "--database", "sqlite:"+t.TempDir()+"/iam.db", "--cors-origin", "http://localhost:3000", "--cors-origin", origin, "--fault", "429=1")
	defer b.stop()
	for path, want := range map[string]string{"/iam/acme/groups": origin, "/metrics": ""} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", origin)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := resp.Header.Get("Access-Control-Allow-Origin"); got != want || resp.StatusCode != http.StatusTooManyRequests {
			t.Errorf("%s: got %d %q, want %q", path, resp.StatusCode, got, want)
		}
	}
}

// backend is a "serve" that runs until stop is called.
type backend struct {
	url  string
	made string // what it printed before the ready line
	stop func() (code int)
}

var readyLine = regexp.MustCompile(`(?m)^ready: (\S+)\n`)

// serve starts the backend and waits for its ready line.
func serve(t *testing.T, args ...string) backend {
	t.Helper()
	return serveIn(t, nil, args...)
}

// serveIn is serve with variables of the environment.
func serveIn(t *testing.T, environment map[string]string, args ...string) backend {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	done := make(chan int, 1)
	go func() {
		env := cli.Env{Stdout: writer, Stderr: io.Discard, Getenv: func(name string) string { return environment[name] }}
		code := cli.Run(ctx, env, append([]string{"serve", "--listen", "127.0.0.1:0", "--drain-delay", "0s"}, args...))
		_ = writer.Close()
		done <- code
	}()
	var printed []byte
	buffer := make([]byte, 4096)
	for !readyLine.Match(printed) {
		n, err := reader.Read(buffer)
		if err != nil {
			cancel()
			t.Fatalf("serve ended with %d before it was ready: %s", <-done, printed)
		}
		printed = append(printed, buffer[:n]...)
	}
	b := backend{url: string(readyLine.FindSubmatch(printed)[1]), made: readyLine.ReplaceAllString(string(printed), "")}
	b.stop = func() int { cancel(); code := <-done; done <- code; return code }
	t.Cleanup(func() { b.stop() })
	return b
}

func TestServe(t *testing.T) {
	t.Parallel()
	database := sqltest.New(t)
	b := serve(t, "--database", database, "--tenant", "acme", "--tenant", "globex", "--client", "key:secret", "--owner", "boss@corp.example")

	key := regexp.MustCompile(`tenant globex, shown only once:\n  client_id     = (\S+)\n  client_secret = (\S+)\n`).FindStringSubmatch(b.made)
	if key == nil {
		t.Fatalf("no API key was created for the second tenant: %q", b.made)
	}
	for tenant, credentials := range map[string][]string{"acme": {"key", "secret"}, "globex": key[1:]} {
		c, err := client.New(client.Options{BaseURL: b.url, Tenant: tenant, ClientID: credentials[0], ClientSecret: credentials[1]})
		if err != nil {
			t.Fatal(err)
		}
		users, err := c.Users(t.Context())
		if err != nil || len(users) != 1 || users[0].ContactEmail != "boss@corp.example" {
			t.Errorf("tenant %s: got %+v, %v", tenant, users, err)
		}
	}
	resp, err := http.Get(b.url + api.PathReady)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("readyz answers %d", resp.StatusCode)
	}
	if code := b.stop(); code != 0 {
		t.Errorf("serve ended with %d", code)
	}

	again := serve(t, "--database", database, "--tenant", "acme", "--tenant", "globex", "--client", "key:secret")
	if again.made != "" {
		t.Errorf("the second start printed %q: a key is shown only once", again.made)
	}
}

// Routes that the public API deprecates exist unless --legacy=false disables them.
func TestServe_legacy(t *testing.T) {
	t.Parallel()
	for status, args := range map[int][]string{http.StatusUnauthorized: nil, http.StatusNotFound: {"--legacy=false"}} {
		b := serve(t, append([]string{"--database", "sqlite:" + filepath.Join(t.TempDir(), "iam.db"), "--tenant", "acme"}, args...)...)
		resp, err := http.Get(b.url + api.Path(api.PathRoles, "acme"))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != status {
			t.Errorf("%v: roles answer %d, want %d", args, resp.StatusCode, status)
		}
	}
}

// Tokens of users are for tests, and have to be asked for.
func TestServe_testTokens(t *testing.T) {
	t.Parallel()
	for status, args := range map[int][]string{http.StatusForbidden: nil, http.StatusNotFound: {"--test-tokens"}} { // there is no such user
		b := serve(t, append([]string{"--database", "sqlite:" + filepath.Join(t.TempDir(), "iam.db"), "--tenant", "acme", "--client", "key:secret"}, args...)...)
		token, err := clientOf(t, b.url, "key", "secret").NewAccessToken(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+api.Path(api.PathTestToken, "acme", "nobody"), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token.Value)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != status {
			t.Errorf("%v: got %d, want %d", args, resp.StatusCode, status)
		}
	}
}

// A tenant's name may be written in capitals, and a key in the environment may
// be there for other commands.
func TestServe_environment(t *testing.T) {
	t.Parallel()
	database := sqltest.New(t)
	environment := map[string]string{"IAM_CLIENT_ID": "key", "IAM_CLIENT_SECRET": "secret"}
	first := serveIn(t, environment, "--database", database, "--tenant", "ACME")
	if first.made != "" {
		t.Errorf("made %q beside the key of the environment", first.made)
	}
	first.stop()
	again := serveIn(t, environment, "--database", database)
	c, err := client.New(client.Options{BaseURL: again.url, Tenant: "acme", ClientID: "key", ClientSecret: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	if users, err := c.Users(t.Context()); err != nil || len(users) != 1 {
		t.Errorf("got %+v, %v", users, err)
	}
}

func TestServe_tls(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	database := filepath.Join(folder, "iam.db")
	cert, key, pool := certificate(t, folder)
	notes := filepath.Join(folder, "notes.txt")
	if err := os.WriteFile(notes, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, files := range [][2]string{{cert, filepath.Join(folder, "nowhere.key")}, {filepath.Join(folder, "nowhere.crt"), key}, {notes, key}, {cert, notes}} {
		stdout, stderr, code := run(t, nil, "serve", "--listen", "127.0.0.1:0", "--database", "sqlite:"+database, "--tenant", "acme", "--tls-cert", files[0], "--tls-key", files[1])
		if code != 1 || stdout != "" || !strings.Contains(stderr, "--tls-cert "+files[0]) || !strings.Contains(stderr, "--tls-key "+files[1]) {
			t.Errorf("%v: code %d, stdout %q, stderr %q", files, code, stdout, stderr)
		}
	}
	if _, err := os.Stat(database); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a database was created before the TLS files were read: %v", err)
	}

	b := serve(t, "--database", "sqlite:"+database, "--tenant", "acme", "--tls-cert", cert, "--tls-key", key)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	t.Cleanup(transport.CloseIdleConnections)
	resp, err := (&http.Client{Transport: transport}).Get(b.url + api.PathReady)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if !strings.HasPrefix(b.url, "https://") || resp.StatusCode != http.StatusOK {
		t.Errorf("%s: readyz answers %d", b.url, resp.StatusCode)
	}
}

// certificate writes a certificate for 127.0.0.1 and its key into the folder.
func certificate(t *testing.T, folder string) (certFile, keyFile string, pool *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	certDER, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile, pool = filepath.Join(folder, "tls.crt"), filepath.Join(folder, "tls.key"), x509.NewCertPool()
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certDER})
	pool.AppendCertsFromPEM(certPEM)
	for file, content := range map[string][]byte{certFile: certPEM, keyFile: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile, pool
}

// A report creates neither a database nor a tenant, and does not change existing
// ones.
func TestReport_writesNothing(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "iam.db")
	if _, stderr, code := run(t, nil, "report", "--embedded", missing, "--tenant", "acme", "--email", "owner@acme.example"); code != 1 || !strings.Contains(stderr, "no such database "+missing) {
		t.Errorf("missing file: code %d, %s", code, stderr)
	}
	if _, err := os.Stat(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the missing file was created: %v", err)
	}
	path := made(t)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := run(t, nil, "report", "--embedded", path, "--tenant", "amce", "--email", "owner@amce.example"); code != 1 || !strings.Contains(stderr, `no tenant "amce"; it has: acme`) {
		t.Errorf("missing tenant: code %d, %s", code, stderr)
	}
	if _, stderr, code := run(t, nil, "report", "--embedded", path, "--tenant", "acme", "--email", "owner@acme.example"); code != 0 {
		t.Errorf("code %d, %s", code, stderr)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the database changed (%v)", err)
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	path := made(t)
	database := []string{"report", "--embedded", path, "--tenant", "acme", "--email", "owner@acme.example"}
	text, _, code := run(t, nil, database...)
	for _, want := range []string{"Tenant Owner <owner@acme.example>, Administration, active", "CATEGORY", "RECORDS", "Users and Groups", "manage  all", "derived"} {
		if code != 0 || !strings.Contains(text, want) {
			t.Errorf("code %d, the text lacks %q:\n%s", code, want, text)
		}
	}
	csv, _, _ := run(t, nil, append(database, "--format", "csv")...)
	if !strings.HasPrefix(csv, "email,user_id,name,department,") || !strings.Contains(csv, "Orders,orders,Orders,manage,,true,") {
		t.Errorf("csv: %s", csv)
	}
	document, _, _ := run(t, nil, append(database, "--format", "json")...)
	var parsed struct {
		Email string
		Rows  []struct {
			Entity, Level string
			Restrictions  []string
		}
	}
	if err := json.Unmarshal([]byte(document), &parsed); err != nil || parsed.Email != "owner@acme.example" || len(parsed.Rows) != 36 {
		t.Errorf("json: %v, %+v", err, parsed)
	}
	for _, row := range parsed.Rows {
		if row.Restrictions == nil || len(row.Restrictions) > 0 {
			t.Errorf("json: restrictions of %s are %v, not an empty list", row.Entity, row.Restrictions)
		}
	}

	b := serve(t, "--database", "sqlite:"+path, "--tenant", "acme", "--client", "key:secret")
	environment := map[string]string{"IAM_API_URL": b.url, "IAM_TENANT": "acme", "IAM_CLIENT_ID": "key", "IAM_CLIENT_SECRET": "secret"}
	remote, _, code := run(t, environment, "report", "--email", "owner@acme.example")
	if code != 0 || remote != text {
		t.Errorf("over HTTP: code %d\n%s", code, remote)
	}
	c, err := client.New(client.Options{BaseURL: b.url, Tenant: "acme", ClientID: "key", ClientSecret: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	clerk, err := c.CreateUser(t.Context(), api.UserCreate{
		FirstName: "Carl", LastName: "Clerk", ContactEmail: "clerk@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en",
		GroupIDs: []string{access.OwnerGroupID},
	})
	if err == nil {
		err = c.LockUser(t.Context(), clerk)
	}
	if err != nil {
		t.Fatal(err)
	}
	locked, _, code := run(t, environment, "report", "--email", "clerk@acme.example")
	if code != 0 || !strings.Contains(locked, "no department, inactive, locked") || !strings.Contains(locked, "This user has no access.") {
		t.Errorf("of the locked: code %d\n%s", code, locked)
	}
}
