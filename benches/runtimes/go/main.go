// The workloads of the bench in Go: `runtimes-go WORKLOAD` prints one figure, or `-` where Go has no
// such notion. Sizes and warm-up are those of the Rust side.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"slices"
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
	"mutex":          func() float64 { return warmed(50_000, mutex) },
	"idle":           idle,
	"idle-waiting":   idleWaiting,
	"parked-memory":  parked,

	"sleeping-memory": sleeping,
	"sleeps":          func() float64 { return warmed(500_000, sleeps) },
	"timeouts":        func() float64 { return warmed(million, timeouts) },
	"tickers-median":  func() float64 { return lateness(0.5) },
	"tickers-tail":    func() float64 { return lateness(0.999) },

	"echo":        func() float64 { return warmed(200_000, echo) },
	"stall-spin":  func() float64 { return worst(alone(work)) },
	"stall-block": func() float64 { return worst(alone(block)) },
	"stall-late":  func() float64 { return worst(afterWork()) },
	"stall-done":  func() float64 { return done(alone(block)) },
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

func work(duration time.Duration) {
	begin := time.Now()
	for time.Since(begin) < duration {
	}
}

// Starts tasks that work, and let others run between their pieces of work. Returns what stops them.
func steadyWork() func() {
	const tasks = 4
	var stop atomic.Bool
	var busy sync.WaitGroup
	busy.Add(tasks)
	for range tasks {
		go func() {
			for !stop.Load() {
				work(100 * time.Microsecond)
				runtime.Gosched()
			}
			busy.Done()
		}()
	}
	return func() {
		stop.Store(true)
		busy.Wait()
	}
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
			work(20 * time.Microsecond)
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

// Locking.

func mutex(each int) float64 {
	const tasks = 16
	var lock sync.Mutex
	count := 0
	start := time.Now()
	var wg sync.WaitGroup
	wg.Add(tasks)
	for range tasks {
		go func() {
			for range each {
				lock.Lock()
				count++
				lock.Unlock()
			}
			wg.Done()
		}()
	}
	wg.Wait()
	took := nanosEach(start, tasks*each)
	if count != tasks*each {
		panic("two at a time")
	}
	return took
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

// As idle, while goroutines wait for a connection and for a moment, neither of which comes.
func idleWaiting() float64 {
	listener := listen()
	go func() {
		_, err := listener.Accept()
		check(err)
	}()
	go time.Sleep(time.Hour)
	return idle()
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

func sleeping() float64 {
	var polled atomic.Int64
	before := residentBytes()
	for range million {
		go func() {
			polled.Add(1)
			time.Sleep(time.Hour)
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

// Timers.

func sleeps(sleeps int) float64 {
	before := cpuMillis()
	var wg sync.WaitGroup
	wg.Add(sleeps)
	for n := range sleeps {
		go func() {
			time.Sleep(time.Duration(n%1_000+1) * time.Millisecond)
			wg.Done()
		}()
	}
	wg.Wait()
	return (cpuMillis() - before) * 1e6 / float64(sleeps)
}

func timeouts(timeouts int) float64 {
	const tasks = 100
	start := time.Now()
	var wg sync.WaitGroup
	wg.Add(tasks)
	for range tasks {
		go func() {
			for range timeouts / tasks {
				timer := time.NewTimer(time.Minute)
				runtime.Gosched()
				if !timer.Stop() {
					panic("a timeout fired")
				}
			}
			wg.Done()
		}()
	}
	wg.Wait()
	return nanosEach(start, timeouts)
}

func lateness(quantile float64) float64 {
	tickBesideWork(40)
	late := tickBesideWork(400)
	slices.Sort(late)
	place := int(quantile*float64(len(late)-1) + 0.5)
	return float64(late[place].Nanoseconds()) / 1e3
}

func tickBesideWork(ticks int) []time.Duration {
	const tickers, period = 200, 5 * time.Millisecond
	stop := steadyWork()
	late := make([]time.Duration, tickers*ticks)
	var ticking sync.WaitGroup
	start := time.Now()
	ticking.Add(tickers)
	for n := range tickers {
		go func() {
			first := start.Add(period * time.Duration(n) / tickers)
			for tick := range ticks {
				moment := first.Add(time.Duration(tick+1) * period)
				time.Sleep(time.Until(moment))
				late[n*ticks+tick] = time.Since(moment)
			}
			ticking.Done()
		}()
	}
	ticking.Wait()
	stop()
	return late
}

// Sockets.

const message = "mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm"

func echo(rounds int) float64 {
	const connections = 64
	listener := listen()
	defer listener.Close()
	go func() {
		for range connections {
			conn, err := listener.Accept()
			check(err)
			go serve(conn)
		}
	}()
	conns := make([]net.Conn, connections)
	for n := range conns {
		conn, err := net.Dial("tcp", listener.Addr().String())
		check(err)
		conns[n] = conn
	}
	start := time.Now()
	each := rounds / connections
	var wg sync.WaitGroup
	wg.Add(connections)
	for _, conn := range conns {
		go func() {
			call(conn, each)
			wg.Done()
		}()
	}
	wg.Wait()
	return nanosEach(start, each*connections)
}

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	return listener
}

func serve(conn net.Conn) {
	defer conn.Close()
	buffer := make([]byte, 1_024)
	for {
		read, err := conn.Read(buffer)
		if err == io.EOF {
			return
		}
		check(err)
		_, err = conn.Write(buffer[:read])
		check(err)
	}
}

func call(conn net.Conn, rounds int) {
	defer conn.Close()
	buffer := make([]byte, 1_024)
	out := []byte(message)
	for range rounds {
		_, err := conn.Write(out)
		check(err)
		back := 0
		for back < len(message) {
			read, err := conn.Read(buffer[back:])
			check(err)
			back += read
		}
		if string(buffer[:back]) != message {
			panic("a message came back changed")
		}
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// Stalls.

type seen struct{ worst, done float64 }

func worst(it seen) float64 { return it.worst }
func done(it seen) float64  { return it.done }

func alone(hold func(time.Duration)) seen {
	return stall(func() { time.Sleep(100 * time.Millisecond) }, hold)
}

// The work ends before the others come, as on the Rust side.
func afterWork() seen {
	return stall(func() {
		stop := steadyWork()
		time.Sleep(2 * time.Second)
		stop()
	}, block)
}

type tick struct{ due, came time.Time }

func stall(before func(), hold func(time.Duration)) seen {
	var stop atomic.Bool
	ticks := make(chan []tick)
	go func() { ticks <- ticker(&stop) }()
	before()
	start := time.Now()
	var holding sync.WaitGroup
	tasks := 2 * runtime.GOMAXPROCS(0)
	holding.Add(tasks)
	for range tasks {
		go func() {
			hold(time.Second)
			holding.Done()
		}()
	}
	holding.Wait()
	done := millis(start)
	stop.Store(true)
	var worst time.Duration
	for _, tick := range <-ticks {
		if tick.came.After(start) {
			worst = max(worst, tick.came.Sub(tick.due))
		}
	}
	return seen{worst.Seconds() * 1e3, done}
}

func ticker(stop *atomic.Bool) []tick {
	const period = 5 * time.Millisecond
	var ticks []tick
	for !stop.Load() {
		due := time.Now().Add(period)
		time.Sleep(period)
		ticks = append(ticks, tick{due, time.Now()})
	}
	return ticks
}

// Blocks the thread: `time.Sleep` would let others have it.
func block(duration time.Duration) {
	left := syscall.NsecToTimespec(duration.Nanoseconds())
	for syscall.Nanosleep(&left, &left) == syscall.EINTR {
	}
}
