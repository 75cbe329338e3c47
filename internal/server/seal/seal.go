// Package seal encrypts the secrets that the backend must read again, before they are
// stored. It knows nothing of the API.
//
// A sealed text reads
//
//	$aes256gcm$ID$NONCE-TEXT-TAG
//
// with the id of the key and, in base64, the output of AES-256-GCM. The place of the
// text is authenticated with it: a copy at another place cannot be opened.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

const form = "$aes256gcm$"

// KeyBytes is the length of a key.
const KeyBytes = 32

// The errors of Open. Test with errors.Is.
var (
	ErrNoKey    = errors.New("it is encrypted, and no key is given")
	ErrWrongKey = errors.New("it is encrypted under another key than the ones given")
	ErrChanged  = errors.New("it was changed, or belongs elsewhere: restore the database from a backup")
)

// Place is where a text is stored.
type Place struct{ Tenant, Kind, ID string }

// Keys seal and open texts: the first key seals, all of them open. Nil has no key and
// leaves texts plain.
type Keys struct{ keys []key }

type key struct {
	id   string
	aead cipher.AEAD
}

// Parse reads keys of 32 bytes in base64, separated by white space. A "#" begins a
// comment that extends to the end of its line. Its errors reveal nothing of a key.
func Parse(text string) (*Keys, error) {
	var k Keys
	for number, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		for _, word := range strings.Fields(line) {
			next, err := parseKey(word)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w: make a key with openssl rand -base64 %d", number+1, err, KeyBytes)
			}
			k.keys = append(k.keys, next)
		}
	}
	if len(k.keys) == 0 {
		return nil, fmt.Errorf("there is no key: make one with openssl rand -base64 %d", KeyBytes)
	}
	return &k, nil
}

func parseKey(word string) (key, error) {
	secret, err := base64.StdEncoding.DecodeString(word)
	if err != nil {
		return key{}, errors.New("a key is base64")
	}
	if len(secret) != KeyBytes {
		return key{}, fmt.Errorf("a key has %d bytes, and this one has %d", KeyBytes, len(secret))
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return key{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return key{}, err
	}
	name := hmac.New(sha256.New, secret)
	name.Write([]byte("id of a key that encrypts secrets"))
	return key{hex.EncodeToString(name.Sum(nil)[:6]), aead}, nil
}

// ID returns the id of the key that seals, which does not reveal the key; empty
// without a key.
func (k *Keys) ID() string {
	if k == nil {
		return ""
	}
	return k.keys[0].id
}

// IDOf returns the id of the key of a sealed text; empty if it is not sealed.
func IDOf(text string) string {
	rest, ok := strings.CutPrefix(text, form)
	if !ok {
		return ""
	}
	id, _, _ := strings.Cut(rest, "$")
	return id
}

// Seal encrypts the text for its place, if there is a key.
func (k *Keys) Seal(at Place, text string) string {
	if k == nil {
		return text
	}
	first := k.keys[0]
	return form + first.id + "$" + base64.RawStdEncoding.EncodeToString(first.aead.Seal(nil, nil, []byte(text), at.data()))
}

// Open returns the text that was sealed for the place. It returns a plain text
// unchanged.
func (k *Keys) Open(at Place, sealed string) (text string, err error) {
	id := IDOf(sealed)
	if id == "" {
		return sealed, nil
	}
	if k == nil {
		return "", fmt.Errorf("%w (%s)", ErrNoKey, id)
	}
	for _, key := range k.keys {
		if key.id == id {
			return key.open(at, strings.TrimPrefix(sealed, form+id+"$"))
		}
	}
	return "", fmt.Errorf("%w (%s)", ErrWrongKey, id)
}

func (k key) open(at Place, sealed string) (string, error) {
	content, err := base64.RawStdEncoding.DecodeString(sealed)
	if err == nil {
		content, err = k.aead.Open(nil, nil, content, at.data())
	}
	if err != nil {
		return "", ErrChanged
	}
	return string(content), nil
}

// data returns the place for the cipher, different for each place.
func (p Place) data() []byte {
	text, _ := json.Marshal([]string{p.Tenant, p.Kind, p.ID}) // never fails
	return text
}
