/**
 * The sound: every track from one start time, so that all stay synchronous to the sample.
 *
 * Soloing, muting and volume move gains only, smoothly, so switching while playing makes no click.
 * Times are seconds of the clip, whatever the speed. The engine knows nothing of classes or the
 * page.
 */

import { grainStarts, overlapAdd } from "./stretch.js";

const LEAD_S = 0.02; // from the call of play to the first sample: time to set up all sources
export const SPEEDS = [0.25, 0.5, 0.75, 1];
const FADE_S = 0.004; // at every start and stop
const SWITCH_S = 0.008; // time constant of solo and mute
// Of all tracks together, 192 MB: beyond it slow speed lowers the pitch.
const MOST_STRETCHED_SAMPLES = 48e6;

export class Engine {
  /**
   * @param tracks `{samples: Int16Array}`, all of one length
   * @param scale what the samples were multiplied with
   * @param sampleRate samples a second
   * @param onChange called when playing starts or stops by itself
   */
  constructor(tracks, scale, sampleRate, onChange) {
    this.tracks = tracks;
    this.scale = scale;
    this.sampleRate = sampleRate;
    this.durationS = tracks[0].samples.length / sampleRate;
    this.onChange = onChange;
    this.levels = tracks.map((_, index) => (index === 0 ? 1 : 0));
    this.volume = 1;
    this.speed = 1;
    this.region = null; // [start, end] to loop, or null for the whole clip
    this.looping = false;
    this.position = 0;
    this.voice = null; // what sounds now
    this.stretched = null; // {speed, buffers} of the last slow speed used
    this.createContext = () => new AudioContext({ sampleRate, latencyHint: "interactive" });
  }

  get playing() {
    return this.voice !== null;
  }

  /** Whether the current speed keeps the pitch; the longest clips cannot be stretched in memory. */
  get keepsPitch() {
    const samples = this.tracks.length * this.tracks[0].samples.length;
    return this.speed === 1 || samples / this.speed <= MOST_STRETCHED_SAMPLES;
  }

  /** The moment of the clip that is heard now. */
  now() {
    if (!this.voice) return this.position;
    const { from, until, loop, when } = this.voice;
    const heard = this.context.currentTime - (this.context.outputLatency || 0);
    const time = from + Math.max(0, heard - when) * this.speed;
    if (loop && time >= loop[1]) return loop[0] + ((time - loop[0]) % (loop[1] - loop[0]));
    return Math.min(time, until);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  /** Plays from `from`, in the loop region where one is set and looping is on. */
  play(from = this.position) {
    const loop = this.looping ? (this.region ?? [0, this.durationS]) : null;
    if (loop && (from < loop[0] || from >= loop[1])) from = loop[0];
    if (from >= this.durationS - 0.001) from = 0;
    this.start(from, this.durationS, loop);
  }

  /** Plays one span once, or over and over while looping is on. */
  playSpan(start, end) {
    this.start(start, end, this.looping ? [start, end] : null);
  }

  pause() {
    this.position = this.now();
    this.silence();
    this.onChange();
  }

  seek(time) {
    this.position = Math.min(this.durationS, Math.max(0, time));
    if (this.playing) this.play(this.position);
  }

  /** One gain a track; reaches it within some milliseconds. */
  setLevels(levels) {
    this.levels = levels;
    this.voice?.gains.forEach((gain, index) =>
      gain.gain.setTargetAtTime(levels[index], this.context.currentTime, SWITCH_S),
    );
  }

  setVolume(volume) {
    this.volume = volume;
    this.master?.gain.setTargetAtTime(volume, this.context.currentTime, SWITCH_S);
  }

  setSpeed(speed) {
    this.position = this.now();
    this.speed = speed;
    if (this.playing) this.play(this.position);
  }

  /** The loop region, or null. Takes effect at once. */
  setLoop(region, looping) {
    this.position = this.now();
    this.region = region;
    this.looping = looping;
    if (this.playing) this.play(this.position);
  }

  close() {
    this.silence();
    this.context?.close?.();
    this.context = null;
    this.buffers = this.stretched = null;
  }

  /** Opens the audio device; browsers allow it only in answer to a click or a key. */
  open() {
    if (this.context) return;
    this.context = this.createContext();
    this.master = this.context.createGain();
    this.master.gain.value = this.volume;
    this.master.connect(this.context.destination);
    this.buffers = this.tracks.map(({ samples }) =>
      this.createBuffer(samples.length, (channel) => {
        for (let i = 0; i < samples.length; i++) channel[i] = samples[i] / this.scale;
      }),
    );
  }

  createBuffer(length, fill) {
    const buffer = this.context.createBuffer(1, length, this.sampleRate);
    fill(buffer.getChannelData(0));
    return buffer;
  }

  /** Starts all tracks at one time of the audio clock. `until` ends them unless `loop` is set. */
  start(from, until, loop) {
    this.open();
    this.context.resume?.().catch(() => {}); // an offline context cannot be resumed before it runs
    this.silence();
    const when = this.context.currentTime + LEAD_S;
    const { buffers, rate, scale } = this.material();
    const fade = this.context.createGain();
    fade.gain.setValueAtTime(0, when);
    fade.gain.linearRampToValueAtTime(1, when + FADE_S);
    fade.connect(this.master);
    const gains = buffers.map((_, index) => {
      const gain = this.context.createGain();
      gain.gain.value = this.levels[index];
      gain.connect(fade);
      return gain;
    });
    const sources = buffers.map((buffer, index) => {
      const source = this.context.createBufferSource();
      Object.assign(source, { buffer, loop: loop !== null });
      source.playbackRate.value = rate;
      if (loop) [source.loopStart, source.loopEnd] = loop.map((time) => time * scale);
      source.connect(gains[index]);
      if (loop) source.start(when, from * scale);
      else source.start(when, from * scale, (until - from) * scale);
      return source;
    });
    const voice = { from, until, loop, when, fade, gains, sources };
    sources[0].onended = () => this.voice === voice && this.finish(voice);
    this.voice = voice;
    this.onChange();
  }

  /** What the sources play: buffers, their rate, and buffer seconds a second of the clip. */
  material() {
    if (this.speed === 1) return { buffers: this.buffers, rate: 1, scale: 1 };
    if (!this.keepsPitch) return { buffers: this.buffers, rate: this.speed, scale: 1 };
    if (this.stretched?.speed !== this.speed)
      this.stretched = { speed: this.speed, buffers: this.stretch() };
    return { buffers: this.stretched.buffers, rate: 1, scale: 1 / this.speed };
  }

  stretch() {
    const starts = grainStarts(this.buffers[0].getChannelData(0), this.speed);
    return this.tracks.map(({ samples }) =>
      this.createBuffer(Math.round(samples.length / this.speed), (channel) =>
        overlapAdd(samples, starts, 1 / this.scale, channel),
      ),
    );
  }

  /** The voice came to its end: a whole clip stays at its end, a span goes back to its start. */
  finish(voice) {
    this.voice = null;
    this.position = voice.until < this.durationS ? voice.from : this.durationS;
    this.onChange();
  }

  /** Fades the voice out and forgets it. */
  silence() {
    if (!this.voice) return;
    const { fade, sources } = this.voice;
    this.voice = null;
    const now = this.context.currentTime;
    fade.gain.cancelScheduledValues(now);
    fade.gain.setTargetAtTime(0, now, FADE_S / 2);
    for (const source of sources) source.stop(now + 4 * FADE_S);
  }
}
