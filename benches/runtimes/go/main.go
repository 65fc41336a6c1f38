// The workloads of the bench in Go: `runtimes-go WORKLOAD` prints one figure, or `-` where Go has no
// such notion. Sizes and warm-up are those of the Rust side.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const million = 1_000_000

var workloads = map[string]func() float64{
	"spawn-join":     func() float64 { return warmed(1_000, joinBatches) },
	"spawn-detached": func() float64 { return warmed(million, detached) },
	"spawn-chain":    func() float64 { return warmed(million, chain) },
	"skynet":         func() float64 { return warmed(million, skynet) },
	"short-tasks":    func() float64 { return warmed(10_000, shortTasks) },
	"yield":          func() float64 { return warmed(10_000, yields) },
	"ping-pong":      func() float64 { return warmed(500_000, pingPong) },
	"ring":           func() float64 { return warmed(million, ring) },
	"many-senders":   func() float64 { return warmed(2*million, manySenders) },
	"idle":           idle,
	"parked-memory":  parked,
}

func main() {
	workload, known := workloads[os.Args[1]]
	if !known {
		fmt.Println("-")
		return
	}
	fmt.Println(workload())
}

func warmed(size int, body func(int) float64) float64 {
	body(size / 10)
	return body(size)
}

func nanosEach(start time.Time, operations int) float64 {
	return float64(time.Since(start).Nanoseconds()) / float64(operations)
}

func millis(start time.Time) float64 {
	return time.Since(start).Seconds() * 1e3
}

// Spawning.

func joinBatches(rounds int) float64 {
	const batch = 1_000
	start := time.Now()
	results := make([]int, batch)
	for range rounds {
		var wg sync.WaitGroup
		for n := range batch {
			wg.Add(1)
			go func() {
				results[n] = n
				wg.Done()
			}()
		}
		wg.Wait()
	}
	return nanosEach(start, rounds*batch)
}

func detached(tasks int) float64 {
	start := time.Now()
	var wg sync.WaitGroup
	wg.Add(tasks)
	for range tasks {
		go wg.Done()
	}
	wg.Wait()
	return nanosEach(start, tasks)
}

func chain(depth int) float64 {
	start := time.Now()
	end := make(chan struct{}, 1)
	go link(depth, end)
	<-end
	return nanosEach(start, depth)
}

func link(depth int, end chan struct{}) {
	if depth > 1 {
		go link(depth-1, end)
	} else {
		end <- struct{}{}
	}
}

func skynet(leaves int) float64 {
	start := time.Now()
	sum := make(chan int, 1)
	go node(sum, 0, leaves)
	if got := <-sum; got != leaves*(leaves-1)/2 {
		panic("a leaf was lost")
	}
	return millis(start)
}

func node(parent chan int, first, leaves int) {
	if leaves == 1 {
		parent <- first
		return
	}
	const fanOut = 10
	each := leaves / fanOut
	children := make(chan int, fanOut)
	for n := range fanOut {
		go node(children, first+n*each, each)
	}
	sum := 0
	for range fanOut {
		sum += <-children
	}
	parent <- sum
}

func shortTasks(tasks int) float64 {
	start := time.Now()
	var wg sync.WaitGroup
	wg.Add(tasks)
	for range tasks {
		go func() {
			begin := time.Now()
			for time.Since(begin) < 20*time.Microsecond {
			}
			wg.Done()
		}()
	}
	wg.Wait()
	return millis(start)
}

// Switching.

func yields(each int) float64 {
	const tasks = 200
	start := time.Now()
	var wg sync.WaitGroup
	wg.Add(tasks)
	for range tasks {
		go func() {
			for range each {
				runtime.Gosched()
			}
			wg.Done()
		}()
	}
	wg.Wait()
	return nanosEach(start, tasks*each)
}

// Channels.

func pingPong(rounds int) float64 {
	ping, pong := make(chan int, 1), make(chan int, 1)
	var wg sync.WaitGroup
	wg.Add(2)
	start := time.Now()
	go func() {
		for n := range ping {
			pong <- n
		}
		wg.Done()
	}()
	go func() {
		for n := range rounds {
			ping <- n
			<-pong
		}
		close(ping)
		wg.Done()
	}()
	wg.Wait()
	return nanosEach(start, rounds)
}

func ring(hops int) float64 {
	const size = 503
	finish := make(chan struct{}, 1)
	first := make(chan int, 1)
	from := first
	for range size - 1 {
		to := make(chan int, 1)
		go hop(from, to, finish)
		from = to
	}
	go hop(from, first, finish)
	start := time.Now()
	first <- hops
	<-finish
	return nanosEach(start, hops)
}

func hop(from, to chan int, finish chan struct{}) {
	for left := range from {
		if left == 0 {
			finish <- struct{}{}
			break
		}
		to <- left - 1
	}
	close(to)
}

func manySenders(messages int) float64 {
	const senders = 8
	channel := make(chan int, 128)
	received := make(chan int)
	start := time.Now()
	var wg sync.WaitGroup
	wg.Add(senders)
	for range senders {
		go func() {
			for n := range messages / senders {
				channel <- n
			}
			wg.Done()
		}()
	}
	go func() {
		count := 0
		for range channel {
			count++
		}
		received <- count
	}()
	wg.Wait()
	close(channel)
	if <-received != messages {
		panic("a message was lost")
	}
	return nanosEach(start, messages)
}

// Waiting.

func idle() float64 {
	yields(10)
	report := make(chan float64)
	time.AfterFunc(200*time.Millisecond, func() {
		before := cpuMillis()
		time.AfterFunc(2*time.Second, func() { report <- cpuMillis() - before })
	})
	return <-report
}

func cpuMillis() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e6
}

func parked() float64 {
	var polled atomic.Int64
	counter := &polled
	never := make(chan struct{})
	before := residentBytes()
	for range million {
		go func() {
			counter.Add(1)
			<-never
			runtime.KeepAlive(counter)
		}()
	}
	for polled.Load() < million {
		runtime.Gosched()
	}
	return (residentBytes() - before) / million
}

func residentBytes() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	var kib float64
	if _, err := fmt.Sscan(after, &kib); err != nil {
		panic(err)
	}
	return kib * 1024
}
