// What the pages do beyond forms: keys, masking again, and live arrival. Every
// action here is the press of a button that stands on the page without it.
(() => {
	"use strict";
	const body = document.body;
	const $ = (sel, in_ = document) => in_.querySelector(sel);
	const all = (sel, in_ = document) => [...in_.querySelectorAll(sel)];

	// --- the list: one row at a time is in the order of the Tab key
	const list = $("[data-list]");
	const rows = () => list ? all("[data-row]", list) : [];
	const rowOf = (el) => el && el.closest ? el.closest("[data-row]") : null;

	function enter(row) {
		for (const r of rows()) {
			for (const el of all("a, button, summary", r)) el.tabIndex = r === row ? 0 : -1;
		}
	}
	function go(row) {
		if (!row) return;
		const before = rowOf(document.activeElement);
		if (before && before !== row) mask(before);
		enter(row);
		$(".why", row).focus();
		row.scrollIntoView({ block: "nearest" });
	}
	function step(by) {
		const rs = rows();
		const at = rs.indexOf(rowOf(document.activeElement));
		go(rs[Math.min(Math.max(at + by, 0), rs.length - 1)]);
	}
	function nextOpen(row) {
		const rs = rows(), at = rs.indexOf(row);
		const open = (r) => r.dataset.state === "open" && r !== row;
		return rs.slice(at + 1).find(open) || rs.slice(0, at).reverse().find(open) || row;
	}

	// --- masking again: the text is thrown away, the way to ask for it comes back
	function mask(scope) {
		for (const s of all(".shown", scope)) {
			if (!s.firstChild) continue;
			s.replaceChildren();
			for (const el of all(`[data-reveal="${s.id}"], [data-mask="${s.id}"]`)) el.hidden = false;
		}
	}
	function unveiled(shown) {
		for (const el of all(`[data-reveal="${shown.id}"], [data-mask="${shown.id}"]`)) el.hidden = true;
		const row = rowOf(shown);
		if (row && rowOf(document.activeElement) !== row && document.activeElement !== body) {
			mask(row); // the person has gone on before the text came
		} else if (row) {
			go(row);
		} else {
			$(".foreign", shown).focus();
		}
	}
	document.addEventListener("click", (e) => {
		const hide = e.target.closest("[data-hide]");
		if (!hide) return;
		e.preventDefault();
		const shown = hide.closest(".shown"), row = rowOf(shown);
		mask(shown.parentElement);
		if (row) go(row); else { const b = $(`[data-reveal="${shown.id}"] button`); if (b) b.focus(); }
	});
	document.addEventListener("focusin", (e) => {
		const row = rowOf(e.target);
		if (row) enter(row);
		for (const r of rows()) if (r !== row) mask(r);
	});
	window.addEventListener("pagehide", () => mask(document));
	document.addEventListener("visibilitychange", () => { if (document.hidden) mask(document); });

	// --- after htmx has put an answer in place
	const own = new Set(); // cases that this page changed itself
	let deciding = false;
	// An extension hears of every swap; an event would be lost with the form that a swap removes.
	htmx.registerExtension("vigie", {
		htmx_before_request: (form, { ctx }) => {
			const row = rowOf(ctx.target);
			deciding = form.matches("[data-decide]");
			if (row && !form.matches("[data-reveal]")) own.add(row.dataset.row);
		},
		htmx_after_swap: (_, { ctx }) => {
			const target = ctx.target;
			if (target.matches(".shown")) {
				if (target.firstElementChild) unveiled(target);
				return;
			}
			const row = target.id.startsWith("case-") && document.getElementById(target.id);
			if (!row) return;
			go(deciding && !$(".changed[role=alert]", row) ? nextOpen(row) : row);
			counts(300);
			fade();
		},
	});

	let fading;
	function fade() {
		clearTimeout(fading);
		const box = $("#toasts");
		if (!box.firstElementChild) return;
		fading = setTimeout(() => {
			if (box.matches(":hover, :focus-within") || $("[data-alert]", box)) return fade();
			box.replaceChildren();
		}, 10000);
	}

	// --- keys: only in the list or in a case, and only if the person wants them
	const dialog = $("#help");
	function showHelp() { if (dialog && !dialog.open) dialog.showModal(); }
	for (const b of all("[data-help]")) { b.hidden = false; b.addEventListener("click", showHelp); }

	const press = (sel, scope) => { const b = $(sel, scope); if (b) b.click(); return !!b; };
	function visible(sel, scope) { return all(sel, scope).find((el) => !el.closest("[hidden]")); }

	const keys = {
		j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1),
		" ": (scope) => {
			const open = all(".shown", scope).find((s) => s.firstChild);
			if (open) return $("[data-hide]", open).click();
			const b = visible("[data-reveal] button", scope);
			if (b) b.click();
		},
		d: (scope) => press("[data-key=d]", scope), c: (scope) => press("[data-key=c]", scope),
		A: (scope) => press("[data-key=A]", scope),
		z: () => press("#toasts [data-undo] button") || press("[data-key=z]", $("[data-case]")),
		n: () => { const b = $("[data-refresh]"); if (b && !b.hidden) b.click(); },
		Escape: (scope) => { if (scope.matches("[data-case]")) press("[data-back]"); else mask(scope); },
		"?": showHelp,
	};
	document.addEventListener("keydown", (e) => {
		if (!("keys" in body.dataset) || e.ctrlKey || e.altKey || e.metaKey || e.isComposing || e.defaultPrevented) return;
		const at = e.target;
		if (at.closest("input, textarea, select, dialog")) return;
		const zone = rowOf(at) || at.closest("[data-case]") || at.closest("#toasts");
		const act = keys[e.key];
		if (!zone || !act) return;
		if (e.key === " " && at.closest("button, summary")) return; // a button's own key
		if (e.key.startsWith("Arrow") && (!list || at.closest(".foreign"))) return;
		e.preventDefault();
		act(zone.matches("#toasts") ? document : zone);
	});

	// --- live arrival: announced, counted, never inserted under the reader's eyes
	const box = $("[data-fresh]");
	const fresh = new Set();
	let last = "", source, told = 0, missed = 0;
	function announce() {
		if (!box || !(fresh.size + missed)) return;
		const n = fresh.size + missed;
		const form = new Intl.PluralRules(document.documentElement.lang).select(n) === "one" ? "one" : "other";
		const text = box.dataset[form].replace("{n}", n);
		const b = $("[data-refresh]", box);
		b.hidden = false;
		$("span", b).textContent = text;
		if (Date.now() - told > 30000) { told = Date.now(); $("[role=status]", box).textContent = text; }
	}
	let counting, opening = false;
	function counts(delay) {
		if (counting) return;
		counting = setTimeout(async () => {
			counting = 0;
			const r = await fetch("/counts").catch(() => null); // offline: the next event tries again
			if (!r || !r.ok) return;
			const n = await r.json();
			if (n.failed !== all(".alarm").length) alarms();
			const open = $("[data-count=open]");
			if (opening && open && n.open > +open.dataset.n) { // came between the page and the stream
				missed += n.open - open.dataset.n;
				announce();
			}
			opening = false;
			for (const el of all("[data-count]")) el.textContent = new Intl.NumberFormat(document.documentElement.lang).format(n[el.dataset.count]);
		}, delay);
	}
	function alarms() {
		htmx.ajax("GET", "/alarms", { target: "#alarms", swap: "innerHTML" });
	}
	function listen() {
		if (source || document.hidden || !("live" in body.dataset)) return;
		source = new EventSource("/events" + (last ? "?after=" + encodeURIComponent(last) : ""));
		source.addEventListener("open", () => { body.dataset.live = "open"; opening = !last; counts(300); });
		source.addEventListener("case.opened", (e) => {
			last = e.lastEventId;
			const id = JSON.parse(e.data).case;
			const row = document.getElementById("case-" + id);
			if (row) $("[data-foreign]", row).hidden = false; else fresh.add(id);
			announce();
			counts(2000);
		});
		source.addEventListener("case.changed", (e) => {
			last = e.lastEventId;
			const id = JSON.parse(e.data).case, row = document.getElementById("case-" + id);
			if (row && !own.delete(id)) $("[data-foreign]", row).hidden = false;
			counts(2000);
		});
		source.addEventListener("source.state", (e) => {
			last = e.lastEventId;
			alarms();
		});
	}
	document.addEventListener("visibilitychange", () => {
		if (!document.hidden) return listen();
		if (source) source.close(); // a hidden tab must not hold one of the browser's few connections
		source = null;
	});

	// --- the way back leads to the queue as it was filtered
	const back = $("[data-back]");
	if (list) sessionStorage.setItem("queue", location.search);
	if (back) back.search = sessionStorage.getItem("queue") || "";

	// --- start
	listen();
	fade();
	if (list) {
		enter(rows()[0]);
		const wanted = location.hash && document.getElementById(location.hash.slice(1));
		if (wanted && rowOf(wanted)) go(rowOf(wanted));
		$(".skip").addEventListener("click", (e) => { e.preventDefault(); go(rows()[0]); });
	} else if ($("[data-case] h1") && !location.hash) {
		$("[data-case] h1").focus({ preventScroll: true });
	}
})();
