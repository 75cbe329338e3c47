package console_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/access-config/terraform-provider-iam/internal/console"
	"github.com/access-config/terraform-provider-iam/internal/console/consoletest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// mostPicture is the size of a picture of the documentation, in bytes.
const mostPicture = 150 << 10

// This test renews the pictures of the documentation in the folder that IAM_TEST_PICTURES names. A
// picture needs the browser's window for itself.
func TestBrowser_pictures(t *testing.T) {
	folder := os.Getenv("IAM_TEST_PICTURES")
	if folder == "" {
		t.Skip("SKIPPED: IAM_TEST_PICTURES names no folder for the pictures: see make pictures")
	}
	tab := consoletest.Open(t)
	s := newPages(t, servertest.New(t, servertest.Options{NoFaults: true}), console.Options{Blocks: configuration{}})
	of := fill(t, s.Client, func(text string) string { return text })
	signIn(t, tab, s)
	for name, path := range map[string]string{
		"console-group.png":  "groups/orders-de/access?level.customers=manage&level.orders=read&level.sites=read&restriction=DE",
		"console-access.png": "users/" + of.user + "/access?entity=orders&level=manage&record=DE",
	} {
		var picture []byte
		tab.Run(t, consoletest.View(1280, 800, false), chromedp.Navigate(s.url+"/console/acme/"+path), chromedp.WaitVisible(`main#main h1`), page.BringToFront(), chromedp.CaptureScreenshot(&picture))
		if len(picture) > mostPicture {
			t.Errorf("%s has %d bytes, at most %d are wanted", name, len(picture), mostPicture)
		}
		if err := os.WriteFile(filepath.Join(folder, name), picture, 0o644); err != nil { //nolint:gosec // part of the documentation
			t.Fatal(err)
		}
	}
}
