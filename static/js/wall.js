/* The board on a wall: sound and full screen, each behind its own button. */
(function () {
  "use strict";

  const KEY = "home-visits-sound"; /* "on" or "off"; nothing about anybody */
  let audio = null;

  const wanted = () => {
    try { return localStorage.getItem(KEY) === "on"; } catch { return false; }
  };
  const remember = (value) => {
    try { localStorage.setItem(KEY, value ? "on" : "off"); } catch { /* a private window forgets */ }
  };

  function tone(at, pitch) {
    const sound = audio.createOscillator();
    const volume = audio.createGain();
    sound.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.4, at + 0.03);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.32);
    sound.connect(volume).connect(audio.destination);
    sound.start(at);
    sound.stop(at + 0.35);
  }

  function beep(times) {
    if (!audio || audio.state !== "running") return;
    for (let turn = 0; turn < times; turn += 1) {
      tone(audio.currentTime + turn * 0.8, 880);
      tone(audio.currentTime + turn * 0.8 + 0.36, 660);
    }
  }

  async function wake() {
    audio = audio || new AudioContext();
    if (audio.state === "suspended") await Promise.race([audio.resume(), new Promise((done) => setTimeout(done, 300))]);
  }

  function show(button) {
    const isOn = wanted() && audio !== null && audio.state === "running";
    button.setAttribute("aria-pressed", String(isOn));
    const words = isOn ? "Sound on" : wanted() ? "Sound waits for a press" : "Sound off";
    button.querySelector("[data-sound-text]").textContent = words;
    button.querySelectorAll("[data-when]").forEach((part) => {
      part.hidden = (part.dataset.when === "on") !== isOn;
    });
  }

  async function wireSound(button) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const turnOn = button.getAttribute("aria-pressed") !== "true";
      remember(turnOn);
      if (turnOn) await wake();
      show(button);
      if (turnOn) beep(1);
    });
    if (wanted()) await wake(); /* allowed on kiosks; elsewhere the button says that it waits */
    show(button);
  }

  function wireFullScreen(button) {
    if (!document.fullscreenEnabled) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      if (document.fullscreenElement) await document.exitFullscreen();
      else await document.documentElement.requestFullscreen();
    });
    document.addEventListener("fullscreenchange", async () => {
      const isFull = Boolean(document.fullscreenElement);
      button.setAttribute("aria-pressed", String(isFull));
      if (isFull) await navigator.wakeLock?.request("screen").catch(() => null);
    });
  }

  window.houseSound = { alarm: () => wanted() && beep(3) };
  document.querySelectorAll("[data-sound]").forEach(wireSound);
  document.querySelectorAll("[data-fullscreen]").forEach(wireFullScreen);
})();
