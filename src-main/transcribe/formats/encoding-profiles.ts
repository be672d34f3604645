/** The typical text of one language in one encoding. */
export interface EncodingProfile {
  /** As WHATWG's Encoding Standard names it. */
  readonly encoding: string;
  /** Points for each letter beyond ASCII that the language uses, in lower case; more for frequent ones. */
  readonly letters: ReadonlyMap<string, number>;
  /** True where the language mixes these letters with ASCII's in one word; otherwise a word is of one script. */
  readonly isLatin: boolean;
  /** ASCII letters that the language hardly uses. */
  readonly rare: string;
}

const latin = (encoding: string, letters: string, rare = ''): EncodingProfile => ({
  encoding,
  letters: new Map(Array.from(letters).map((letter) => [letter, 1])),
  isLatin: true,
  rare,
});

/** The commonest letter first. */
const script = (encoding: string, letters: string): EncodingProfile => ({
  encoding,
  letters: new Map(Array.from(letters).map((letter, rank) => [letter, 1 - (0.7 * rank) / letters.length])),
  isLatin: false,
  rare: '',
});

/** Languages of the west of Europe. */
const WESTERN: readonly (readonly [letters: string, rare: string])[] = [
  ['àâæçéèêëîïôœùûüÿ', 'kw'],
  ['äöüß', ''],
  ['áéíóúüñªº', 'kw'],
  ['ãõâêôáéíóúàçü', 'kwy'],
  ['àèéìòùíóú', 'jkwxy'],
  ['åäöéü', 'qwz'],
  ['åæøéòóô', 'qwz'],
  ['ëïéèöüóá', 'q'],
  ['àèéíïòóúüç', 'kw'],
  ['áðéíóúýþæö', 'cqwz'],
];

const RUSSIAN = 'оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфёъ';
const UKRAINIAN = 'оаинвіерстклмудпяьзйбгчїхжцюєшщфґ';
const SERBIAN = 'аиоенрстујкдвмлпгзбшчњцљћжхђфџ';
const GREEK = 'αοιετσνηυρπκμλςωδγάίόέήύώχθφβξζψϊϋΐΰ';
const HEBREW = 'יוהלאתרבשמןנםדעקפחטכגצסזךףץ';
const ARABIC = 'الينمورتبهعدفسكةحقجأشصطخذضزىغإثءظئؤآپچژگ';
const THAI = 'านรกอเงมยลวดทสต่ะปั้บิคหแจพีชขใไโืุ์ูผซถณธภศฟญึษ็ฉฎฏฐฑฒฌฆฝฬฮำๆ๐๑๒๓๔๕๖๗๘๙๊๋ํฤฯ';

/** In order of preference where two fit equally. Multi-byte encodings are in multi-byte-profiles.ts. */
export const PROFILES: readonly EncodingProfile[] = [
  ...WESTERN.map(([letters, rare]) => latin('windows-1252', letters, rare)),
  latin('windows-1250', 'ąćęłńóśźż', 'qvx'),
  latin('windows-1250', 'áčďéěíňóřšťúůýž', 'qw'),
  latin('windows-1250', 'áäčďéíĺľňóôŕšťúýž', 'qw'),
  latin('windows-1250', 'áéíóöőúüű', 'qwx'),
  latin('windows-1250', 'čćđšž', 'qwxy'),
  latin('windows-1250', 'ăâîşţ', 'kqwy'),
  latin('windows-1254', 'çğıöşüâîİ', 'qwx'),
  latin('windows-1257', 'ąčęėįšųūž', 'qwx'),
  latin('windows-1257', 'āčēģīķļņšūž', 'qwxy'),
  latin('windows-1257', 'äõöüšž', 'cqwxyz'),
  // Letters that windows-1250 encodes differently, and has signs in their places.
  latin('iso-8859-2', 'ąćęłńóśźż', 'qvx'),
  latin('iso-8859-2', 'áčďéěíňóřšťúůýž', 'qw'),
  ...WESTERN.map(([letters, rare]) => latin('macintosh', letters, rare)),
  ...['windows-1251', 'koi8-u', 'ibm866', 'iso-8859-5'].flatMap((encoding) => [
    script(encoding, RUSSIAN),
    script(encoding, UKRAINIAN),
  ]),
  script('windows-1251', SERBIAN),
  script('windows-1253', GREEK),
  script('iso-8859-7', GREEK),
  script('windows-1255', HEBREW),
  script('windows-1256', ARABIC),
  script('windows-874', THAI),
];
