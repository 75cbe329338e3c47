package sqlstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// writeBeside writes a file under a temporary name next to path and publishes it
// once it is complete and synced to disk. On failure it leaves no file behind.
func writeBeside(path string, write, publish func(temporary string) error) error {
	dir := filepath.Dir(path)
	file, err := os.CreateTemp(dir, filepath.Base(path)+".partial-*") // for its owner only
	if err != nil {
		return cannotWrite(path, err)
	}
	temporary := file.Name()
	defer os.Remove(temporary)
	if err := errors.Join(file.Close(), write(temporary)); err != nil {
		return cannotWrite(path, err)
	}
	if err := errors.Join(syncFile(temporary), publish(temporary)); err != nil {
		return cannotWrite(path, err)
	}
	return syncFolder(dir)
}

// cannotWrite adds to a full disk's error which disk it is.
func cannotWrite(path string, err error) error {
	if answer := fileFault(err); answer != nil {
		err = fmt.Errorf("%w: %w", answer, err)
	}
	if errors.Is(err, store.ErrFull) {
		return fmt.Errorf("not enough space in %s; the incomplete file was removed: %w", filepath.Dir(path), err)
	}
	return err
}

// publishAs returns a function that renames a file to path. Without replace, it
// fails if path exists; on file systems without hard links, it replaces a file
// created in the last moment.
func publishAs(path string, replace bool) func(temporary string) error {
	return func(temporary string) error {
		if !replace {
			err := os.Link(temporary, path)
			if err == nil || errors.Is(err, fs.ErrExist) {
				return err
			}
		}
		return os.Rename(temporary, path)
	}
}

// sameContent reports whether two files have the same content.
func sameContent(a, b string) (bool, error) {
	one, err := os.Open(a)
	if err != nil {
		return false, err
	}
	defer one.Close()
	other, err := os.Open(b)
	if err != nil {
		return false, err
	}
	defer other.Close()
	var left, right [64 << 10]byte
	for {
		n, err := io.ReadFull(one, left[:])
		m, otherErr := io.ReadFull(other, right[:])
		if n != m || !bytes.Equal(left[:n], right[:m]) {
			return false, nil
		}
		if err != nil || otherErr != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				err = nil
			}
			return err == nil, err
		}
	}
}

func copyFile(ctx context.Context, from, to string) (err error) {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	stop := context.AfterFunc(ctx, func() { source.Close() })
	defer stop()
	_, err = io.Copy(target, source)
	return errors.Join(ctx.Err(), err)
}

// syncFile flushes a file to disk.
func syncFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// syncFolder flushes the names in a folder to disk. Windows does so on its own.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
