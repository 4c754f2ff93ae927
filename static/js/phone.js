/* Alerts on this phone: asks the browser only after a tap, and tells the server what it answered. */
(function () {
  "use strict";

  const place = document.querySelector("[data-push]");
  if (!place || !("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return;
  const button = place.querySelector("[data-push-button]");
  const words = place.querySelector("[data-push-words]");
  const key = place.dataset.push;

  function bytes(text) {
    const raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
  }

  function say(text, offer) {
    words.textContent = text;
    button.hidden = !offer;
    button.disabled = false;
  }

  async function told(subscription) {
    const { endpoint, keys } = subscription.toJSON();
    const body = new FormData();
    body.append("csrfmiddlewaretoken", place.querySelector("[name=csrfmiddlewaretoken]").value);
    body.append("endpoint", endpoint);
    body.append("p256dh", keys.p256dh);
    body.append("auth", keys.auth);
    const reply = await fetch(place.dataset.pushOn, { method: "POST", body, credentials: "same-origin" });
    if (!reply.ok) throw new Error((await reply.json().catch(() => ({}))).sentence || "");
  }

  async function switchOn() {
    button.disabled = true;
    if ((await Notification.requestPermission()) !== "granted") {
      return say("This browser does not let us show alerts. Allow notifications for this site in its settings, then try again.", true);
    }
    try {
      const worker = await navigator.serviceWorker.register(place.dataset.pushWorker, { scope: "/" });
      await navigator.serviceWorker.ready;
      const old = await worker.pushManager.getSubscription();
      if (old) await old.unsubscribe(); /* it may belong to an earlier key */
      await told(await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) }));
      window.location.reload();
    } catch (problem) {
      say(`Alerts could not be switched on. ${problem.message || "Try again when there is signal."}`, true);
    }
  }

  button.addEventListener("click", switchOn);
  if (Notification.permission === "denied") say("Notifications from this site are blocked in this browser. Allow them in its settings first.", false);
  else say("Nothing is shown before you allow it.", true);
})();
