/** What stands in for `xdg-open`: opens the address, signs in as the person given, allows, and follows back to the client. */
import { Browser } from '../local/browser.ts'

const [url = '', email = ''] = process.argv.slice(2)
const browser = new Browser()
let page = await browser.open(url)
if (/name="email"/.test(page.html)) page = await browser.submit(page, { email })
await browser.submit(page, { decision: 'approve' })
