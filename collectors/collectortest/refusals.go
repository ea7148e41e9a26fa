package collectortest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"vigie/collectors"
)

// refused lets one request fail and checks the class of the error, what it
// tells, and that nothing is lost by it.
func refused(d *driver, f Fault, class collectors.Class, after int) error {
	if c, ok := d.h.Class[f]; ok {
		class = c
	}
	d.showAll(5)
	if err := d.poll(); err != nil { // so that there is an answer to repeat
		return err
	}
	d.showAll(60)
	began := d.clock.Now()
	d.fake.Break(f, after)
	err := d.poll()
	if class == "" && err != nil {
		return fmt.Errorf("got %w, want no error", err)
	}
	if class != "" {
		if err == nil {
			return errors.New("the fault was not noticed")
		}
		if err := rightly(err, f, class, began); err != nil {
			return err
		}
	}
	if err := d.restart(); err != nil {
		return err
	}
	d.clock.Advance(wait + time.Minute)
	return d.finish()
}

// rightly checks a refusal's class, its Until and what it tells.
func rightly(err error, f Fault, class collectors.Class, began time.Time) error {
	var e *collectors.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("the error is %T, want *collectors.Error", err)
	}
	if e.Class != class {
		return fmt.Errorf("class %q, want %q: %w", e.Class, class, err)
	}
	if class == collectors.ClassLimited && f != LimitedMute {
		if got := e.Until.Sub(began); got < wait-2*time.Second || got > wait+2*time.Second {
			return fmt.Errorf("waits for %v, but the platform asked for %v", got, wait)
		}
	}
	return discreet(err)
}

// discreet checks that an error tells neither a token, nor a text, nor a URL.
func discreet(err error) error {
	for _, secret := range []string{Token, Marker, "://"} {
		if strings.Contains(err.Error(), secret) {
			return fmt.Errorf("the error of class %q tells a token, a text or a URL", collectors.ClassOf(err))
		}
	}
	return nil
}

// death plays a short history in which the store dies once, at its call n.
func death(d *driver, n int, written bool) (died bool, err error) {
	d.store.Die(n, written)
	for step := range 4 {
		d.showSpan(30*step+1, 30*step+14) // two pages of most fakes
		if step > 0 {
			d.show(30 * (step - 1)) // late
		}
		switch err := d.poll(); {
		case errors.Is(err, ErrDied):
			died = true
			if err := d.restart(); err != nil {
				return died, err
			}
		case err != nil:
			return died, err
		}
		d.clock.Advance(11 * time.Second)
	}
	d.store.Die(-1, false)
	return died, d.finish()
}
