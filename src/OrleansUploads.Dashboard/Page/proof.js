// HMAC-SHA256 (FIPS 180-4, RFC 2104). Browsers offer their own only over HTTPS, and this page also has to work without it.

const primes = [];
for (let candidate = 2; primes.length < 64; candidate++) {
  if (primes.every((prime) => candidate % prime !== 0)) {
    primes.push(candidate);
  }
}
const fraction = (value) => Math.floor((value - Math.floor(value)) * 2 ** 32) | 0;
const roundConstants = primes.map((prime) => fraction(Math.cbrt(prime)));
const initialState = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
const rotate = (value, bits) => (value >>> bits) | (value << (32 - bits));

function compress(state, block) {
  const words = new Int32Array(64);
  for (let at = 0; at < 16; at++) {
    words[at] = block.getInt32(at * 4);
  }
  for (let at = 16; at < 64; at++) {
    const low = words[at - 15];
    const high = words[at - 2];
    words[at] = words[at - 16] + (rotate(low, 7) ^ rotate(low, 18) ^ (low >>> 3))
      + words[at - 7] + (rotate(high, 17) ^ rotate(high, 19) ^ (high >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let at = 0; at < 64; at++) {
    const first = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + roundConstants[at] + words[at]) | 0;
    const second = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  return [a, b, c, d, e, f, g, h].map((value, at) => (value + state[at]) | 0);
}

export function sha256(message) {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(message.length / 2 ** 29));
  view.setUint32(padded.length - 4, message.length << 3);
  let state = initialState;
  for (let at = 0; at < padded.length; at += 64) {
    state = compress(state, new DataView(padded.buffer, at, 64));
  }
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((value, at) => digest.setInt32(at * 4, value));
  return new Uint8Array(digest.buffer);
}

function hmac(key, message) {
  const block = new Uint8Array(64);
  block.set(key.length > 64 ? sha256(key) : key);
  const inner = sha256(new Uint8Array([...block.map((value) => value ^ 0x36), ...message]));
  return sha256(new Uint8Array([...block.map((value) => value ^ 0x5c), ...inner]));
}

/** Proves that the caller knows the secret, without telling it. */
export function prove(secret, challenge) {
  const text = new TextEncoder();
  const proof = hmac(text.encode(secret), text.encode(`orleans-uploads dashboard\n${challenge}`));
  return Array.from(proof, (value) => value.toString(16).padStart(2, "0")).join("");
}
