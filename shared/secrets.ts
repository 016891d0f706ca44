/**
 * What a secret looks like: by the name of the field that holds it, and by its own shape inside
 * any text. Every pattern is bounded, so a hostile text costs linear time.
 */

const words = new Set(
  `password passwords passwd pwd pass passphrase passcode secret secrets token apikey apikeys
  credential credentials authorization authentication cookie cookies jwt bearer otp totp cvv cvc
  pincode privatekey secretkey accesskey signingkey encryptionkey sessionid connectionstring
  dsn csrf xsrf sig signature`.split(/\s+/),
)
const pairs = new Set(
  `api key,private key,secret key,access key,signing key,encryption key,session id,auth key,
  connection string,database url,webhook url,recovery code,backup code`
    .split(',')
    .map((pair) => pair.trim()),
)
/** For names run together, like `dbpassword` or `clientsecret`. */
const parts =
  /password|passwd|passphrase|secret|apikey|privatekey|accesskey|credential|(?:access|auth|refresh|id|session|bearer|bot|user|app)token/

const known = new Map<string, boolean>()

/**
 * Whether a field of this name holds a secret. Case, separators and full-width letters don't
 * matter. The same few argument names come with every call, so their answers are remembered.
 */
export function holdsSecret(name: string): boolean {
  let answer = known.get(name)
  if (answer === undefined) {
    answer = namesSecret(name)
    if (known.size >= 1_000) known.clear()
    known.set(name, answer)
  }
  return answer
}

function namesSecret(name: string): boolean {
  const split = name
    .normalize('NFKC')
    .replaceAll(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
  return (
    split.some((word) => words.has(word)) ||
    split.some((word, i) => pairs.has(`${word} ${split[i + 1]}`)) ||
    parts.test(split.join(''))
  )
}

const secretName =
  '(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|authorization|cookie|sig(?:nature)?)'

/** In order: a whole key or header first, so that no later pattern leaves half of it. */
const shapes: readonly (readonly [RegExp, string | ((...match: string[]) => string)])[] = [
  [
    /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}-----|$)/g,
    '[private key]',
  ],
  [
    /\b((?:proxy-)?authorization|(?:set-)?cookie|x-[a-z-]{0,20}(?:key|token))(["']?\s*:\s*)[^\r\n]+/gi,
    '$1$2[redacted]',
  ],
  // user:password@ of a URL. Only databases and brokers are known to carry a raw / ? # in it.
  [/\b([a-z][a-z0-9+.-]{1,30}:\/\/[^\s:/?#@"'<>]{0,200}):[^\s"'<>/?#]{0,500}@/gi, '$1:[redacted]@'],
  [
    /\b((?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|sqlserver|clickhouse):\/\/[^\s:/?#@"'<>]{0,200}):(?!\[redacted\])[^\s"'<>]{0,500}@/gi,
    '$1:[redacted]@',
  ],
  [/\bhttps:\/\/hooks\.slack(?:-gov)?\.com\/[^\s"'<>]+/gi, '[Slack webhook]'],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*){0,3}/g, '[JWT]'],
  [
    /\b(bearer\s+)([\w.~+/=-]{8,})/gi,
    (all, word, value) => (looksRandom(value) ? `${word}[redacted]` : all),
  ],
  [
    /\b(basic\s+)([A-Za-z0-9+/]{8,}={0,2})/gi,
    (all, word, value) => (isBasic(value) ? `${word}[redacted]` : all),
  ],
  [/\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,124}\b/g, '[AWS key]'],
  [/\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})/g, '[GitHub token]'],
  [/\bglpat-[\w-]{15,}/g, '[GitLab token]'],
  [/\bx(?:ox[a-z]|app)-[\w.-]{8,}/gi, '[Slack token]'],
  [/\bAIza[\w-]{30,}|\bya29\.[\w-]{10,}/g, '[Google key]'],
  [
    /\b(?:sk|rk|pk)[-_](?:live|test|ant|proj|svcacct|or)[-_][\w-]{10,}|\bsk-[A-Za-z0-9]{20,}|\bwhsec_\w{16,}/g,
    '[API key]',
  ],
  [/\b(?:ATATT|ATCTT|ATBB)[\w=+/-]{16,}/g, '[Atlassian token]'],
  [/\bSG\.[\w-]{16,}\.[\w-]{16,}/g, '[SendGrid key]'],
  [
    /\b(?:npm_[A-Za-z0-9]{30,}|pypi-[\w-]{30,}|dop_v1_\w{40,}|hv[bs]\.[\w-]{20,}|napi_\w{30,})/g,
    '[API key]',
  ],
  [/\b(password|identified\s+by)(\s+)'(?:[^']|''){0,500}(?:'|$)/gi, "$1$2'[redacted]'"],
  [
    new RegExp(
      `\\b([\\w.-]{0,40}${secretName}(?![A-Za-z])[\\w-]{0,20})(["']?\\s{0,5}(?:=|:)\\s{0,5})("(?:[^"\\\\]|\\\\.){0,500}(?:"|$)|'(?:[^'\\\\]|\\\\.|''){0,500}(?:'|$)|(?!\\[)[^\\s,;&)}\\]"']{1,500})`,
      'gi',
    ),
    '$1$2[redacted]',
  ],
  [
    /(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d.]*\d)/g,
    (digits) => (isCard(digits) ? '[card number]' : digits),
  ],
]

/** Any of the shapes, in either case: one look at a text, where most hold none. */
const anyShape = new RegExp(shapes.map(([{ source }]) => source).join('|'), 'i')

/** Text with everything that looks like a secret replaced by a word for it. */
export function redactSecrets(text: string): string {
  if (!anyShape.test(text)) return text
  let clean = text
  for (const [shape, replacement] of shapes)
    clean =
      typeof replacement === 'string'
        ? clean.replaceAll(shape, replacement)
        : clean.replaceAll(shape, replacement)
  return clean
}

/** Keeps "bearer certificates" readable: a token has digits or mixed case, or is long. */
const looksRandom = (value: string) =>
  value.length >= 20 || /\d/.test(value) || /[a-z][A-Z]|[A-Z]{2}[a-z]/.test(value)

/** RFC 7617: base64 of `user:password`. */
function isBasic(value: string): boolean {
  try {
    return atob(value.slice(0, value.length - (value.length % 4))).includes(':')
  } catch {
    return false
  }
}

/** ISO/IEC 7812: a known issuer's length and prefix, and the Luhn sum. */
function isCard(text: string): boolean {
  const digits = text.replaceAll(/\D/g, '')
  if (
    !/^(?:4\d{12}(?:\d{3}){0,2}|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3[0689]\d{12}|(?:35|62|6[045])\d{14,17})$/.test(
      digits,
    )
  )
    return false
  let sum = 0
  for (const [i, digit] of [...digits].toReversed().entries()) {
    const value = Number(digit) * (i % 2 === 1 ? 2 : 1)
    sum += value > 9 ? value - 9 : value
  }
  return sum % 10 === 0
}
