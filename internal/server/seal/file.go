package seal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
)

// maxFile is the largest file of keys, in bytes.
const maxFile = 64 << 10

// ReadFile reads keys from a file that only its owner may read. Its errors name the
// file.
func ReadFile(path string) (*Keys, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	// Windows has no such mode.
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("%s has mode %#o, so other users can access it: chmod 600 %s", path, mode, path)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxFile))
	if err != nil {
		return nil, err
	}
	keys, err := Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return keys, nil
}

// Hint adds what to do to an error of Keys.Open.
func Hint(err error) error {
	if errors.Is(err, ErrNoKey) || errors.Is(err, ErrWrongKey) {
		return fmt.Errorf("%w: give this key in IAM_ENCRYPTION_KEY, or to serve with --key-file", err)
	}
	return err
}
