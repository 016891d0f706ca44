import { describe, expect, it } from 'vitest'
import { checkedBase } from '../../../shared/rest/address.ts'

const inProduction = { onLoopback: false, bound: false }
const onOneMachine = { onLoopback: true, bound: false }
const misconfigured = expect.objectContaining({ code: 'misconfigured' }) as Error

const spellings = (hosts: readonly string[]) =>
  hosts.flatMap((host) => [`https://${host}`, `https://${host}:8443/api`])

const loopback = spellings([
  '127.0.0.1',
  '127.1',
  '127.255.255.254',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '0x7f.1',
  'localhost',
  'LOCALHOST',
  'localhost.',
  'api.localhost',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '127.0.0.1.',
])

const inner = spellings([
  '10.0.0.1',
  '10.255.255.255',
  '167772161',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '0xc0a80001',
  '169.254.169.254',
  '2852039166',
  '100.64.0.1',
  '100.127.255.255',
  '0.0.0.0',
  '0',
  '192.0.0.1',
  '192.0.2.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.1',
  '203.0.113.9',
  '224.0.0.1',
  '239.1.1.1',
  '240.0.0.1',
  '255.255.255.255',
  '192.88.99.1',
  '[::]',
  '[::ffff:10.0.0.1]',
  '[::ffff:8.8.8.8]',
  '[fc00::1]',
  '[fd12:3456::1]',
  '[fe80::1]',
  '[fec0::1]',
  '[ff02::1]',
  '[64:ff9b::a00:1]',
  '[64:ff9b:1::1]',
  '[2002:a00:1::]',
  '[2001:0:1::1]',
  '[2001:10::1]',
  '[2001:db8::1]',
  '[100::1]',
  '[::7f00:1]',
  'intranet',
  'jira',
  'jira.internal',
  'metadata.google.internal',
  'printer.local',
  'x.lan',
  'db.corp',
  'nas.home',
  'router.home.arpa',
  'JIRA.INTERNAL.',
  '１０.0.0.1',
])

const outer = [
  'https://api.example.com',
  'https://api.example.com/v1/',
  'https://example.atlassian.net',
  'https://8.8.8.8',
  'https://172.15.0.1',
  'https://172.32.0.1',
  'https://100.63.0.1',
  'https://100.128.0.1',
  'https://9.255.255.255',
  'https://11.0.0.1',
  'https://[2606:4700::1111]',
  'https://[2a00:1450::1]',
  'https://127.example.com',
  'https://localhost.example.com',
  'https://10.example.com',
  'https://bücher.example',
]

describe('the base URL of an upstream', () => {
  it('may lead to any public host by https', () => {
    for (const url of outer)
      expect(checkedBase(url, inProduction).href, url).toBe(new URL(url).href)
  })

  it('may not be an address inside a network, in any spelling', () => {
    for (const url of inner) {
      expect(() => checkedBase(url, inProduction), url).toThrow(misconfigured)
      expect(() => checkedBase(url, onOneMachine), url).toThrow(misconfigured)
    }
  })

  it('may be loopback only where the endpoint runs on loopback itself', () => {
    for (const url of loopback) {
      expect(() => checkedBase(url, inProduction), url).toThrow(misconfigured)
      expect(checkedBase(url, onOneMachine).href, url).toBe(new URL(url).href)
      const plain = url.replace('https', 'http')
      expect(checkedBase(plain, onOneMachine).href).toBe(new URL(plain).href)
    }
  })

  it('may not be sent in the clear, nor carry credentials, a query or a fragment', () => {
    const bad = [
      'http://api.example.com',
      'https://user@api.example.com',
      'https://user:pw@api.example.com',
      'https://api.example.com?x=1',
      'https://api.example.com#x',
      'ftp://api.example.com',
      'javascript:alert(1)',
      'file:///etc/passwd',
      'api.example.com',
      '',
      'https://',
    ]
    for (const url of bad) expect(() => checkedBase(url, onOneMachine), url).toThrow(misconfigured)
  })

  it('is not looked at behind a binding, which decides itself where it leads', () => {
    expect(checkedBase('http://10.0.0.1', { onLoopback: false, bound: true }).host).toBe('10.0.0.1')
  })

  it('is not repeated in the error', () => {
    expect(() => checkedBase('https://secret.internal', inProduction)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') as string }),
    )
  })
})
