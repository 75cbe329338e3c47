package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/server/gate"
)

// metricsConnections limits the connections to the address of --metrics-listen.
const metricsConnections = 16

// serveMetrics answers GET /metrics at a separate address until end is called.
func serveMetrics(ctx context.Context, address string, handler http.Handler, logger *slog.Logger) (end func() error, err error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%w: choose another address with --metrics-listen", err)
	}
	s := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10}
	logger.InfoContext(ctx, "serving metrics", "url", "http://"+listener.Addr().String()+"/metrics")
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.Serve(gate.NewConnections(metricsConnections).Limit(listener)); !errors.Is(err, http.ErrServerClosed) {
			logger.ErrorContext(ctx, "serving metrics", "cause", err.Error())
		}
	}()
	return func() error {
		err := s.Close()
		<-done
		return err
	}, nil
}
