package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// usage is what a process has used so far. It is only measured on Linux;
// elsewhere it is zero.
type usage struct {
	cpu    time.Duration
	memory int64 // peak, in bytes
}

// tick is the unit of times in /proc, which is the same on every Linux.
const tick = 10 * time.Millisecond

// usageOf returns false for a process that has ended.
func usageOf(pid string) (u usage, ok bool) {
	stat, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return u, false
	}
	status, err := os.ReadFile(filepath.Join("/proc", pid, "status"))
	if err != nil {
		return u, false
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // skip the name, which may contain blanks
	if fields := strings.Fields(rest); len(fields) > 12 {
		for _, text := range fields[11:13] { // user and system time
			ticks, _ := strconv.ParseInt(text, 10, 64)
			u.cpu += time.Duration(ticks) * tick
		}
	}
	_, rest, _ = strings.Cut(string(status), "VmHWM:")
	if fields := strings.Fields(rest); len(fields) > 0 {
		kilobytes, _ := strconv.ParseInt(fields[0], 10, 64)
		u.memory = kilobytes << 10
	}
	return u, u.memory > 0 // a process without memory has ended
}

// watch measures a CLI and the providers that it starts, until it ends.
func watch(cli int, ended <-chan struct{}) (s step) {
	providers := map[string]usage{}
	for {
		if u, ok := usageOf(strconv.Itoa(cli)); ok {
			s.cli.memory = u.memory
		}
		for _, child := range children(cli) {
			if u, ok := usageOf(child); ok {
				providers[child] = u
			}
		}
		select {
		case <-ended:
			for _, u := range providers {
				s.provider.cpu += u.cpu
				s.provider.memory = max(s.provider.memory, u.memory)
			}
			return s
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func children(pid int) []string {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	var list []string
	for _, task := range tasks {
		text, _ := os.ReadFile(task) // a thread that has ended has none
		list = append(list, strings.Fields(string(text))...)
	}
	return list
}
