/**
 * Postman's dynamic variables (`{{$guid}}`) and their replacements in a scenario.
 */
import type { Placeholder } from '../template-text.js'

/** A replacement: text and placeholders, or a list under `data`. */
export type Dynamic =
  | { readonly parts: readonly (string | Placeholder)[] }
  | { readonly list: readonly (string | boolean)[] }

/** The replacement of `{{$name}}`; null if it's unknown. */
export function findDynamic(name: string): Dynamic | null {
  return TABLE[name] ?? null
}

const number = (from: number, to: number): Placeholder => ({
  written: `{{ randomInt(${from}, ${to}) }}`,
  type: 'number',
})
const text = (call: string): Placeholder => ({ written: `{{ ${call} }}`, type: 'text' })
const list = (...values: (string | boolean)[]): Dynamic => ({ list: values })
const parts = (...values: (string | Placeholder)[]): Dynamic => ({ parts: values })

const UUID = parts(text('uuid()'))
const EMAIL = parts('user', number(1, 1_000_000), '@example.com')
const IMAGE = parts('https://example.com/image/', number(1, 1000), '.png')
const URL_TEXT = parts('https://example.com/', number(1, 1000))
const WORD = list('alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot', 'golf', 'hotel')
const SENTENCE = list('The quick brown fox jumps over the lazy dog.', 'Nothing ventured, nothing gained.')
const FIRST = list('Ada', 'Alan', 'Barbara', 'Dennis', 'Edsger', 'Grace', 'Ken', 'Margaret')
const LAST = list('Dijkstra', 'Hamilton', 'Hopper', 'Liskov', 'Lovelace', 'Ritchie', 'Thompson', 'Turing')
const FULL = list('Ada Lovelace', 'Alan Turing', 'Barbara Liskov', 'Grace Hopper', 'Ken Thompson')
const COMPANY = list('Acme', 'Globex', 'Initech', 'Umbrella', 'Wayne Enterprises')
const PRODUCT = list('Chair', 'Keyboard', 'Lamp', 'Mouse', 'Table')
const PRICE = parts(number(0, 999), '.', number(10, 99))
const PHONE = parts('555-', number(100, 999), '-', number(1000, 9999))

/** By name, without a prototype, so that `{{$constructor}}` isn't found. */
const TABLE: Readonly<Record<string, Dynamic>> = Object.assign(Object.create(null), {
  $guid: UUID,
  $randomUUID: UUID,
  $timestamp: parts({ written: "{{ timestamp('s') }}", type: 'number' }),
  $isoTimestamp: parts(text('now()')),
  $randomInt: parts(number(0, 1000)),
  $randomAlphaNumeric: parts(number(0, 9)),
  $randomBoolean: list(true, false),
  $randomEmail: EMAIL,
  $randomExampleEmail: EMAIL,
  $randomUserName: parts('user', number(1, 1_000_000)),
  $randomPassword: UUID,
  $randomUrl: URL_TEXT,
  $randomDomainName: parts('example.com'),
  $randomImageUrl: IMAGE,
  $randomAvatarImage: IMAGE,
  $randomIP: parts('192.0.2.', number(1, 254)),
  $randomIPV6: parts('2001:db8::', number(1, 9999)),
  $randomMACAddress: parts('02:00:00:00:', number(10, 99), ':', number(10, 99)),
  $randomPhoneNumber: PHONE,
  $randomPhoneNumberExt: PHONE,
  $randomPrice: PRICE,
  $randomBankAccount: parts(number(10_000_000, 99_999_999)),
  $randomCreditCardMask: parts(number(1000, 9999)),
  $randomLatitude: parts(number(-89, 89), '.', number(1000, 9999)),
  $randomLongitude: parts(number(-179, 179), '.', number(1000, 9999)),
  $randomDateFuture: parts(text("date('+1d..+365d')")),
  $randomDatePast: parts(text("date('-365d..-1d')")),
  $randomDateRecent: parts(text("date('-3d..0s')")),
  $randomStreetAddress: parts(number(1, 200), ' Main Street'),
  $randomFirstName: FIRST,
  $randomLastName: LAST,
  $randomFullName: FULL,
  $randomCity: list('Berlin', 'Colombo', 'Lagos', 'Lima', 'London', 'Osaka', 'Paris', 'Toronto'),
  $randomCountry: list('Canada', 'France', 'Germany', 'Japan', 'Nigeria', 'Peru', 'Sri Lanka'),
  $randomCountryCode: list('CA', 'DE', 'FR', 'JP', 'LK', 'NG', 'PE'),
  $randomCurrencyCode: list('CAD', 'EUR', 'JPY', 'LKR', 'USD'),
  $randomColor: list('black', 'blue', 'green', 'red', 'white'),
  $randomHexColor: parts('#', number(100_000, 999_999)),
  $randomCompanyName: COMPANY,
  $randomJobTitle: list('Analyst', 'Designer', 'Developer', 'Engineer', 'Manager'),
  $randomProduct: PRODUCT,
  $randomProductName: PRODUCT,
  $randomWord: WORD,
  $randomWords: WORD,
  $randomNoun: WORD,
  $randomLoremWord: WORD,
  $randomLoremWords: WORD,
  $randomLoremSentence: SENTENCE,
  $randomLoremParagraph: SENTENCE,
  $randomLoremText: SENTENCE,
  $randomLocale: list('de', 'en', 'es', 'fr', 'si'),
  $randomMonth: list('January', 'March', 'May', 'July', 'October'),
  $randomWeekday: list('Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'),
})
