/** Plays one clip alone. */

const FULL_SCALE_16 = 32768;

export class Voice {
  /** `onEnd` is called when what sounds has ended or was stopped. */
  constructor(onEnd) {
    this.onEnd = onEnd;
    this.source = null;
    this.event = null; // whose clip sounds
  }

  /** Plays 16-bit samples in place of what sounds; browsers allow it only in answer to a gesture. */
  play(event, samples, sampleRate) {
    this.stop();
    this.context ??= new AudioContext({ sampleRate });
    this.context.resume?.();
    const buffer = this.context.createBuffer(1, samples.length, sampleRate);
    buffer.copyToChannel(
      Float32Array.from(samples, (value) => value / FULL_SCALE_16),
      0,
    );
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.context.destination);
    source.onended = () => this.source === source && this.stop();
    source.start();
    this.source = source;
    this.event = event;
  }

  stop() {
    const source = this.source;
    this.source = this.event = null;
    if (!source) return;
    source.stop();
    this.onEnd();
  }

  close() {
    this.onEnd = () => {};
    this.stop();
    this.context?.close();
    this.context = null;
  }
}
